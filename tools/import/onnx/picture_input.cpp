// SPDX-License-Identifier: MIT
#include "tools/import/onnx/picture_input.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tools/import/onnx/lower/lowering.hpp"

namespace fcn::tools {
namespace {

constexpr int kRealTypes[] = {1, 10, 11, 16};  // TensorProto's FLOAT, FLOAT16, DOUBLE, BFLOAT16
constexpr int kIntegerTypes[] = {2, 6, 7};     // UINT8, INT32, INT64

template <std::size_t count>
bool among(const int (&elements)[count], int element) {
  return std::find(std::begin(elements), std::end(elements), element) != std::end(elements);
}

const OnnxValueInfo& only_needed(const OnnxModel& model, const std::set<std::string, std::less<>>& needed) {
  std::vector<const OnnxValueInfo*> inputs;
  std::string names;
  for (const OnnxValueInfo& info : model.inputs) {
    if (!needed.contains(info.name)) continue;
    inputs.push_back(&info);
    names += (names.empty() ? " (" : ", ") + info.name;
  }
  if (inputs.size() == 1) return *inputs.front();
  // If the scores depend on no input, the nodes give a better message.
  if (inputs.empty() && model.inputs.size() == 1) return model.inputs.front();
  throw Refusal{"has " + std::to_string(inputs.size()) + " inputs" + (names.empty() ? "" : names + ")") +
                ", supported is 1"};
}

/// What the first convolution on the way from an input says of its channels; nothing if there is none. The
/// way leads through operators that leave channels where they are.
std::optional<std::int64_t> channels_of_first_conv(const OnnxModel& model, const std::string& input) {
  constexpr std::string_view passes[] = {"Add",
                                         "Cast",
                                         "Clip",
                                         "DequantizeLinear",
                                         "Div",
                                         "Identity",
                                         "Mul",
                                         "Pad",
                                         "Relu",
                                         "QuantizeLinear",
                                         "Sub",
                                         "CastLike",
                                         "BatchNormalization"};
  std::set<std::string_view> reached{input};
  for (const OnnxNode& node : model.nodes) {  // which stand in order
    if (node.inputs.empty() || !reached.contains(node.inputs[0])) continue;
    if (std::find(std::begin(passes), std::end(passes), node.type) != std::end(passes))
      reached.insert(node.outputs.begin(), node.outputs.end());
    if (node.type != "Conv" || node.inputs.size() < 2) continue;
    const auto weights = model.initializers.find(node.inputs[1]);
    if (weights == model.initializers.end() || weights->second->dims.size() != 4) continue;
    const auto group = node.attributes.find("group");
    const auto* stated = group == node.attributes.end() ? nullptr : std::get_if<std::int64_t>(&group->second);
    const std::int64_t each = weights->second->dims[1], groups = stated == nullptr ? 1 : *stated;
    constexpr std::int64_t most = 1 << 20;
    if (each >= 1 && each <= most && groups >= 1 && groups <= most) return each * groups;
  }
  return std::nullopt;
}

/// The input's channels: as the file says, or as the first convolution needs them where the file leaves all
/// of its sizes free.
int channels_of(const OnnxModel& model, const OnnxValueInfo& input, std::size_t axis) {
  std::int64_t channels = input.dims[axis];
  if (channels == kFreeDim) channels = channels_of_first_conv(model, input.name).value_or(kFreeDim);
  if (channels == kFreeDim) throw Refusal{"input " + input.name + " does not say how many channels it has"};
  return checked_int(channels, "its number of channels", 1, 1 << 20);
}

}  // namespace

PictureInput find_picture(const OnnxModel& model, const std::set<std::string, std::less<>>& needed,
                          std::optional<Extent> window, const Limits& limits) {
  const OnnxValueInfo& input = only_needed(model, needed);
  const std::string name = "input " + input.name;
  PictureInput picture{.name = input.name, .window = {}, .integers = among(kIntegerTypes, input.element)};
  if (!input.has_shape || input.dims.size() != 4 || !(picture.integers || among(kRealTypes, input.element)))
    throw Refusal{name +
                  " is no picture: supported are floats, or integers from 0 to 255, of images x channels "
                  "x rows x columns"};
  if (input.dims[0] != kFreeDim && input.dims[0] != 1)
    throw Refusal{name + " is " + std::to_string(input.dims[0]) +
                  " pictures, supported are 1 or a free number"};
  const auto few = [](std::int64_t dim) { return dim >= 1 && dim <= 4; };
  picture.channels_last = few(input.dims[3]) && !few(input.dims[1]);
  const std::size_t channel_axis = picture.channels_last ? 3 : 1, row_axis = picture.channels_last ? 1 : 2;
  picture.channels = channels_of(model, input, channel_axis);
  const auto side = [&](std::size_t axis, int asked) {
    if (window) return asked;
    if (input.dims[axis] == kFreeDim) throw Refusal{name + " has no fixed size: give --window"};
    return checked_int(input.dims[axis], "its size", 1, limits.max_image_side);
  };
  picture.window = {side(row_axis, window.value_or(Extent{}).y),
                    side(row_axis + 1, window.value_or(Extent{}).x)};
  return picture;
}

}  // namespace fcn::tools
