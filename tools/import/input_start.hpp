// SPDX-License-Identifier: MIT
// What stands between a network's input and its first layer: arithmetic that normalises pixels, channels put
// in another order. Finds it, folds it into the model's mean and std, and puts channels in order on request.
// Which mean and std a model gets is preprocessing.hpp's.
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
  /// Whether it is made for pixels of 0 to 255 and not of 0 to 1: it takes away more than 1, or scales so far
  /// down that nothing of 0 to 1 would be left.
  [[nodiscard]] bool takes_bytes() const;
};

/// Nothing if the graph begins with a layer, or with a trained batch norm.
std::optional<InputArithmetic> find_input_arithmetic(const Graph& graph);

/// Takes that arithmetic out of the graph and into the mean and std with which pixels enter. Stays where a
/// scale is not positive, for no std is.
Status absorb_input_arithmetic(Graph& graph, ModelInfo& info);

/// How a network wants its pictures' channels.
enum class ChannelOrder { rgb, bgr, grey };
inline constexpr std::array<std::string_view, 3> kChannelOrderNames{"rgb", "bgr", "grey"};

/// Lets a graph that takes blue, green and red take red, green and blue.
void reverse_channels(Graph& graph);

/// Lets a graph of three channels take a picture of one, three times the same, normalised with the mean and
/// std of each of the three; they become those of the one.
void take_grey(Graph& graph, std::vector<float>& mean, std::vector<float>& deviation);

}  // namespace fcn::tools
