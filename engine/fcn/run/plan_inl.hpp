// SPDX-License-Identifier: MIT
// Definitions of plan.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "fcn/base/checked.hpp"
#include "fcn/graph/picture_part.hpp"
#include "fcn/graph/resample.hpp"
#include "fcn/graph/shape_inference.hpp"
#include "fcn/graph/window.hpp"
#include "fcn/run/phases.hpp"
#include "fcn/run/plan.hpp"
#include "fcn/run/pool_fusion.hpp"
#include "fcn/run/work.hpp"

namespace fcn::inline FCN_ABI {

namespace detail {

FCN_INLINE Error size_overflow(const Node& node) {
  return {ErrorCode::limit_exceeded, "the size of its rows overflows", "node " + node.name};
}

}  // namespace detail

FCN_INLINE void Plan::fuse_pools() {
  if (options_.keep_rows) return;
  std::vector<ConvAlgorithm> algorithms;
  for (const NodePlan& plan : nodes_) algorithms.push_back(plan.algorithm);
  const std::vector<int> readers = graph_.consumer_counts();
  for (NodeId id = 0; id < nodes_.size(); ++id) {
    nodes_[id].fused_conv = fusible_conv(graph_, id, readers, algorithms);
    if (nodes_[id].fused_conv) nodes_[*nodes_[id].fused_conv].fused_into = id;
  }
}

/// What the map has of the picture itself. A pixel model was trained to give pixel i's scores in place i,
/// wherever it looks for them.
FCN_INLINE Status Plan::place_map(const ModelInfo& info, Extent padded) {
  geometry_.window = info.window;
  Shape& map = map_shape_;
  if (info.kind == ModelKind::classifier) {
    map.height = cells_within(map.height, geometry_.y, info.window.y, options_.height, padded.y);
    map.width = cells_within(map.width, geometry_.x, info.window.x, options_.width, padded.x);
    return {};
  }
  if (map.height < options_.height || map.width < options_.width)
    return Error{ErrorCode::unsupported,
                 "its map has " + std::to_string(map.width) + "x" + std::to_string(map.height) +
                     " places for the picture's " + std::to_string(options_.width) + "x" +
                     std::to_string(options_.height) + " pixels",
                 "node " + graph_.nodes[graph_.output].name};
  map.height = options_.height;
  map.width = options_.width;
  for (AxisGeometry* axis : {&geometry_.y, &geometry_.x}) axis->stride = 1, axis->first_center = 0;
  geometry_.window = {1, 1};
  return {};
}

/// Narrows what runs, and the map, to the part that the options name, of a picture whose shapes are `whole`.
/// Returns the shapes of what runs.
FCN_INLINE Result<std::vector<Shape>> Plan::take_part(const Model& model, std::vector<Shape> whole) {
  std::vector<Extent> quanta;
  for (NodeId id = 0; id < whole.size(); ++id) {
    NodePlan node;
    node.algorithm = model.algorithm(id);
    node.window = window_of(graph_.nodes[id].op, {});
    quanta.push_back(node.quantum());
  }
  const auto part = find_part({graph_,
                               model.info(),
                               whole,
                               quanta,
                               geometry_,
                               map_shape_,
                               {options_.height, options_.width},
                               options_.part});
  if (!part) return part.error();
  area_ = {part->x.first_pixel, part->y.first_pixel, part->x.pixels, part->y.pixels};
  first_cell_ = {part->y.margin_cells, part->x.margin_cells};
  map_shape_.height = part->y.cells;
  map_shape_.width = part->x.cells;
  const auto move = [](AxisGeometry& axis, int cells) {
    axis.first_center += cells * axis.stride;
    axis.first_window += cells * axis.stride;
  };
  move(geometry_.y, part->y.first_cell);
  move(geometry_.x, part->x.first_cell);
  const Extent padded = padded_size({area_.height, area_.width}, model.info());
  return infer_shapes(graph_, {model.input_channels(), padded.y, padded.x});
}

/// The nodes whose rows `id` reads.
FCN_INLINE const std::vector<NodeId>& Plan::sources(NodeId id) const {
  static const std::vector<NodeId> none;
  return nodes_[id].fused_into ? none : graph_.nodes[nodes_[id].fused_conv.value_or(id)].inputs;
}

/// Margins as wide as the convolutions that read the node pad, and to the right wide enough for whole tiles.
FCN_INLINE void Plan::widen_margins() {
  for (NodeId id = 0; id < nodes_.size(); ++id) {
    const auto* conv = std::get_if<Conv>(&graph_.nodes[id].op);
    if (conv == nullptr) continue;
    NodePlan& from = nodes_[graph_.nodes[id].inputs[0]];
    from.margin_left = std::max(from.margin_left, conv->pad.left);
    from.margin_right = std::max(from.margin_right, conv->pad.right);
    if (nodes_[id].tiled())
      from.margin_right = std::max(from.margin_right, past_tiles(nodes_[id]) - from.shape.width);
  }
}

/// Which nodes' pixels lie without padding: those that enter, if nothing but convolutions that go tap by tap
/// or row by row reads them, so that a row of taps is one run of memory. All other readers, a sink of the
/// output too, may read and write whole quanta.
FCN_INLINE std::vector<bool> Plan::dense_nodes() const {
  std::vector<bool> dense(graph_.nodes.size(), false);
  dense[0] = graph_.output != 0;
  for (NodeId id = 1; id < nodes_.size(); ++id)
    for (std::size_t slot = 0; slot < graph_.nodes[id].inputs.size(); ++slot) {
      if (reads_size_only(graph_.nodes[id].op, slot)) continue;
      const bool by_taps = std::holds_alternative<Conv>(graph_.nodes[id].op) && slot == 0;
      if (!by_taps || nodes_[id].tile().y != 1) dense[graph_.nodes[id].inputs[slot]] = false;
    }
  return dense;
}

/// Strides: pixels a multiple of kChannelQuantum floats apart, but for dense nodes.
FCN_INLINE Status Plan::lay_out_rows(const Model& model) {
  const std::vector<bool> dense = dense_nodes();
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
    if (!row || *row > model.limits().max_run_bytes ||
        *image > static_cast<std::uint64_t>(std::numeric_limits<int>::max()))
      return detail::size_overflow(graph_.nodes[id]);
    plan.pixel_stride = static_cast<std::ptrdiff_t>(pixel);
    plan.image_stride = static_cast<std::ptrdiff_t>(round_up(*image, quantum));
    plan.row_stride = plan.image_stride * options_.images;
    plan.multiply_adds = fcn::multiply_adds(graph_.nodes[id].op, plan.shape);
    if (!plan.fused_conv) continue;
    NodePlan& conv = nodes_[*plan.fused_conv];  // before the pool, so already laid out; now as its carry
    conv.pixel_stride = plan.pixel_stride;
    conv.image_stride = plan.image_stride;
    conv.row_stride = plan.row_stride;
    conv.ring_rows = 1;
  }
  return {};
}

