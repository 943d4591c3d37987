// SPDX-License-Identifier: MIT
// How one size of picture runs through a model: every shape, the layout of every row, the height of every
// ring and the exact bytes, known before a pixel is read. A Plan allocates no feature map; the Executor
// allocates what it says.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/checked.hpp"
#include "engine/geometry.hpp"
#include "engine/model.hpp"
#include "engine/row_schedule.hpp"
#include "engine/shape_inference.hpp"
#include "engine/window.hpp"

namespace fcn::inline FCN_ABI {

struct PlanOptions {
  int height = 0;  ///< of the picture, pixels
  int width = 0;
  int images = 1;  ///< pictures of this size that run side by side
  int pool_stride =
      0;  ///< stride of the classifier's pool in cells of its feature map; 0 keeps the model's own (1)
  int band_rows = 0;  ///< rows of a step, for every node; 0 lets the plan choose. Never changes bits.
};

/// How a node's rows lie in memory. The drawing is in kernels/kernel_table.hpp.
struct NodePlan {
  Shape shape;
  Window window;                    ///< over the first input
  int step_rows = 1;                ///< steps end at multiples of this many rows
  int most_rows = 0;                ///< most rows made at once
  int ring_rows = 0;                ///< rows held; row r lives in slot r % ring_rows
  int margin_left = 0;              ///< zeroed pixels before each image's row
  int margin_right = 0;             ///< and after
  std::ptrdiff_t pixel_stride = 0;  ///< floats
  std::ptrdiff_t image_stride = 0;
  std::ptrdiff_t row_stride = 0;
  std::size_t ring_offset = 0;      ///< of the ring in the arena, floats
  std::uint64_t multiply_adds = 0;  ///< for one image

  [[nodiscard]] std::size_t ring_floats() const {
    return static_cast<std::size_t>(ring_rows) * static_cast<std::size_t>(row_stride);
  }
};

class Plan {
 public:
  static Result<Plan> create(const Model& model, const PlanOptions& options);

  [[nodiscard]] const PlanOptions& options() const { return options_; }
  [[nodiscard]] const Graph& graph() const { return graph_; }  ///< the model's, with this plan's pool stride
  [[nodiscard]] const NodePlan& node(NodeId id) const { return nodes_[id]; }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  [[nodiscard]] const RowSchedule& schedule() const { return schedule_; }
  [[nodiscard]] const Shape& map_shape() const { return nodes_[graph_.output].shape; }
  [[nodiscard]] const MapGeometry& geometry() const { return geometry_; }
  [[nodiscard]] std::size_t arena_floats() const {
    return arena_floats_;
  }  ///< all rings and the row of zeros
  [[nodiscard]] std::size_t zero_offset() const {
    return zero_offset_;
  }  ///< of the row of zeros in the arena
  [[nodiscard]] std::size_t most_row_pointers() const { return most_row_pointers_; }

 private:
  Plan() = default;
  Status lay_out_rows(const Model& model);
  void choose_steps();
  void simulate();
  Status place_rings(const Limits& limits);

