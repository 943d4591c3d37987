// SPDX-License-Identifier: MIT
#include "tools/import/onnx/lower/lowering.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "fcn/base/checked.hpp"
#include "tools/import/onnx/fold/tensor_moves.hpp"

namespace fcn::tools {
namespace {

constexpr std::int64_t kMaxSelected = 1 << 20;  // channels, as everywhere

/// Pads of SAME_UPPER and SAME_LOWER along one axis: as many output places as strides fit into the input.
std::pair<int, int> same_padding(int size, int kernel, int stride, int dilation, bool upper) {
  const std::int64_t count = ceil_div<std::int64_t>(size, stride);
  const std::int64_t span = std::int64_t{kernel - 1} * dilation + 1;
  const std::int64_t total = std::max<std::int64_t>((count - 1) * stride + span - size, 0);
  const auto less = static_cast<int>(std::min<std::int64_t>(total / 2, 1 << 20));
  const auto more = static_cast<int>(std::min<std::int64_t>(total - total / 2, 1 << 20));
  return upper ? std::pair(less, more) : std::pair(more, less);
}

}  // namespace

Lowering find_lowering(const NodeCall& call) {
  std::string known;  // the operator sets of the rules for this type
  for (const auto rules :
       {convolution_rules(), transposed_rules(), window_rules(), pad_rules(), activation_rules(),
        arithmetic_rules(), comparison_rules(), norm_rules(), reduction_rules(), shape_rules(),
        concat_rules(), linear_rules(), einsum_rules(), resize_rules(), aten_rules(), quantised_rules()})
    for (const LoweringRule& rule : rules) {
      if (rule.type != call.node().type) continue;
      if (rule.opsets.contains(call.opset())) return rule.lower;
      known += (known.empty() ? "" : ", ") + std::to_string(rule.opsets.first) + " to " +
               std::to_string(rule.opsets.last);
    }
  if (known.empty())
    throw Refusal{"operators of this type are not supported (docs/export.md lists those that are)"};
  throw Refusal{"is of operator set " + std::to_string(call.opset()) +
                ", of this operator the meaning is known in the sets " + known};
}

Feature select(const Feature& feature, std::size_t axis, std::span<const std::int64_t> indices,
               NetworkBuilder& net) {
  const TensorView& view = feature.view;
  if (!view.only_channels(axis))
    throw Refusal{"selects along axis " + std::to_string(axis) +
                  ", which is no axis of channels; supported are channels only"};
  // The channels' part of every axis, row-major, is the order of the channels selected.
  std::vector<std::int64_t> sizes;
  for (std::size_t i = 0; i < view.rank(); ++i) {
    const bool some = std::any_of(view.axis(i).begin(), view.axis(i).end(),
                                  [](const AxisPiece& piece) { return piece.axis == MapAxis::channel; });
    if (some && !view.only_channels(i))
      throw Refusal{"selects from a tensor whose axis " + std::to_string(i) + " mixes channels and places"};
    const bool channels = i == axis || (view.only_channels(i) && !view.axis(i).empty());
    sizes.push_back(i == axis  ? static_cast<std::int64_t>(indices.size())
                    : channels ? axis_size(view.axis(i))
                               : 1);
  }
  std::int64_t count = 1;
  for (const std::int64_t size : sizes) {
    count *= size;
    if (count < 1 || count > kMaxSelected)
      throw Refusal{"keeps " + std::to_string(count) + " channels or more, expected 1 to " +
                    std::to_string(kMaxSelected)};
  }
  SelectChannels op;
  std::vector<ViewAxis> axes(view.rank());
  for (std::int64_t i = 0; i < count; ++i) {
    std::int64_t rest = i, channel = 0;
    for (std::size_t k = view.rank(); k-- > 0;) {
      std::int64_t index = rest % sizes[k];
      rest /= sizes[k];
      if (k == axis) index = indices[static_cast<std::size_t>(index)];
      if (!view.only_channels(k)) continue;
      for (std::size_t p = view.axis(k).size(); p-- > 0;) {
        const AxisPiece& piece = view.axis(k)[p];
        channel += index % piece.size * piece.stride;
        index /= piece.size;
      }
    }
    op.channels.push_back(static_cast<int>(channel));
  }
  std::int64_t stride = 1;
  for (std::size_t k = view.rank(); k-- > 0;) {
    const bool channels = k == axis || (view.only_channels(k) && !view.axis(k).empty());
    if (!channels) {
      axes[k] = view.axis(k);
    } else if (sizes[k] != 1) {
      axes[k] = {{.axis = MapAxis::channel, .size = sizes[k], .stride = stride}};
    }
    stride *= sizes[k];
  }
  const bool nothing_moves = count == feature.shape.channels &&
                             std::is_sorted(op.channels.begin(), op.channels.end()) &&
                             std::adjacent_find(op.channels.begin(), op.channels.end()) == op.channels.end();
  Feature out = nothing_moves ? feature : net.append(std::move(op), {feature.node});
  out.view = TensorView(std::move(axes));
  return out;
}

std::optional<std::vector<float>> channel_values(const KnownTensor& known, const Feature& feature) {
  if (!known.is_real()) throw Refusal{"a constant of integers meets a feature map"};
  const Dims dims = feature.view.dims();
  if (known.dims.size() > dims.size())
    throw Refusal{"a constant of shape " + dims_text(known.dims) + " meets a tensor of shape " +
                  dims_text(dims)};
  const std::size_t skipped = dims.size() - known.dims.size();
  for (std::size_t i = 0; i < known.dims.size(); ++i)
    if (known.dims[i] != 1 && known.dims[i] != dims[skipped + i])
      throw Refusal{"a constant of shape " + dims_text(known.dims) + " meets a tensor of shape " +
                    dims_text(dims)};
  const std::vector<float>& values = known.reals();
  const auto channels = static_cast<std::size_t>(feature.shape.channels);
  if (values.size() == 1) return std::vector<float>(channels, values[0]);
  // Its first value at each index of the axes of channels; along the others it must not change.
  const Steps steps = row_major_steps(known.dims);
  for (std::size_t i = 0; i < known.dims.size(); ++i) {
    if (known.dims[i] == 1 || feature.view.only_channels(skipped + i)) continue;
    const auto step = static_cast<std::size_t>(steps[i]),
               block = step * static_cast<std::size_t>(known.dims[i]);
    for (std::size_t at = 0; at < values.size(); ++at)
      if (at % block >= step && values[at] != values[at - step]) return std::nullopt;
  }
  std::vector<float> result;
  for (std::size_t c = 0; c < channels; ++c) {
    std::int64_t at = 0;
    for (std::size_t i = 0; i < known.dims.size(); ++i)
      if (known.dims[i] != 1 && feature.view.only_channels(skipped + i))
        at += steps[i] * feature.view.index_of(skipped + i, static_cast<std::int64_t>(c), 0, 0);
    result.push_back(values[static_cast<std::size_t>(at)]);
  }
  return result;
}

BatchNorm scale_and_shift(std::vector<float> scale, std::vector<float> shift) {
  const std::size_t channels = scale.size();
  return {.channels = static_cast<int>(channels),
          .epsilon = 0,
          .relu = false,
          .weight = std::move(scale),
          .bias = std::move(shift),
          .mean = std::vector<float>(channels, 0.0f),
          .variance = std::vector<float>(channels, 1.0f)};
}

int checked_int(std::int64_t value, const char* what, int low, int high) {
  if (value >= low && value <= high) return static_cast<int>(value);
  throw Refusal{std::string(what) + " is " + std::to_string(value) + ", expected " + std::to_string(low) +
                " to " + std::to_string(high)};
}

Extent extent_attribute(const NodeCall& call, const char* name, Extent fallback) {
  const std::vector<std::int64_t> values = call.integers(name);
  if (values.empty()) return fallback;
  if (values.size() != 2)
    throw Refusal{"attribute " + std::string(name) + " has " + std::to_string(values.size()) +
                  " numbers: it is " + std::to_string(values.size()) +
                  "-dimensional, supported is 2-dimensional"};
  return {checked_int(values[0], name, 1, 1 << 20), checked_int(values[1], name, 1, 1 << 20)};
}

Padding window_padding(const NodeCall& call, const Shape& in, Extent kernel, Extent stride, Extent dilation) {
  const std::string mode = call.text("auto_pad", "NOTSET");
  if (mode == "VALID") return {};
  if (mode == "SAME_UPPER" || mode == "SAME_LOWER") {
    const auto [top, bottom] = same_padding(in.height, kernel.y, stride.y, dilation.y, mode == "SAME_UPPER");
    const auto [left, right] = same_padding(in.width, kernel.x, stride.x, dilation.x, mode == "SAME_UPPER");
    return {top, left, bottom, right};
  }
  if (mode != "NOTSET")
    throw Refusal{"attribute auto_pad is \"" + mode +
                  "\", supported are NOTSET, VALID, SAME_UPPER and SAME_LOWER"};
  const std::vector<std::int64_t> pads = call.integers("pads");
  if (pads.empty()) return {};
  if (pads.size() != 4)
    throw Refusal{"attribute pads has " + std::to_string(pads.size()) +
                  " numbers, supported are 4: top, left, bottom, right"};
  const auto pad = [&](std::size_t i) { return checked_int(pads[i], "attribute pads", 0, 1 << 20); };
  return {pad(0), pad(1), pad(2), pad(3)};
}

}  // namespace fcn::tools
