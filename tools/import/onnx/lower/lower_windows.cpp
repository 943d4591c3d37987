// SPDX-License-Identifier: MIT
// Pools: windows that slide over a map, global ones, and those along one axis that is no row or column.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/import/onnx/lower/elementwise.hpp"
#include "tools/import/onnx/lower/matrix_product.hpp"
#include "tools/import/onnx/lower/reduce.hpp"

namespace fcn::tools {
namespace {

Extent pool_kernel(const NodeCall& call) {
  if (!call.has_attribute("kernel_shape")) throw Refusal{"attribute kernel_shape is missing"};
  return extent_attribute(call, "kernel_shape", {1, 1});
}

/// All axes but the first two.
Axes places_of(const Feature& in) {
  if (in.view.rank() < 3) throw Refusal{"its input has no rows and columns"};
  Axes axes(in.view.rank(), true);
  axes[0] = axes[1] = false;
  return axes;
}

/// A pool whose input is no map: of one axis, or of more of which it moves along one.
struct AxisPool {
  std::size_t axis = 2;
  std::int64_t kernel = 1, stride = 1, before = 0, after = 0;
};

std::int64_t listed(const NodeCall& call, const char* name, std::size_t i, std::size_t count,
                    std::int64_t low, std::int64_t fallback) {
  const auto list = call.integers(name);
  if (list.empty()) return fallback;
  if (list.size() != count)
    throw Refusal{"attribute " + std::string(name) + " has " + std::to_string(list.size()) +
                  " numbers, expected " + std::to_string(count)};
  return checked_int(list[i], name, static_cast<int>(low), 1 << 20);
}

/// Nothing for a pool over rows and columns of a map. A Refusal if several axes are pooled that are not
/// those.
std::optional<AxisPool> along_one_axis(const NodeCall& call) {
  const Feature& in = call.feature(0);
  const std::size_t axes = in.view.rank() < 3 ? 0 : in.view.rank() - 2;
  const std::vector<std::int64_t> kernel = call.integers("kernel_shape");
  if (axes == 2 || axes == 0 || kernel.size() != axes) return std::nullopt;
  if (call.text("auto_pad", "NOTSET") != "NOTSET" || call.integer("ceil_mode", 0) != 0)
    throw Refusal{"is no pool over rows and columns and has auto_pad or ceil_mode, supported are plain pads"};
  std::optional<AxisPool> pool;
  for (std::size_t i = 0; i < axes; ++i) {
    const AxisPool at{.axis = i + 2,
                      .kernel = listed(call, "kernel_shape", i, axes, 1, 1),
                      .stride = listed(call, "strides", i, axes, 1, 1),
                      .before = listed(call, "pads", i, 2 * axes, 0, 0),
                      .after = listed(call, "pads", i + axes, 2 * axes, 0, 0)};
    if (listed(call, "dilations", i, axes, 1, 1) != 1)
      throw Refusal{"has dilations along an axis of its own"};
    if (at.kernel == 1 && at.stride == 1 && at.before == 0 && at.after == 0) continue;
    if (pool) throw Refusal{"slides along several axes that are not rows and columns, supported is one"};
    pool = at;
  }
  return pool ? pool : AxisPool{};
}

/// The taps of each window that lie on the axis.
std::vector<std::vector<std::int64_t>> windows_of(const AxisPool& pool, std::int64_t size) {
  std::vector<std::vector<std::int64_t>> windows;
  const std::int64_t room = size + pool.before + pool.after - pool.kernel;
  for (std::int64_t start = -pool.before; start <= room - pool.before; start += pool.stride) {
    windows.emplace_back();
    for (std::int64_t i = std::max<std::int64_t>(start, 0); i < std::min(start + pool.kernel, size); ++i)
      windows.back().push_back(i);
    if (windows.back().empty()) throw Refusal{"has windows of padding alone"};
  }
  if (windows.empty()) throw Refusal{"its window is larger than its input"};
  return windows;
}

bool is_whole(const AxisPool& pool, const Feature& in) {
  return pool.before == 0 && pool.after == 0 && pool.kernel == axis_size(in.view.axis(pool.axis));
}

Feature reduced_axis(const AxisPool& pool, const Feature& in, ReductionKind kind, NetworkBuilder& net) {
  Axes axes(in.view.rank(), false);
  axes[pool.axis] = true;
  return reduce(in, kind, axes, true, net);
}

/// The mean of each window, as a product with a matrix.
Feature average_along(const NodeCall& call, const AxisPool& pool, NetworkBuilder& net) {
  const Feature& in = call.feature(0);
  if (is_whole(pool, in)) return reduced_axis(pool, in, ReductionKind::mean, net);
  if (!in.view.only_channels(pool.axis))
    throw Refusal{"slides along an axis of " + dims_text(in.view.dims()) +
                  " that holds places, supported are windows of all of them"};
  const std::int64_t size = axis_size(in.view.axis(pool.axis));
  const auto windows = windows_of(pool, size);
  const bool padded = call.integer("count_include_pad", 0) != 0;
  Matrix matrix{.outputs = static_cast<int>(windows.size()), .inputs = static_cast<int>(size), .values = {}};
  if (windows.size() * static_cast<std::size_t>(size) > (std::size_t{1} << 24))
    throw Refusal{"has more windows than are supported"};
  matrix.values.assign(windows.size() * static_cast<std::size_t>(size), 0);
  for (std::size_t o = 0; o < windows.size(); ++o)
    for (const std::int64_t i : windows[o])
      matrix.values[o * static_cast<std::size_t>(size) + static_cast<std::size_t>(i)] =
          1.0f / static_cast<float>(padded ? pool.kernel : static_cast<std::int64_t>(windows[o].size()));
  return multiply_axis(in, pool.axis, matrix, net);
}

/// The maximum of each window, of as many selections as it has taps; a tap off the axis counts as the
/// nearest.
Feature maximum_along(const AxisPool& pool, const Feature& in, NetworkBuilder& net) {
  if (is_whole(pool, in)) return reduced_axis(pool, in, ReductionKind::maximum, net);
  const auto windows = windows_of(pool, axis_size(in.view.axis(pool.axis)));
  constexpr std::int64_t kMostTaps = 64;
  if (pool.kernel > kMostTaps) throw Refusal{"has a window of more than 64 channels"};
  std::optional<Feature> most;
  for (std::size_t tap = 0; tap < static_cast<std::size_t>(pool.kernel); ++tap) {
    std::vector<std::int64_t> taken;
    for (const auto& window : windows) taken.push_back(window[std::min(tap, window.size() - 1)]);
    const Feature part = select(in, pool.axis, taken, net);
    most = most ? combine(ArithmeticKind::maximum, *most, part, net) : part;
  }
  return *most;
}

std::vector<Value> lower_max_pool(const NodeCall& call, NetworkBuilder& net) {
  if (const auto line = along_one_axis(call)) return {maximum_along(*line, call.feature(0), net)};
  MaxPool pool;
  pool.kernel = pool_kernel(call);
  const Feature in = as_map(call.feature(0), net);
  pool.stride = extent_attribute(call, "strides", {1, 1});
  pool.dilation = extent_attribute(call, "dilations", {1, 1});
  pool.pad = window_padding(call, in.shape, pool.kernel, pool.stride, pool.dilation);
  pool.ceil_mode = call.integer("ceil_mode", 0) != 0;
  std::vector<Value> outputs{net.append(pool, {in.node})};
  if (call.node().outputs.size() < 2 || call.node().outputs[1].empty()) return outputs;
  if (pool.dilation != Extent{1, 1}) throw Refusal{"gives its indices and has dilations, supported is 1"};
  outputs.emplace_back(
      net.append(MaxPoolIndices{pool.kernel, pool.stride, pool.pad, pool.ceil_mode}, {in.node}));
  return outputs;
}

/// Values back to where the pool found them. Indices count the places of the whole map, so both must speak of
/// one size.
std::vector<Value> lower_max_unpool(const NodeCall& call, NetworkBuilder& net) {
  const Feature in = as_map(call.feature(0), net), indices = as_map(call.feature(1), net);
  const Node& from = net.graph().nodes[indices.node];
  const auto* pool = std::get_if<MaxPoolIndices>(&from.op);
  if (pool == nullptr) throw Refusal{"its indices are not those that a max-pool gives"};
  if (in.shape != indices.shape) throw Refusal{"its values and indices differ in shape"};
  const Extent kernel = extent_attribute(call, "kernel_shape", pool->kernel);
  const Extent stride =
      extent_attribute(call, "strides", call.has_attribute("kernel_shape") ? Extent{1, 1} : pool->stride);
  if (kernel != pool->kernel || stride != pool->stride)
    throw Refusal{"its windows are not those of the max-pool that gave its indices"};
  const Shape& source = net.shape(from.inputs[0]);
  const auto unpooled = [](int size, int taps, int step, int before, int after) {
    return std::int64_t{size - 1} * step + taps - before - after;
  };
  std::vector<std::int64_t> size{
      unpooled(in.shape.height, kernel.y, stride.y, pool->pad.top, pool->pad.bottom),
      unpooled(in.shape.width, kernel.x, stride.x, pool->pad.left, pool->pad.right)};
  if (call.has(2)) size = call.known_integers(2);
  if (size.size() == 4) size.erase(size.begin(), size.begin() + 2);
  if (size != std::vector<std::int64_t>{source.height, source.width})
    throw Refusal{"makes another size than the " + std::to_string(source.width) + "x" +
                  std::to_string(source.height) +
                  " that its indices count in; give it the size of what was pooled, or export on a window "
                  "that the pools divide"};
  return {
      net.append(MaxUnpool{pool->kernel, pool->stride, pool->pad}, {in.node, indices.node, from.inputs[0]})};
}

/// A pool with weights of its own: each tap of each channel counts `weight`.
Conv even_conv(int channels, Extent kernel, float weight) {
  Conv conv;
  conv.in_channels = conv.out_channels = conv.groups = channels;
  conv.kernel = kernel;
  const auto taps = static_cast<std::size_t>(kernel.y) * static_cast<std::size_t>(kernel.x);
  conv.weights.assign(static_cast<std::size_t>(channels) * taps, weight);
  return conv;
}

/// With dilation, which the engine's pools have none of.
Feature dilated_average(const NodeCall& call, const Feature& in, const AveragePool& pool, Extent dilation,
                        NetworkBuilder& net) {
  Conv conv =
      even_conv(in.shape.channels, pool.kernel, 1.0f / static_cast<float>(pool.kernel.y * pool.kernel.x));
  conv.stride = pool.stride;
  conv.dilation = dilation;
  conv.pad = window_padding(call, in.shape, pool.kernel, pool.stride, dilation);
  if (pool.ceil_mode) throw Refusal{"has dilations and ceil_mode, supported is one of them"};
  if (conv.pad != Padding{} && !pool.count_include_pad)
    throw Refusal{"has dilations and padding that does not count, supported is one of them"};
  return net.append(std::move(conv), {in.node});
}

/// Whether a padded pool has one window on the training window and that holds the whole map, as Caffe2 writes
/// the mean over a map whose size it rounded up. Small windows halve maps, and may do so to the last place.
bool is_whole_despite_padding(const AveragePool& pool, const Shape& in) {
  constexpr int kLargestHalving = 3;
  const auto holds = [](int size, int kernel, int before, int after, int stride, bool ceil) {
    const int room = size + before + after - kernel;
    return kernel > kLargestHalving && kernel - before >= size && room >= 0 && room < (ceil ? 1 : stride);
  };
  return pool.pad != Padding{} &&
         holds(in.height, pool.kernel.y, pool.pad.top, pool.pad.bottom, pool.stride.y, pool.ceil_mode) &&
         holds(in.width, pool.kernel.x, pool.pad.left, pool.pad.right, pool.stride.x, pool.ceil_mode);
}

std::vector<Value> lower_average_pool(const NodeCall& call, NetworkBuilder& net) {
  if (const auto line = along_one_axis(call)) return {average_along(call, *line, net)};
  AveragePool pool;
  pool.kernel = pool_kernel(call);
  const Feature in = as_map(call.feature(0), net);
  pool.stride = extent_attribute(call, "strides", {1, 1});
  pool.ceil_mode = call.integer("ceil_mode", 0) != 0;
  pool.count_include_pad = call.integer("count_include_pad", 0) != 0;
  const Extent dilation = extent_attribute(call, "dilations", {1, 1});
  if (dilation != Extent{1, 1}) return {dilated_average(call, in, pool, dilation, net)};
  pool.pad = window_padding(call, in.shape, pool.kernel, pool.stride, {1, 1});
  if (is_whole_despite_padding(pool, in.shape)) {
    const Feature mean = net.append(GlobalAveragePool{}, {in.node});
    if (!pool.count_include_pad) return {mean};
    const double share =
        static_cast<double>(in.shape.height) * in.shape.width / pool.kernel.y / pool.kernel.x;
    return {scaled(mean, static_cast<float>(share), 0, net)};
  }
  // An adaptive pool whose output has its input's size on the training window.
  if (pool.kernel == Extent{1, 1} && pool.stride == Extent{1, 1} && pool.pad == Padding{}) return {in};
  return {net.append(pool, {in.node})};
}

/// The p-norm of each window: sums by a convolution.
std::vector<Value> lower_lp_pool(const NodeCall& call, NetworkBuilder& net) {
  const Feature in = as_map(call.feature(0), net);
  const auto p = static_cast<float>(checked_int(call.integer("p", 2), "attribute p", 1, 64));
  Conv conv = even_conv(in.shape.channels, pool_kernel(call), 1);
  conv.stride = extent_attribute(call, "strides", {1, 1});
  conv.dilation = extent_attribute(call, "dilations", {1, 1});
  conv.pad = window_padding(call, in.shape, conv.kernel, conv.stride, conv.dilation);
  if (call.integer("ceil_mode", 0) != 0) throw Refusal{"attribute ceil_mode is 1, supported is 0"};
  const Feature powers = power(activate(in, ActivationKind::abs, net), p, net);
  return {power(net.append(std::move(conv), {powers.node}), 1 / p, net)};
}

std::vector<Value> lower_global_average_pool(const NodeCall& call, NetworkBuilder& net) {
  const Feature& in = call.feature(0);
  if (in.view.rank() != 4) return {reduce(in, ReductionKind::mean, places_of(in), true, net)};
  return {net.append(GlobalAveragePool{}, {as_map(in, net).node})};
}

std::vector<Value> lower_global_max_pool(const NodeCall& call, NetworkBuilder& net) {
  const Feature& in = call.feature(0);
  if (in.view.rank() != 4) return {reduce(in, ReductionKind::maximum, places_of(in), true, net)};
  return {net.append(GlobalMaxPool{}, {as_map(in, net).node})};
}

constexpr LoweringRule kWindowsRules[] = {{"AveragePool", lower_average_pool},
                                          {"GlobalAveragePool", lower_global_average_pool},
                                          {"GlobalMaxPool", lower_global_max_pool},
                                          {"LpPool", lower_lp_pool},
                                          {"MaxPool", lower_max_pool},
                                          {"MaxUnpool", lower_max_unpool},
                                          {"aten::max_unpool2d", lower_max_unpool}};

}  // namespace

std::span<const LoweringRule> window_rules() {
  return kWindowsRules;
}

}  // namespace fcn::tools
