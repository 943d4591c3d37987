// SPDX-License-Identifier: MIT
// Convolutions, plain and transposed; of one dimension where it lies along rows, columns, or channels.
#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>

#include "tools/import/onnx/lower/lowering.hpp"
#include "tools/import/transposed_convolution.hpp"

namespace fcn::tools {
namespace {

/// Weights of a convolution, [a][b][ky][kx]; kx is 1 for one of one dimension.
struct Kernel {
  int first = 1;
  int second = 1;
  Extent size;
  std::vector<float> values;
};

void check_dimensions(const Dims& dims) {
  if (dims.size() == 4 || dims.size() == 3) return;
  throw Refusal{
      "its weights have the shape " + dims_text(dims) + ": it is " +
      std::to_string(static_cast<int>(dims.size()) - 2) +
      "-dimensional, supported is 2-dimensional, and 1-dimensional along rows, columns or channels"};
}

Kernel read_kernel(const NodeCall& call) {
  const Dims& dims = call.known(1).dims;
  check_dimensions(dims);
  const auto dim = [&](std::size_t i) {
    return i < dims.size() ? checked_int(dims[i], "a dimension of its weights", 1, 1 << 20) : 1;
  };
  Kernel kernel{.first = dim(0), .second = dim(1), .size = {dim(2), dim(3)}, .values = call.known_reals(1)};
  const std::vector<std::int64_t> named = call.integers("kernel_shape");
  if (!named.empty() && !std::equal(named.begin(), named.end(), dims.begin() + 2, dims.end()))
    throw Refusal{"attribute kernel_shape contradicts its weights of shape " + dims_text(dims)};
  return kernel;
}

std::vector<float> read_bias(const NodeCall& call, int channels) {
  if (!call.has(2)) return {};
  std::vector<float> bias = call.known_reals(2);
  if (bias.size() != static_cast<std::size_t>(channels))
    throw Refusal{"its bias has " + std::to_string(bias.size()) + " values, expected " +
                  std::to_string(channels)};
  return bias;
}

int read_groups(const NodeCall& call) {
  return checked_int(call.integer("group", 1), "attribute group", 1, 1 << 20);
}

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

void check_groups(const Kernel& kernel, int groups, std::int64_t channels) {
  if (std::int64_t{kernel.second} * groups != channels || kernel.first % groups != 0)
    throw Refusal{"its weights of " + std::to_string(kernel.second) + " channels in " +
                  std::to_string(groups) + " groups do not fit an input of " + std::to_string(channels) +
                  " channels"};
}

std::vector<Value> lower_conv_2d(const NodeCall& call, NetworkBuilder& net) {
  const Feature in = as_map(call.feature(0), net);
  Kernel kernel = read_kernel(call);
  Conv conv;
  conv.groups = read_groups(call);
  conv.out_channels = kernel.first;
  conv.in_channels = in.shape.channels;
  check_groups(kernel, conv.groups, conv.in_channels);
  conv.kernel = kernel.size;
  conv.stride = extent_attribute(call, "strides", {1, 1});
  conv.dilation = extent_attribute(call, "dilations", {1, 1});
  conv.pad = window_padding(call, in.shape, conv.kernel, conv.stride, conv.dilation);
  conv.bias = read_bias(call, conv.out_channels);
  conv.weights = std::move(kernel.values);
  return {net.append(std::move(conv), {in.node})};
}

/// A convolution along channels: of a pooled map seen as 1 x 1 x channels, as ECA has it, or of 1 x channels
/// x
/// 1. Every output channel is a sum of input channels, so it is a 1 x 1 convolution.
std::vector<Value> along_channels(const NodeCall& call, std::size_t axis, NetworkBuilder& net) {
  const Feature& in = call.feature(0);
  const Kernel kernel = read_kernel(call);
  const int groups = read_groups(call);
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
  const std::vector<float> bias = read_bias(call, kernel.first);
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
  Kernel kernel = read_kernel(call);
  Conv conv;
  conv.groups = read_groups(call);
  conv.out_channels = kernel.first;
  conv.bias = read_bias(call, conv.out_channels);
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
  check_dimensions(call.known(1).dims);
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

/// The rows and columns that a transposed convolution cuts off its full result, along one axis.
struct Cut {
  std::int64_t before = 0;
  std::int64_t after = 0;
};

/// From pads and output_padding, or from the output's size and auto_pad.
Cut transposed_cut(const NodeCall& call, std::size_t axis, std::int64_t in, std::int64_t span,
                   std::int64_t stride) {
  const std::vector<std::int64_t> pads = call.integers("pads");
  const std::vector<std::int64_t> extra = call.integers("output_padding");
  const std::vector<std::int64_t> wanted = call.integers("output_shape");
  const std::string mode = call.text("auto_pad", "NOTSET");
  constexpr std::int64_t most = 1 << 20;
  const auto at = [&](const std::vector<std::int64_t>& list, std::size_t i, std::size_t count) {
    if (list.empty()) return std::int64_t{0};
    if (list.size() != count) throw Refusal{"an attribute has not " + std::to_string(count) + " numbers"};
    return std::int64_t{checked_int(list[i], "a padding", 0, most)};
  };
  const std::int64_t more = at(extra, axis, 2);
  if (wanted.empty() && mode == "NOTSET") return {at(pads, axis, 4), at(pads, axis + 2, 4) - more};
  if (mode == "VALID") return {0, -more};
  const std::int64_t size = wanted.empty() ? in * stride : at(wanted, axis, 2);
  const std::int64_t full = (in - 1) * stride + span;
  const std::int64_t total = std::max<std::int64_t>(full + more - size, 0);
  const std::int64_t half = total / 2;
  const std::int64_t before = mode == "SAME_UPPER" ? half : total - half;
  return {before, full - before - size};
}

/// The convolution whose transpose it is has weights [in][out / groups][ky][kx]; read backwards, with
/// channels exchanged, they are those of the plain convolution that does the same to a map with zeros in
/// between.
std::vector<float> turned(const Kernel& kernel, int groups) {
  const auto taps = static_cast<std::size_t>(kernel.size.y) * static_cast<std::size_t>(kernel.size.x);
  const auto inputs = static_cast<std::size_t>(kernel.first / groups);
  const auto outputs = static_cast<std::size_t>(kernel.second);
  std::vector<float> weights(kernel.values.size());
  for (std::size_t group = 0; group < static_cast<std::size_t>(groups); ++group)
    for (std::size_t o = 0; o < outputs; ++o)
      for (std::size_t i = 0; i < inputs; ++i) {
        const float* from = kernel.values.data() + ((group * inputs + i) * outputs + o) * taps;
        float* to = weights.data() + ((group * outputs + o) * inputs + i) * taps;
        std::reverse_copy(from, from + taps, to);
      }
  return weights;
}

Feature append_phases(TransposedPhases phases, const Feature& in, NetworkBuilder& net) {
  Feature out = net.append(std::move(phases.conv), {in.node});
  if (phases.order) out = net.append(*std::move(phases.order), {out.node});
  out = net.append(phases.spread, {out.node});
  return phases.crop ? net.append(*phases.crop, {out.node}) : out;
}

/// Channels of several pixels, the pixels' first (DCR) or the channels' (CRD).
std::vector<Value> lower_depth_to_space(const NodeCall& call, NetworkBuilder& net) {
  Feature in = as_map(call.feature(0), net);
  const int block = checked_int(call.integer("blocksize", 0), "its blocksize", 1, 1 << 10);
  const int pixels = block * block;
  if (in.shape.channels % pixels != 0)
    throw Refusal{std::to_string(in.shape.channels) + " channels are not a multiple of its " +
                  std::to_string(pixels) + " pixels"};
  const std::string mode = call.text("mode", "DCR");
  if (mode != "DCR" && mode != "CRD") throw Refusal{"its mode is \"" + mode + "\", expected DCR or CRD"};
  if (mode == "CRD") {
    SelectChannels order;
    const int channels = in.shape.channels / pixels;
    for (int pixel = 0; pixel < pixels; ++pixel)
      for (int c = 0; c < channels; ++c) order.channels.push_back(c * pixels + pixel);
    in = net.append(std::move(order), {in.node});
  }
  return {net.append(DepthToSpace{.block = {block, block}}, {in.node})};
}

std::vector<Value> lower_conv_transpose(const NodeCall& call, NetworkBuilder& net) {
  Feature in = as_map(call.feature(0), net);
  const Kernel kernel = read_kernel(call);
  if (call.known(1).dims.size() != 4) throw Refusal{"it is 1-dimensional, supported is 2-dimensional"};
  Conv conv;
  conv.groups = read_groups(call);
  conv.in_channels = in.shape.channels;
  if (kernel.first != conv.in_channels || kernel.first % conv.groups != 0)
    throw Refusal{"its weights of " + std::to_string(kernel.first) + " channels in " +
                  std::to_string(conv.groups) + " groups do not fit an input of " +
                  std::to_string(conv.in_channels) + " channels"};
  conv.out_channels =
      checked_int(std::int64_t{kernel.second} * conv.groups, "its number of channels", 1, 1 << 20);
  conv.kernel = kernel.size;
  conv.dilation = extent_attribute(call, "dilations", {1, 1});
  const Extent stride = extent_attribute(call, "strides", {1, 1});
  const Extent reach{(conv.kernel.y - 1) * conv.dilation.y, (conv.kernel.x - 1) * conv.dilation.x};
  const Cut rows = transposed_cut(call, 0, in.shape.height, reach.y + 1, stride.y);
  const Cut columns = transposed_cut(call, 1, in.shape.width, reach.x + 1, stride.x);
  conv.weights = turned(kernel, conv.groups);
  conv.bias = read_bias(call, conv.out_channels);
  const auto margin = [](std::int64_t reach_of, std::int64_t cut) {
    return checked_int(reach_of - cut, "its padding", -(1 << 20), 1 << 20);
  };
  const Padding pad{margin(reach.y, rows.before), margin(reach.x, columns.before),
                    margin(reach.y, rows.after), margin(reach.x, columns.after)};
  if (stride != Extent{1, 1}) {
    const auto whole = [](std::int64_t cut) { return checked_int(cut, "its padding", -(1 << 20), 1 << 20); };
    auto phases = transposed_phases(
        conv, stride, {whole(rows.before), whole(columns.before), whole(rows.after), whole(columns.after)});
    if (phases) return {append_phases(*std::move(phases), in, net)};
    in = net.append(InsertZeros{.stride = stride}, {in.node});
  }
  // What is cut beyond the convolution's reach is cut off its input.
  const Padding crop{std::min(pad.top, 0), std::min(pad.left, 0), std::min(pad.bottom, 0),
                     std::min(pad.right, 0)};
  if (crop != Padding{}) in = net.append(Pad{.mode = PadMode::constant, .pad = crop, .value = 0}, {in.node});
  conv.pad = {pad.top - crop.top, pad.left - crop.left, pad.bottom - crop.bottom, pad.right - crop.right};
  return {net.append(std::move(conv), {in.node})};
}

constexpr LoweringRule kConvolutionsRules[] = {
    {"Conv", lower_conv}, {"ConvTranspose", lower_conv_transpose}, {"DepthToSpace", lower_depth_to_space}};

}  // namespace

std::span<const LoweringRule> convolution_rules() {
  return kConvolutionsRules;
}

}  // namespace fcn::tools
