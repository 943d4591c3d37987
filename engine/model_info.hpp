// SPDX-License-Identifier: MIT
// What a model says of itself beside its graph and weights: labels, preprocessing, window, provenance,
// self-test. Written by fcn-export, read back by Model::load; graph_json.hpp is the text form.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/config.hpp"
#include "engine/graph.hpp"

namespace fcn::inline FCN_ABI {

/// A small picture and the logits the model must give for it, stored in the model file so that any copy of it
/// on any machine can be checked. The picture is `grid` enlarged to height x width by nearest neighbour:
/// pixel (y, x) = grid[(y * grid_size / height) * grid_size + x * grid_size / width].
struct SelfTest {
  int height = 0;
  int width = 0;
  int grid_size = 0;
  std::vector<std::uint8_t> grid;  ///< grid_size x grid_size x channels, interleaved
  std::vector<float> logits;       ///< classes x rows x cols, from the reference kernels
};

struct ModelInfo {
  std::string name;                 ///< what was recognised ("resnet18")
  std::vector<std::string> labels;  ///< one a class, or empty if unknown
  std::optional<int> background;    ///< a class that never counts as a prediction
  std::vector<float> mean;          ///< per input channel, of pixels scaled to 0..1
  std::vector<float> std;           ///< likewise; input = (pixel / 255 - mean) / std
  Extent window;                    ///< the crop the classifier was trained on, pixels
  std::string
      classifier_pool;  ///< name of the average pool that stood global before the conversion; empty if none
  std::string source;   ///< provenance: the checkpoint's file name
  std::string source_sha256;             ///< provenance: hex digest of the checkpoint
  std::string exporter;                  ///< provenance: "fcn-export 0.1.0"
  std::uint64_t trained_parameters = 0;  ///< learned parameters before folding
  std::optional<SelfTest> self_test;
};

}  // namespace fcn::inline FCN_ABI