/// The columns that ops which move pixels read.
FCN_INLINE void Plan::find_columns() {
  for (NodeId id = 0; id < nodes_.size(); ++id) {
    NodePlan& plan = nodes_[id];
    const Node& node = graph_.nodes[id];
    if (!node.inputs.empty()) plan.columns = column_table(node.op, nodes_[node.inputs[0]].shape, plan.shape);
    if (const auto* spread = std::get_if<DepthToSpace>(&node.op))
      for (int x = 0; x < plan.shape.width; ++x)  // lay_out_rows() has checked that a row's floats fit an int
        plan.columns.columns.push_back(x / spread->block.x *
                                           static_cast<int>(nodes_[node.inputs[0]].pixel_stride) +
                                       x % spread->block.x * plan.shape.channels);
  }
}

FCN_INLINE void Plan::choose_steps() {
  const int step_pixels =
      options_.step_pixels != 0 ? options_.step_pixels : detail::longest_step(options_.threads);
  const int input_rows = std::max(detail::kInputStepRows * step_pixels / detail::kStepPixels, 1);
  std::vector<RowSchedule::Lane> lanes;
  lanes.reserve(nodes_.size());
  for (NodeId id = 0; id < nodes_.size(); ++id) {
    NodePlan& plan = nodes_[id];
    const Node& node = graph_.nodes[id];
    plan.gathers = gathers_rows(node.op);
    const Shape& worked_on = plan.gathers ? nodes_[node.inputs[0]].shape : plan.shape;
    const std::int64_t row_pixels = std::int64_t{worked_on.width} * options_.images;
    const std::int64_t rows = options_.band_rows != 0 ? options_.band_rows
                              : id == 0               ? input_rows
                                                      : detail::step_rows(row_pixels, step_pixels, plan);
    plan.step_rows = static_cast<int>(
        std::clamp<std::int64_t>(round_up<std::int64_t>(rows, plan.row_quantum()), 1, worked_on.height));
    RowSchedule::Lane lane{{}, plan.fused_into ? 0 : worked_on.height, plan.step_rows};
    for (std::size_t slot = 0; slot < sources(id).size(); ++slot) {
      const NodeId from = sources(id)[slot];
      lane.inputs.push_back({from, nodes_[from].gathers
                                       ? whole_map(lanes[from].height)  // nothing before its last row
                                       : reach(id, slot)});
    }
    lanes.push_back(std::move(lane));
  }
  schedule_ = RowSchedule(std::move(lanes));
}

/// The rows of its source number `slot` that a node reads.
FCN_INLINE RowReach Plan::reach(NodeId id, std::size_t slot) const {
  const NodePlan& plan = nodes_[id];
  if (plan.fused_conv) return reach_of(composed_window(nodes_[*plan.fused_conv].window, plan.window));
  return row_reach(graph_.nodes[id].op, slot, nodes_[sources(id)[slot]].shape, plan.shape);
}