  PlanOptions options_;
  Graph graph_;
  std::vector<NodePlan> nodes_;
  RowSchedule schedule_;
  MapGeometry geometry_;
  std::size_t arena_floats_ = 0;
  std::size_t zero_offset_ = 0;
  std::size_t most_row_pointers_ = 0;
};

namespace detail {

/// A step of about this many output pixels is long enough that a layer's weights, read once a step, cost
/// little beside the arithmetic, and short enough that the rows it reads and writes are still in cache for
/// the next layer.
inline constexpr int kStepPixels = 480;
/// Rows the input hands out at once when the plan chooses.
inline constexpr int kInputStepRows = 8;

/// Rows of a step for rows of this many pixels. A power of two: strides are, so steps soon repeat in the same
/// rhythm and the rings of a tall picture are those of a low one.
inline std::int64_t step_rows(std::int64_t row_pixels) {
  const auto rows = static_cast<std::uint64_t>(ceil_div<std::int64_t>(kStepPixels, row_pixels));
  return static_cast<std::int64_t>(std::bit_ceil(rows));
}

inline Error size_overflow(const Node& node) {
  return {ErrorCode::limit_exceeded, "the size of its rows overflows", "node " + node.name};
}

inline Status check_plan_options(const Model& model, const PlanOptions& options) {
  const Limits& limits = model.limits();
  const auto side = std::to_string(options.height) + "x" + std::to_string(options.width);
  if (options.height < 1 || options.width < 1 || options.images < 1)
    return Error{ErrorCode::invalid_argument, "a picture of " + side + " pixels cannot be run", ""};
  if (options.height > limits.max_image_side || options.width > limits.max_image_side)
    return Error{ErrorCode::limit_exceeded,
                 "the picture is " + side + " pixels (height x width); at most " +
                     std::to_string(limits.max_image_side) + " a side are allowed",
                 ""};
  const Extent window = model.info().window;
  if (!model.info().classifier_pool.empty() && (options.height < window.y || options.width < window.x))
    return Error{ErrorCode::too_small,
                 "the picture is " + side + " pixels (height x width), smaller than the model's " +
                     std::to_string(window.y) + "x" + std::to_string(window.x) + " window",
                 ""};
  return {};
}

/// Sets the stride of the classifier's pool.
inline Status set_pool_stride(Graph& graph, const std::string& pool_name, int stride) {
  if (stride == 0) return {};
  for (Node& node : graph.nodes) {
    auto* pool = std::get_if<AveragePool>(&node.op);
    if (pool == nullptr || node.name != pool_name) continue;
    if (stride < 0 || stride > std::min(pool->kernel.y, pool->kernel.x))
      return Error{ErrorCode::invalid_argument,
                   "pool stride " + std::to_string(stride) + " is outside 1 to " +
                       std::to_string(std::min(pool->kernel.y, pool->kernel.x)) +
                       ", the size of the model's pool",
                   ""};
    pool->stride = {stride, stride};
    return {};
  }
  return Error{ErrorCode::invalid_argument, "this model has no classifier pool whose stride could be set",
               ""};
}

inline std::uint64_t multiply_adds(const Op& op, const Shape& out) {
  if (!std::holds_alternative<Conv>(op) && !std::holds_alternative<Linear>(op)) return 0;
  const kernels::ConvShape shape = conv_shape(op);
  const auto taps = static_cast<std::uint64_t>(shape.kernel_h) * static_cast<std::uint64_t>(shape.kernel_w) *
                    static_cast<std::uint64_t>(shape.in_channels / shape.groups);
  return taps * static_cast<std::uint64_t>(out.channels) * static_cast<std::uint64_t>(out.height) *
         static_cast<std::uint64_t>(out.width);
}

}  // namespace detail

/// Margins and strides: margins as wide as the convolutions that read the node pad, pixels a multiple of
/// kChannelQuantum floats apart. Pixels that enter and are read by convolutions only stay dense, so that a
/// row of taps is one run of memory.
inline Status Plan::lay_out_rows(const Model& model) {
  std::vector<bool> dense(graph_.nodes.size(), false);
  dense[0] = true;
  for (const Node& node : graph_.nodes) {
    const auto* conv = std::get_if<Conv>(&node.op);
    for (std::size_t slot = 0; slot < node.inputs.size(); ++slot) {
      NodePlan& from = nodes_[node.inputs[slot]];
      if (conv == nullptr || slot != 0) {
        dense[node.inputs[slot]] = false;
        continue;
      }
      from.margin_left = std::max(from.margin_left, conv->pad.left);
      from.margin_right = std::max(from.margin_right, conv->pad.right);
    }
  }
  for (NodeId id = 0; id < nodes_.size(); ++id) {
    NodePlan& plan = nodes_[id];
    const std::uint64_t quantum = kernels::kChannelQuantum;
    const auto channels = static_cast<std::uint64_t>(plan.shape.channels);
    const std::uint64_t pixel = dense[id] ? channels : round_up(channels, quantum);
    const std::uint64_t pixels = std::uint64_t{static_cast<unsigned>(plan.shape.width)} +
                                 static_cast<std::uint64_t>(plan.margin_left) +
                                 static_cast<std::uint64_t>(plan.margin_right);
    const auto image = checked_mul(pixels, pixel);
    const auto row =
        image ? checked_mul(*image + quantum, static_cast<std::uint64_t>(options_.images)) : std::nullopt;
    if (!row || *row > model.limits().max_run_bytes) return detail::size_overflow(graph_.nodes[id]);
    plan.pixel_stride = static_cast<std::ptrdiff_t>(pixel);
    plan.image_stride = static_cast<std::ptrdiff_t>(round_up(*image, quantum));
    plan.row_stride = plan.image_stride * options_.images;
    plan.multiply_adds = detail::multiply_adds(graph_.nodes[id].op, plan.shape);
  }
  return {};
}

inline void Plan::choose_steps() {
  std::vector<RowSchedule::Lane> lanes;
  lanes.reserve(nodes_.size());
  for (NodeId id = 0; id < nodes_.size(); ++id) {
    NodePlan& plan = nodes_[id];
    const Node& node = graph_.nodes[id];
    if (!node.inputs.empty()) plan.window = window_of(node.op, nodes_[node.inputs[0]].shape);
    const std::int64_t row_pixels = std::int64_t{plan.shape.width} * options_.images;
    const std::int64_t rows = options_.band_rows != 0 ? options_.band_rows
                              : id == 0               ? detail::kInputStepRows
                                                      : detail::step_rows(row_pixels);
    plan.step_rows = static_cast<int>(std::clamp<std::int64_t>(rows, 1, plan.shape.height));
    lanes.push_back({node.inputs, plan.window, plan.shape.height, plan.step_rows});
  }
  schedule_ = RowSchedule(std::move(lanes));
}

/// Runs the schedule in integers: a ring must hold the rows from the oldest that a consumer still needs to
/// the newest.
inline void Plan::simulate() {
  std::vector<std::vector<std::pair<NodeId, std::size_t>>> readers(nodes_.size());
  for (NodeId id = 0; id < nodes_.size(); ++id)
    for (std::size_t slot = 0; slot < graph_.nodes[id].inputs.size(); ++slot)
      readers[graph_.nodes[id].inputs[slot]].emplace_back(id, slot);

  RowSchedule schedule = schedule_;
  for (RowStep step; schedule.next(step);) {
    NodePlan& plan = nodes_[step.node];
    int oldest = step.begin;
    for (const auto& [reader, slot] : readers[step.node])
      oldest = std::min(oldest, schedule.first_row_needed(reader, slot));
    plan.most_rows = std::max(plan.most_rows, step.end - step.begin);
    plan.ring_rows = std::max(plan.ring_rows, step.end - oldest);
    const auto pointers =
        static_cast<std::size_t>(plan.most_rows) * static_cast<std::size_t>(plan.window.kernel.y);
    most_row_pointers_ = std::max(most_row_pointers_, pointers);
  }
}

inline Status Plan::place_rings(const Limits& limits) {
  std::uint64_t floats = 0;
  std::ptrdiff_t longest_row = 0;
  for (NodePlan& plan : nodes_) {
    plan.ring_offset = static_cast<std::size_t>(floats);
    floats += plan.ring_floats();  // rows are below max_run_bytes and at most 2^31, so the sum of a graph
                                   // fits 64 bits
    if (floats > limits.max_run_bytes / sizeof(float)) break;
    longest_row = std::max(longest_row, plan.row_stride);
  }
  zero_offset_ = static_cast<std::size_t>(floats);
  floats += static_cast<std::uint64_t>(longest_row);
  if (floats > limits.max_run_bytes / sizeof(float))
    return Error{ErrorCode::limit_exceeded,
                 "running this picture needs more than the " + std::to_string(limits.max_run_bytes >> 20) +
                     " MiB allowed; use a smaller picture or raise the limit",
                 ""};
  arena_floats_ = static_cast<std::size_t>(floats);
  return {};
}

inline Result<Plan> Plan::create(const Model& model, const PlanOptions& options) {
  if (Status ok = detail::check_plan_options(model, options); !ok) return ok.error();
  Plan plan;
  plan.options_ = options;
  plan.graph_ = model.graph();
  if (Status ok = detail::set_pool_stride(plan.graph_, model.info().classifier_pool, options.pool_stride);
      !ok)
    return ok.error();
  auto shapes = infer_shapes(plan.graph_, {model.input_channels(), options.height, options.width});
  if (!shapes) return shapes.error();
  plan.geometry_ = infer_geometry(plan.graph_, *shapes)[plan.graph_.output];
  plan.geometry_.window = model.info().window;
  plan.nodes_.resize(shapes->size());
  for (NodeId id = 0; id < shapes->size(); ++id) plan.nodes_[id].shape = (*shapes)[id];
  if (Status ok = plan.lay_out_rows(model); !ok) return ok.error();
  plan.choose_steps();
  plan.simulate();
  if (Status ok = plan.place_rings(model.limits()); !ok) return ok.error();
  return plan;
}

}  // namespace fcn::inline FCN_ABI
