// SPDX-License-Identifier: MIT
#include "tools/import/onnx/picture_input.hpp"

#include <algorithm>
#include <cstddef>
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
  // What is wrong with a file whose scores depend on no input is better said by its nodes.
  if (inputs.empty() && model.inputs.size() == 1) return model.inputs.front();
  throw Refusal{"has " + std::to_string(inputs.size()) + " inputs" + (names.empty() ? "" : names + ")") +
                ", supported is 1"};
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
  if (input.dims[channel_axis] == kFreeDim) throw Refusal{name + " does not say how many channels it has"};
  picture.channels = checked_int(input.dims[channel_axis], "its number of channels", 1, 1 << 20);
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
