// SPDX-License-Identifier: MIT
#include "tools/export/export_work.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "fcn/base/checked.hpp"
#include "fcn/graph/shape_inference.hpp"
#include "fcn/kernels/select.hpp"
#include "fcn/kernels/tables.hpp"
#include "fcn/run/plan_checks.hpp"
#include "tools/export/self_test.hpp"

namespace fcn::tools {
namespace {

/// The smaller run gets a part of the whole budget, because the network runs on both tables.
constexpr std::uint64_t kCheckWork = kReferenceWork / 3;
constexpr int kSmallest = 16;

std::uint64_t taps_of(const Op& op) {
  const auto area = [](Extent kernel) {
    return static_cast<std::uint64_t>(kernel.y) * static_cast<std::uint64_t>(kernel.x);
  };
  if (const auto* pool = std::get_if<MaxPool>(&op)) return area(pool->kernel);
  if (const auto* pool = std::get_if<AveragePool>(&op)) return area(pool->kernel);
  return 1;
}

std::uint64_t work_of(const Op& op, const Shape& out) {
  const auto size = [](int value) { return static_cast<std::uint64_t>(value); };
  const std::uint64_t values = size(out.channels) * size(out.height) * size(out.width);
  return std::max(fcn::multiply_adds(op, out), values * taps_of(op));
}

int input_channels(const Graph& graph) {
  return std::get<Input>(graph.nodes[0].op).channels;
}

/// The shapes of the nodes before the first that does not accept a picture of that size.
std::vector<Shape> accepted_shapes(const Graph& graph, Extent picture) {
  const Shape input{input_channels(graph), picture.y, picture.x};
  std::vector<Shape> shapes;
  for (const Node& node : graph.nodes) {
    const auto shape = infer_shape(node, shapes, input);
    if (!shape) break;
    shapes.push_back(*shape);
  }
  return shapes;
}

std::uint64_t sum_of_work(const Graph& graph, const std::vector<Shape>& shapes) {
  std::uint64_t sum = 0;
  for (NodeId id = 0; id < shapes.size(); ++id) sum += work_of(graph.nodes[id].op, shapes[id]);
  return sum;
}

/// The first `count` nodes, the last of them the output.
Graph first_nodes(const Graph& graph, std::size_t count) {
  Graph part;
  part.nodes.assign(graph.nodes.begin(), graph.nodes.begin() + static_cast<std::ptrdiff_t>(count));
  part.output = count == graph.nodes.size() ? graph.output : count - 1;
  return part;
}

/// A run on a small picture.
struct SmallRun {
  Extent picture;
  std::size_t nodes = 0;  // that accept it, from the first on
};

/// A whole fraction of the window, so that a network with strides accepts it if possible: the one that most
/// of the network accepts, and of those the largest within kCheckWork.
std::optional<SmallRun> small_run(const Graph& graph, Extent window) {
  std::optional<SmallRun> best;
  for (int part = 1; part <= 16; ++part) {
    const Extent picture{ceil_div(window.y, part), ceil_div(window.x, part)};
    if (best && (picture.y < kSmallest || picture.x < kSmallest)) break;
    const std::vector<Shape> shapes = accepted_shapes(graph, picture);
    if (sum_of_work(graph, shapes) > kCheckWork || shapes.size() < 2) continue;
    if (!best || shapes.size() > best->nodes) best = SmallRun{picture, shapes.size()};
  }
  return best;
}

}  // namespace

Result<std::uint64_t> count_work(const Graph& graph, Extent picture) {
  const auto shapes = infer_shapes(graph, {input_channels(graph), picture.y, picture.x});
  if (!shapes) return shapes.error();
  return sum_of_work(graph, *shapes);
}

Result<const kernels::KernelTable*> kernels_for(std::uint64_t work) {
  if (work <= kReferenceWork) return &kernels::table_reference;
  const kernels::TableChoice best = kernels::select_table();
  if (best.table == nullptr) return Error{ErrorCode::invalid_argument, best.error, "FCN_FORCE_ARCH"};
  return best.table;
}

Result<std::optional<Extent>> check_kernels(const Graph& graph, const ModelInfo& info,
                                            const kernels::KernelTable& table) {
  const auto small = small_run(graph, info.window);
  if (!small) return std::optional<Extent>();
  const Graph part = first_nodes(graph, small->nodes);
  ModelInfo any_size = info;
  any_size.classifier_pool.clear();
  const SelfTest picture = make_picture(small->picture.y, small->picture.x, input_channels(graph));
  const auto expected = run_picture(part, any_size, picture, kernels::table_reference);
  if (!expected) return expected.error();
  const auto found = run_picture(part, any_size, picture, table);
  if (!found) return found.error();
  const auto result = compare(*expected, *found);
  if (!result) return result.error().at("check of the kernels");
  // Only a machine without fused multiply-adds rounds in other places.
  const bool fused = std::string_view(table.arch) != "sse2";
  if (result->identical || (!fused && result->largest_difference <= rounding_bound(part) * result->scale))
    return std::optional<Extent>(small->picture);
  return Error{ErrorCode::mismatch,
               "the " + std::string(table.arch) + " kernels differ from the reference by " +
                   std::to_string(result->largest_difference) +
                   "; nothing was written, please report this (FCN_FORCE_ARCH=reference is slow but right)",
               "check of the kernels"};
}

}  // namespace fcn::tools
