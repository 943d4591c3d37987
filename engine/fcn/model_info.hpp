// SPDX-License-Identifier: MIT
// The description of a model beside its graph and weights: labels, preprocessing, window, provenance,
// self-test. Written by fcn-export, read back by Model::load; graph_json.hpp is the text form.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fcn/base/checked.hpp"
#include "fcn/config.hpp"
#include "fcn/graph/graph.hpp"

namespace fcn::inline FCN_ABI {

/// A small picture and the logits the model must give for it, stored in the model file so that any copy of it
/// on any machine can be checked. The picture is `grid` enlarged to height x width by nearest neighbour:
/// pixel (y, x) = grid[(y * grid_size / height) * grid_size + x * grid_size / width].
struct SelfTest {
  int height = 0;                  ///< of the picture, in pixels
  int width = 0;                   ///< likewise
  int grid_size = 0;               ///< rows and columns of `grid`
  std::vector<std::uint8_t> grid;  ///< grid_size x grid_size x channels, interleaved
  std::vector<float> logits;       ///< classes x rows x cols, from the reference kernels; of kind pixels
                                   ///< those of every self_test_step-th row and column only
};

/// Rows, or columns, from one place of a pixel model's map whose logits a self-test holds to the next: the
/// fewest with which there are no more than 65,536 logits.
constexpr int self_test_step(int classes, int height, int width) {
  constexpr std::int64_t kMostLogits = 1 << 16;
  const auto logits = [&](std::int64_t step) {
    return classes * ceil_div<std::int64_t>(height, step) * ceil_div<std::int64_t>(width, step);
  };
  int step = 1;
  while (logits(step) > kMostLogits && (step < height || step < width)) ++step;
  return step;
}

/// How a network's logits become scores.
enum class ScoreActivation {
  softmax,  ///< the classes exclude each other: probabilities are the softmax over the classes of a cell
  sigmoid,  ///< classes are independent: a probability is its logit's sigmoid
  none,     ///< the logits are the scores; they are not known to be probabilities
};
template <>
inline constexpr std::array<std::string_view, 3> kind_names<ScoreActivation>{"softmax", "sigmoid", "none"};

/// How a resized picture's pixels are interpolated, as Pillow does: filters widen where a picture shrinks.
enum class RecipeInterpolation { nearest, bilinear, bicubic, lanczos };
template <>
inline constexpr std::array<std::string_view, 4> kind_names<RecipeInterpolation>{"nearest", "bilinear",
                                                                                 "bicubic", "lanczos"};

/// How the training code made the classifier's input of any picture: torchvision's Resize(256) and
/// CenterCrop(224) are resize 256 x 256 with its ratio kept and crop 224 x 224; timm's crop share of 0.95 is
/// resize floor(224 / 0.95) = 235.
struct ResizeRecipe {
  Extent resize;           ///< pixels
  bool keep_ratio = true;  ///< the picture just covers `resize`, keeping its ratio; else it becomes that size
  Extent crop;             ///< then this much is cut out of the middle; not larger than `resize`
  RecipeInterpolation interpolation = RecipeInterpolation::bilinear;  ///< of the resize
  /// Whether all members are equal.
  friend bool operator==(const ResizeRecipe&, const ResizeRecipe&) = default;
};

/// What a network answers about a picture.
enum class ModelKind {
  classifier,  ///< what it shows: a score map has a cell for each place where the window could stand
  pixels,      ///< what each of its pixels shows: the score map is as large as the picture
};
template <>
inline constexpr std::array<std::string_view, 2> kind_names<ModelKind>{"classifier", "pixels"};

/// What is known about a network beside its layers and weights.
struct ModelInfo {
  std::string name;                        ///< what was recognised ("resnet18")
  std::vector<std::string> labels;         ///< one per class, or empty if unknown
  std::optional<int> background;           ///< a class that never counts as a prediction
  std::vector<float> mean;                 ///< per input channel, of pixels scaled to 0..1
  std::vector<float> std;                  ///< likewise; input = (pixel / 255 - mean) / std
  ModelKind kind = ModelKind::classifier;  ///< what it answers
  Extent window;  ///< the crop the network was trained on, pixels; of kind pixels a size that it accepts
  ScoreActivation activation = ScoreActivation::softmax;  ///< what makes probabilities of logits
  /// Sizes on which the network's branches meet are the window and multiples of this more; {1, 1} for any.
  Extent size_multiple;
  std::optional<ResizeRecipe> recipe;  ///< nothing if the file does not say
  std::string
      classifier_pool;  ///< name of the average pool that was global before the conversion; empty if none
  std::string source;   ///< provenance: the checkpoint's file name
  std::string source_sha256;             ///< provenance: hex digest of the checkpoint
  std::string exporter;                  ///< provenance: "fcn-export 0.1.0"
  std::uint64_t trained_parameters = 0;  ///< learned parameters before folding
  std::optional<SelfTest> self_test;     ///< nothing if the file has none

  /// The class's label; "class 7" if there is none.
  [[nodiscard]] std::string label(int class_id) const {
    const auto index = static_cast<std::size_t>(class_id);
    return index < labels.size() ? labels[index] : "class " + std::to_string(class_id);
  }
};

}  // namespace fcn::inline FCN_ABI