/// Most row pointers that a step of the node hands to its kernel for one purpose.
FCN_INLINE std::size_t Plan::row_pointers(NodeId id) const {
  const NodePlan& plan = nodes_[id];
  const Node& node = graph_.nodes[id];
  const auto rows = static_cast<std::size_t>(plan.most_rows);
  if (plan.gathers) return rows;
  if (std::holds_alternative<Concat>(node.op)) return rows * node.inputs.size();
  if (!node.inputs.empty())
    if (const auto resize = resize_of(node.op, nodes_[node.inputs[0]].shape, plan.shape))
      return rows * static_cast<std::size_t>(resize_taps(resize->mode));
  if (plan.fused_conv)  // two rows of the convolution for each pooled row, and one before the first
    return (2 * rows + 1) * static_cast<std::size_t>(nodes_[*plan.fused_conv].window.kernel.y);
  if (!plan.tiled()) return rows * static_cast<std::size_t>(plan.window.kernel.y);
  // In every image and phase a row of tiles reads its rows and those around it.
  const int blocks = ceil_div(plan.most_rows, plan.row_quantum());
  return static_cast<std::size_t>(options_.images) * static_cast<std::size_t>(blocks) *
         static_cast<std::size_t>(plan.phases().y) * static_cast<std::size_t>(plan.tile_taps());
}

FCN_INLINE void Plan::size_scratch(const Model& model) {
  const kernels::KernelTable& table = model.table();
  for (NodeId id = 0; id < nodes_.size(); ++id) {
    const NodePlan& plan = nodes_[id];
    if (!plan.tiled() && !plan.fused_into) continue;
    const kernels::ConvShape shape = conv_shape(graph_.nodes[id].op);
    scratch_floats_ = std::max(
        scratch_floats_, plan.fused_into ? table.conv_max_pool_scratch(shape, plan.algorithm)
                                         : table.winograd_scratch(phase_shape(plan, shape), plan.algorithm));
  }
  scratch_floats_ = round_up<std::size_t>(scratch_floats_, kernels::kChannelQuantum);
}

FCN_INLINE Result<Plan> Plan::lay_out(const Model& model, const PlanOptions& options) {
  if (Status ok = detail::check_plan_options(model, options); !ok) return ok.error();
  Plan plan;
  plan.options_ = options;
  plan.graph_ = model.graph();
  const ModelInfo& info = model.info();
  const Extent padded = padded_size({options.height, options.width}, info);
  if (Status ok = detail::set_output_stride(plan.graph_, options.output_stride, padded, model.limits()); !ok)
    return ok.error();
  if (Status ok = set_pool_stride(plan.graph_, model.info().classifier_pool, options.pool_stride); !ok)
    return ok.error();
  auto shapes = infer_shapes(plan.graph_, {model.input_channels(), padded.y, padded.x});
  if (!shapes) return shapes.error();
  if (Status ok = detail::check_map_sizes(plan.graph_, *shapes, model.limits()); !ok) return ok.error();
  plan.geometry_ = infer_geometry(plan.graph_, *shapes)[plan.graph_.output];
  plan.map_shape_ = (*shapes)[plan.graph_.output];
  if (Status ok = plan.place_map(info, padded); !ok) return ok.error();
  plan.area_ = {0, 0, options.width, options.height};
  if (!options.part.is_empty()) {
    shapes = plan.take_part(model, *std::move(shapes));
    if (!shapes) return shapes.error();
  }
  if (Status ok = check_work(plan.graph_, *shapes, plan.area_, model.limits()); !ok) return ok.error();
  plan.nodes_.resize(shapes->size());
  for (NodeId id = 0; id < shapes->size(); ++id) {
    plan.nodes_[id].shape = (*shapes)[id];
    plan.nodes_[id].algorithm = model.algorithm(id);
    const Node& node = plan.graph_.nodes[id];
    if (!node.inputs.empty()) plan.nodes_[id].window = window_of(node.op, (*shapes)[node.inputs[0]]);
  }
  plan.fuse_pools();
  plan.widen_margins();
  plan.find_overwritable();
  if (Status ok = plan.lay_out_rows(model); !ok) return ok.error();
  plan.find_columns();
  plan.size_scratch(model);
  return plan;
}

FCN_INLINE Status Plan::take_steps(const Model& model, int step_pixels) {
  options_.step_pixels = step_pixels;
  choose_steps();
  simulate();
  return place_rings(model.limits());
}

FCN_INLINE Result<Plan> Plan::create(const Model& model, const PlanOptions& options) {
  auto plan = lay_out(model, options);
  if (!plan) return plan;
  if (Status ok = plan->take_steps(model, options.step_pixels); !ok) return ok.error();
  return plan;
}

}  // namespace fcn::inline FCN_ABI

#include "fcn/run/plan_rings_inl.hpp"
