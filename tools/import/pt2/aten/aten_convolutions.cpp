// SPDX-License-Identifier: MIT
// Convolutions along one or two axes, plain and transposed.
#include <utility>

#include "tools/import/pt2/aten/aten_ops.hpp"

namespace fcn::tools {
namespace {

using ValueNames = std::vector<std::string>;
using Numbers = std::vector<std::int64_t>;

/// Axes that the kernel slides along.
std::size_t window_axes(const AtenCall& call) {
  const std::size_t rank = call.rank("weight");
  if (rank < 3 || rank > 4)
    throw Refusal{"its weights have " + std::to_string(rank) + " axes, supported are 3 and 4"};
  if (call.rank("input") != rank)
    throw Refusal{"its input has " + std::to_string(call.rank("input")) + " axes, expected " +
                  std::to_string(rank) + ": export the network with a batch axis"};
  return rank - 2;
}

/// Padding as ONNX wants it: all before, then all after.
Numbers both_sides(const Numbers& before, const Numbers& after) {
  Numbers pads = before;
  pads.insert(pads.end(), after.begin(), after.end());
  return pads;
}

/// Padding by name: "valid" is none; "same" keeps the size, with the odd one after.
Numbers named_padding(const AtenCall& call, const Numbers& stride, const Numbers& dilation) {
  const std::string name = call.text("padding", "valid");
  Numbers before(stride.size(), 0), after(stride.size(), 0);
  if (name == "valid") return both_sides(before, after);
  if (name != "same") throw Refusal{"argument padding is \"" + name + "\", supported are same and valid"};
  for (std::size_t i = 0; i < stride.size(); ++i) {
    if (stride[i] != 1) throw Refusal{"keeps the size by padding with a stride of its own"};
    const std::int64_t kernel = call.fixed_size("weight", i + 2);
    if (kernel < 1 || kernel > 1 << 20 || dilation[i] < 1 || dilation[i] > 1 << 20)
      throw Refusal{"has a kernel of " + std::to_string(kernel) + " in steps of " +
                    std::to_string(dilation[i])};
    const std::int64_t total = (kernel - 1) * dilation[i];
    before[i] = total / 2;
    after[i] = total - total / 2;
  }
  return both_sides(before, after);
}

ValueNames inputs_of(AtenCall& call) {
  ValueNames inputs{call.tensor("input"), call.tensor("weight")};
  if (call.has("bias")) inputs.push_back(call.tensor("bias"));
  return inputs;
}

ValueNames plain(AtenCall& call) {
  const std::size_t axes = window_axes(call);
  const Numbers stride = call.extents("stride", axes, 1), dilation = call.extents("dilation", axes, 1);
  Numbers pads;
  if (call.overload() == "padding") {
    pads = named_padding(call, stride, dilation);
  } else {
    const Numbers padding = call.extents("padding", axes, 0);
    pads = both_sides(padding, padding);
  }
  return {call.emit(
      "Conv", inputs_of(call),
      {{"strides", stride}, {"dilations", dilation}, {"pads", pads}, {"group", call.integer("groups", 1)}})};
}

ValueNames transposed(AtenCall& call) {
  const std::size_t axes = window_axes(call);
  const Numbers padding = call.extents("padding", axes, 0);
  return {call.emit("ConvTranspose", inputs_of(call),
                    {{"strides", call.extents("stride", axes, 1)},
                     {"dilations", call.extents("dilation", axes, 1)},
                     {"pads", both_sides(padding, padding)},
                     {"output_padding", call.extents("output_padding", axes, 0)},
                     {"group", call.integer("groups", 1)}})};
}

/// The one that all others are decomposed into.
ValueNames either(AtenCall& call) {
  return call.boolean("transposed", false) ? transposed(call) : plain(call);
}

constexpr AtenRule kAtenConvolutionsRules[] = {{"_convolution", either},
                                               {"conv1d", plain},
                                               {"conv2d", plain},
                                               {"conv_transpose1d", transposed},
                                               {"conv_transpose2d", transposed},
                                               {"convolution", either}};

}  // namespace

std::span<const AtenRule> aten_convolution_rules() {
  return kAtenConvolutionsRules;
}

}  // namespace fcn::tools
