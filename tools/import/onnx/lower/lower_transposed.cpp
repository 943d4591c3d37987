// SPDX-License-Identifier: MIT
// Ops that enlarge a map: transposed convolutions, and channels laid out as pixels.
#include <algorithm>
#include <string>
#include <utility>

#include "tools/import/interpolating_kernels.hpp"
#include "tools/import/onnx/lower/conv_weights.hpp"

namespace fcn::tools {
namespace {

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

Feature append_phases(TransposedPhases phases, const Feature& in, NetworkBuilder& net) {
  Feature out = net.append(std::move(phases.conv), {in.node});
  if (phases.order) out = net.append(*std::move(phases.order), {out.node});
  out = net.append(phases.spread, {out.node});
  return phases.crop ? net.append(*phases.crop, {out.node}) : out;
}

Feature append_interpolation(KernelInterpolation up, const Feature& in, NetworkBuilder& net) {
  Feature out = net.append(up.around, {in.node});
  out = net.append(up.resize, {out.node});
  out = net.append(up.crop, {out.node});
  return up.bias ? net.append(*std::move(up.bias), {out.node}) : out;
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
  const ConvWeights kernel = read_conv_weights(call);
  if (call.known(1).dims.size() != 4) throw Refusal{"it is 1-dimensional, supported is 2-dimensional"};
  Conv conv;
  conv.groups = read_conv_groups(call);
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
  conv.weights =
      turned_weights(kernel.values, kernel.first, kernel.second, kernel.size.y * kernel.size.x, conv.groups);
  conv.bias = read_conv_bias(call, conv.out_channels);
  const auto margin = [](std::int64_t reach_of, std::int64_t cut) {
    return checked_int(reach_of - cut, "its padding", -(1 << 20), 1 << 20);
  };
  const Padding pad{margin(reach.y, rows.before), margin(reach.x, columns.before),
                    margin(reach.y, rows.after), margin(reach.x, columns.after)};
  if (stride != Extent{1, 1}) {
    const auto whole = [](std::int64_t cut) { return checked_int(cut, "its padding", -(1 << 20), 1 << 20); };
    const TransposedCut cut{whole(rows.before), whole(columns.before), whole(rows.after),
                            whole(columns.after)};
    if (auto up = interpolation_by(conv, stride, cut)) return {append_interpolation(*std::move(up), in, net)};
    auto phases = transposed_phases(conv, stride, cut);
    if (phases) return {append_phases(*std::move(phases), in, net)};
    in = net.append(InsertZeros{.stride = stride}, {in.node});
  }
  // A cut beyond the convolution's reach is cut off its input.
  const Padding crop{std::min(pad.top, 0), std::min(pad.left, 0), std::min(pad.bottom, 0),
                     std::min(pad.right, 0)};
  if (crop != Padding{}) in = net.append(Pad{.mode = PadMode::constant, .pad = crop, .value = 0}, {in.node});
  conv.pad = {pad.top - crop.top, pad.left - crop.left, pad.bottom - crop.bottom, pad.right - crop.right};
  return {net.append(std::move(conv), {in.node})};
}

constexpr LoweringRule kTransposedRules[] = {{"ConvTranspose", lower_conv_transpose},
                                             {"DepthToSpace", lower_depth_to_space}};

}  // namespace

std::span<const LoweringRule> transposed_rules() {
  return kTransposedRules;
}

}  // namespace fcn::tools
