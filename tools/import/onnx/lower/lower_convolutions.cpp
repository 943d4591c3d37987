// SPDX-License-Identifier: MIT
// Convolutions; those of one dimension where it lies along rows, columns or channels. Not here: transposed
// ones (lower_transposed.cpp).
#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>

#include "tools/import/onnx/lower/conv_weights.hpp"

namespace fcn::tools {
namespace {

/// A window that slides along one axis.
struct Line {
  std::int64_t taps = 1, stride = 1, dilation = 1;
  std::int64_t before = 0, after = 0;  ///< padding
  std::int64_t count = 0;              ///< of windows
  // Where its taps lie among the kernel's: the window's place along other axes, of size 1, is fixed.
  std::int64_t all_taps = 1, first_tap = 0, tap_step = 1;
};

/// The number of an attribute that has one for each of `count` axes.
std::int64_t number_at(const NodeCall& call, const char* name, std::size_t i, std::size_t count,
                       std::int64_t low, std::int64_t fallback) {
  const std::vector<std::int64_t> list = call.integers(name);
  if (list.empty()) return fallback;
  if (list.size() != count)
    throw Refusal{"attribute " + std::string(name) + " has " + std::to_string(list.size()) +
                  " numbers, expected " + std::to_string(count)};
  return checked_int(list[i], name, static_cast<int>(low), 1 << 20);
}

/// The window of a convolution along axis `i` of `axes` ones, whose size is `length`.
Line read_line(const NodeCall& call, std::size_t i, std::size_t axes, std::int64_t length, Extent kernel) {
  Line line;
  line.taps = i == 0 ? kernel.y : kernel.x;
  line.all_taps = std::int64_t{kernel.y} * kernel.x;
  line.tap_step = i == 0 ? kernel.x : 1;
  const auto read = [&](std::size_t axis, std::int64_t taps, std::int64_t size, Line& to) {
    to.stride = number_at(call, "strides", axis, axes, 1, 1);
    to.dilation = number_at(call, "dilations", axis, axes, 1, 1);
    to.before = number_at(call, "pads", axis, 2 * axes, 0, 0);
    to.after = number_at(call, "pads", axis + axes, 2 * axes, 0, 0);
    const std::string mode = call.text("auto_pad", "NOTSET");
    const std::int64_t span = (taps - 1) * to.dilation + 1;
    if (mode == "SAME_UPPER" || mode == "SAME_LOWER") {
      const std::int64_t total =
          std::max<std::int64_t>(((size + to.stride - 1) / to.stride - 1) * to.stride + span - size, 0);
      to.before = mode == "SAME_UPPER" ? total / 2 : total - total / 2;
      to.after = total - to.before;
    } else if (mode == "VALID") {
      to.before = to.after = 0;
    } else if (mode != "NOTSET") {
      throw Refusal{"attribute auto_pad is \"" + mode + "\""};
    }
    const std::int64_t room = size + to.before + to.after - span;
    to.count = room < 0 ? 0 : room / to.stride + 1;
  };
  read(i, line.taps, length, line);
  if (axes == 2) {
    Line other;
    const std::int64_t taps = i == 0 ? kernel.x : kernel.y;
    read(1 - i, taps, 1, other);
    if (other.count != 1 || other.before % other.dilation != 0)
      throw Refusal{"its kernel slides along an axis of size 1"};
    line.first_tap = other.before / other.dilation * (i == 0 ? 1 : kernel.x);
  }
  return line;
}

/// What index `i` of an axis of channels adds to the channel.
std::int64_t channel_of(const TensorView& view, std::size_t axis, std::int64_t i) {
  std::int64_t channel = 0;
  for (std::size_t k = view.axis(axis).size(); k-- > 0; i /= view.axis(axis)[k].size)
    channel += i % view.axis(axis)[k].size * view.axis(axis)[k].stride;
  return channel;
}

void check_groups(const ConvWeights& kernel, int groups, std::int64_t channels) {
  if (std::int64_t{kernel.second} * groups != channels || kernel.first % groups != 0)
    throw Refusal{"its weights of " + std::to_string(kernel.second) + " channels in " +
                  std::to_string(groups) + " groups do not fit an input of " + std::to_string(channels) +
                  " channels"};
}

std::vector<Value> lower_conv_2d(const NodeCall& call, NetworkBuilder& net) {
  const Feature in = as_map(call.feature(0), net);
  ConvWeights kernel = read_conv_weights(call);
  Conv conv;
  conv.groups = read_conv_groups(call);
  conv.out_channels = kernel.first;
  conv.in_channels = in.shape.channels;
  check_groups(kernel, conv.groups, conv.in_channels);
  conv.kernel = kernel.size;
  conv.stride = extent_attribute(call, "strides", {1, 1});
  conv.dilation = extent_attribute(call, "dilations", {1, 1});
  conv.pad = window_padding(call, in.shape, conv.kernel, conv.stride, conv.dilation);
  conv.bias = read_conv_bias(call, conv.out_channels);
  conv.weights = std::move(kernel.values);
  return {net.append(std::move(conv), {in.node})};
}

/// A convolution along channels: of a pooled map seen as 1 x 1 x channels, as ECA has it, or of 1 x channels
/// x 1. Every output channel is a sum of input channels, so it is a 1 x 1 convolution.
std::vector<Value> along_channels(const NodeCall& call, std::size_t axis, NetworkBuilder& net) {
  const Feature& in = call.feature(0);
  const ConvWeights kernel = read_conv_weights(call);
  const int groups = read_conv_groups(call);
  const std::int64_t inputs = axis_size(in.view.axis(1)), length = axis_size(in.view.axis(axis));
  check_groups(kernel, groups, inputs);
  const Line line = read_line(call, axis - 2, in.view.rank() - 2, length, kernel.size);
  if (line.count < 1)
    throw Refusal{"its kernel does not fit its input of shape " + dims_text(in.view.dims())};
  Conv conv;
  conv.in_channels = in.shape.channels;
  if (std::int64_t{conv.in_channels} != inputs * length) throw Refusal{"its input is no row of channels"};
  conv.out_channels = checked_int(kernel.first * line.count, "its number of channels", 1, 1 << 20);
  element_count({conv.out_channels, conv.in_channels}, std::uint64_t{1} << 26);
  const auto width = static_cast<std::size_t>(conv.in_channels);
  conv.weights.assign(static_cast<std::size_t>(conv.out_channels) * width, 0.0f);
  const std::vector<float> bias = read_conv_bias(call, kernel.first);
  std::size_t row = 0;
  for (std::int64_t o = 0; o < kernel.first; ++o)
    for (std::int64_t l = 0; l < line.count; ++l, ++row) {
      if (!bias.empty()) conv.bias.push_back(bias[static_cast<std::size_t>(o)]);
      const std::int64_t from = o / (kernel.first / groups) * kernel.second;
      for (std::int64_t i = 0; i < kernel.second; ++i)
        for (std::int64_t k = 0; k < line.taps; ++k) {
          const std::int64_t at = l * line.stride + k * line.dilation - line.before;
          if (at < 0 || at >= length) continue;
          const std::int64_t channel = channel_of(in.view, 1, from + i) + channel_of(in.view, axis, at);
          const std::int64_t tap =
              (o * kernel.second + i) * line.all_taps + line.first_tap + k * line.tap_step;
          conv.weights[row * width + static_cast<std::size_t>(channel)] =
              kernel.values[static_cast<std::size_t>(tap)];
        }
    }
  Feature out = net.append(std::move(conv), {in.node});
  const auto channels = [](std::int64_t size, std::int64_t stride) {
    return size == 1 ? ViewAxis{} : ViewAxis{{.axis = MapAxis::channel, .size = size, .stride = stride}};
  };
  std::vector<ViewAxis> axes(in.view.rank());
  axes[0] = in.view.axis(0);  // each place by itself
  axes[1] = channels(kernel.first, line.count);
  axes[axis] = channels(line.count, 1);
  out.view = TensorView(std::move(axes));
  return {out};
}

/// Of one dimension along rows, columns or, with one tap, anything: as one of two.
std::vector<Value> lower_conv_1d(const NodeCall& call, NetworkBuilder& net) {
  Feature in = call.feature(0);
  ConvWeights kernel = read_conv_weights(call);
  Conv conv;
  conv.groups = read_conv_groups(call);
  conv.out_channels = kernel.first;
  conv.bias = read_conv_bias(call, conv.out_channels);
  const std::int64_t length = axis_size(in.view.axis(2));
  const Line line = read_line(call, 0, 1, length, kernel.size);
  const ViewAxis axis = in.view.axis(2);
  const bool rows = axis.size() == 1 && axis[0].axis == MapAxis::row && in.shape.width == 1;
  const bool columns = axis.size() == 1 && axis[0].axis == MapAxis::column && in.shape.height == 1;
  const bool one_tap = line.taps == 1 && line.stride == 1 && line.count == length;
  if (!rows && !columns && !one_tap)
    throw Refusal{"slides along an axis of " + dims_text(in.view.dims()) +
                  " that is neither rows nor columns alone; supported are those, and kernels of one tap"};
  if (!in.view.only_channels(1) || axis_size(in.view.axis(1)) != in.shape.channels)
    throw Refusal{"its axis 1 is not the channels"};
  std::vector<std::int64_t> all(static_cast<std::size_t>(in.shape.channels));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  in = select(in, 1, all, net);
  conv.in_channels = in.shape.channels;
  check_groups(kernel, conv.groups, conv.in_channels);
  const auto extent = [&](std::int64_t along) {
    const int value = static_cast<int>(along);
    return columns ? Extent{1, value} : Extent{value, 1};
  };
  conv.kernel = extent(line.taps);
  if (!one_tap) {
    conv.stride = extent(line.stride);
    conv.dilation = extent(line.dilation);
    const int before = static_cast<int>(line.before), after = static_cast<int>(line.after);
    conv.pad = columns ? Padding{0, before, 0, after} : Padding{before, 0, after, 0};
  }
  conv.weights = std::move(kernel.values);
  Feature out = net.append(std::move(conv), {in.node});
  TensorView view = in.view.with_axis(
      1, out.shape.channels == 1 ? ViewAxis{} : ViewAxis{{MapAxis::channel, out.shape.channels, 1}});
  if (!one_tap)
    view = view.with_axis(2, line.count == 1 ? ViewAxis{} : ViewAxis{{axis[0].axis, line.count, 1}});
  out.view = std::move(view);
  return {out};
}

std::vector<Value> lower_conv(const NodeCall& call, NetworkBuilder& net) {
  const TensorView& view = call.feature(0).view;
  const std::size_t rank = view.rank();
  check_weight_dims(call.known(1).dims);
  if (rank != call.known(1).dims.size() || rank < 3)
    throw Refusal{"its input of shape " + dims_text(view.dims()) + " does not fit its weights of shape " +
                  dims_text(call.known(1).dims)};
  for (std::size_t axis = 2; axis < rank; ++axis) {
    const bool others = rank == 3 || view.axis(5 - axis).empty();
    if (!view.axis(axis).empty() && view.only_channels(axis) && view.only_channels(1) && others)
      return along_channels(call, axis, net);
  }
  return rank == 3 ? lower_conv_1d(call, net) : lower_conv_2d(call, net);
}

constexpr LoweringRule kConvolutionRules[] = {{"Conv", lower_conv}};

}  // namespace

std::span<const LoweringRule> convolution_rules() {
  return kConvolutionRules;
}

}  // namespace fcn::tools
