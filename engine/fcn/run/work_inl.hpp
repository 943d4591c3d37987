// SPDX-License-Identifier: MIT
// Definitions of work.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <variant>

#include "fcn/base/checked.hpp"
#include "fcn/graph/resample.hpp"
#include "fcn/graph/row_reach.hpp"
#include "fcn/kernels/kernel_table.hpp"
#include "fcn/run/work.hpp"

namespace fcn::inline FCN_ABI {

namespace detail {

FCN_INLINE std::uint64_t whole_quanta(int channels) {
  return round_up(static_cast<std::uint64_t>(channels), std::uint64_t{kernels::kChannelQuantum});
}

/// Values that `op` reads for each that it writes.
FCN_INLINE std::uint64_t values_read(const Op& op, const Shape& in, const Shape& out) {
  const auto size = [](int value) { return static_cast<std::uint64_t>(value); };
  const auto area = [&](Extent kernel) { return size(kernel.y) * size(kernel.x); };
  if (const auto* pool = std::get_if<MaxPool>(&op)) return area(pool->kernel);
  if (const auto* pool = std::get_if<MaxPoolIndices>(&op)) return area(pool->kernel);
  if (const auto* pool = std::get_if<AveragePool>(&op)) return area(pool->kernel);
  if (const auto* norm = std::get_if<LocalResponseNorm>(&op)) return size(std::min(norm->size, in.channels));
  if (const auto resize = resize_of(op, in, out))
    return size(resize_taps(resize->mode)) * size(resize_taps(resize->mode));
  return 1;
}

FCN_INLINE std::uint64_t work_of_node(const Op& op, const Shape& in, const Shape& out) {
  const bool takes_all =
      gathers_rows(op) || std::holds_alternative<Flatten>(op) || std::holds_alternative<ReduceChannels>(op);
  const Shape& map = takes_all ? in : out;
  const auto height = static_cast<std::uint64_t>(map.height), width = static_cast<std::uint64_t>(map.width);
  const std::uint64_t values =
      capped_mul(capped_mul(whole_quanta(map.channels), height * width), values_read(op, in, out));
  const std::uint64_t multiplied =
      capped_mul(multiply_adds(op, {1, out.height, out.width}), whole_quanta(out.channels));
  return capped_add(kWorkPerRow * height, std::max(multiplied, capped_mul(kWorkPerValue, values)));
}

/// "131 G": three or four digits, rounded up or down.
FCN_INLINE std::string work_text(std::uint64_t work, bool up) {
  constexpr std::string_view kUnits = " KMGTPE";
  std::size_t unit = 0;
  for (; work >= 10'000 && unit + 1 < kUnits.size(); ++unit)
    work = work / 1000 + (up && work % 1000 != 0 ? 1 : 0);
  return std::to_string(work) + (unit == 0 ? "" : " " + std::string(1, kUnits[unit]));
}

}  // namespace detail

FCN_INLINE std::uint64_t work_of(const Graph& graph, const std::vector<Shape>& shapes) {
  std::uint64_t sum = 0;
  for (NodeId id = 0; id < shapes.size(); ++id) {
    const Node& node = graph.nodes[id];
    const Shape& in = shapes[node.inputs.empty() ? id : node.inputs[0]];
    sum = capped_add(sum, detail::work_of_node(node.op, in, shapes[id]));
  }
  return sum;
}

FCN_INLINE Status check_work(const Graph& graph, const std::vector<Shape>& shapes, const PixelRect& area,
                             const Limits& limits) {
  const auto size = [](int value) { return static_cast<std::uint64_t>(value); };
  const std::uint64_t pixels = std::max(size(area.height) * size(area.width), kFewestPixels);
  const std::uint64_t allowed = std::min(limits.max_work, capped_mul(limits.max_work_per_pixel, pixels));
  const std::uint64_t work = work_of(graph, shapes);
  if (work <= allowed) return {};
  return Error{ErrorCode::limit_exceeded,
               "the network's work on a picture of " + std::to_string(area.width) + "x" +
                   std::to_string(area.height) + " pixels is as much as " + detail::work_text(work, true) +
                   " multiply-adds, the limit is " + detail::work_text(allowed, false) +
                   "; if you trust the model, raise it (--max-work, Limits::max_work)",
               ""};
}

}  // namespace fcn::inline FCN_ABI
