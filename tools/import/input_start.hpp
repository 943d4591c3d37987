// SPDX-License-Identifier: MIT
// The nodes between a network's input and its first layer: arithmetic that normalises pixels, and reordered
// channels. Finds it, folds it into the model's mean and std, and reorders channels on request. Not here:
// which mean and std a model gets (preprocessing.hpp).
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "fcn/graph/graph.hpp"
#include "fcn/model_info.hpp"
#include "fcn/result.hpp"

namespace fcn::tools {

/// Arithmetic that a graph does on its input before anything else: channel c becomes scale[c] x + shift[c].
struct InputArithmetic {
  std::vector<NodeId> nodes;
  std::vector<double> scale;  ///< per channel of the input
  std::vector<double> shift;
  /// Whether it is meant for pixels of 0 to 255 and not of 0 to 1: it subtracts more than 1, or scales down
  /// so far that hardly anything of 0 to 1 would be left.
  [[nodiscard]] bool takes_bytes() const;
};

/// Nothing if the graph begins with a layer, or with a trained batch norm.
std::optional<InputArithmetic> find_input_arithmetic(const Graph& graph);

/// Moves that arithmetic from the graph into the mean and std with which pixels enter. It stays if a scale is
/// not positive, because a std must be.
Status absorb_input_arithmetic(Graph& graph, ModelInfo& info);

/// The channel order that a network expects.
enum class ChannelOrder { rgb, bgr, grey };
inline constexpr std::array<std::string_view, 3> kChannelOrderNames{"rgb", "bgr", "grey"};

/// Makes a graph that takes blue, green and red take red, green and blue.
void reverse_channels(Graph& graph);

/// Makes a graph of three channels take a picture of one channel, repeated three times and normalised with
/// the mean and std of each of the three; they become those of the one.
void take_grey(Graph& graph, std::vector<float>& mean, std::vector<float>& deviation);

}  // namespace fcn::tools
