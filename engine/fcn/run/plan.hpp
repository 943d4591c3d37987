// SPDX-License-Identifier: MIT
// How one size of picture runs through a model: every shape, the layout of every row, the height of every
// ring and the exact bytes, known before a pixel is read. A Plan allocates no feature map; the Executor
// allocates what it specifies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "fcn/graph/geometry.hpp"
#include "fcn/graph/padded_size.hpp"
#include "fcn/graph/row_reach.hpp"
#include "fcn/model.hpp"
#include "fcn/run/node_plan.hpp"
#include "fcn/run/plan_checks.hpp"
#include "fcn/run/row_schedule.hpp"

namespace fcn::inline FCN_ABI {

/// A cell of a map.
struct MapCorner {
  int row = 0;
  int col = 0;
};

class Plan {
 public:
  static Result<Plan> create(const Model& model, const PlanOptions& options);

  // create() in two parts, so that several lengths of steps can be tried on one layout.
  /// All but the steps and what follows from them.
  static Result<Plan> lay_out(const Model& model, const PlanOptions& options);
  /// Steps of about so many output pixels (PlanOptions::step_pixels), in place of those before.
  /// ErrorCode::limit_exceeded if their rings exceed the limits; other steps may then be chosen.
  Status take_steps(const Model& model, int step_pixels);

  [[nodiscard]] const PlanOptions& options() const { return options_; }
  [[nodiscard]] const Graph& graph() const { return graph_; }  ///< the model's, with this plan's strides
  [[nodiscard]] const NodePlan& node(NodeId id) const { return nodes_[id]; }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  [[nodiscard]] const RowSchedule& schedule() const { return schedule_; }
  /// The pixels of the picture that run: all of it, or its part with the surroundings that its cells look at.
  [[nodiscard]] const PixelRect& area() const { return area_; }
  /// The cell of the output's map that is the score map's first: those before it lie in surroundings.
  [[nodiscard]] const MapCorner& first_cell() const { return first_cell_; }
  /// Of the score map: what the output has of the picture itself, without padding (padded_size.hpp).
  [[nodiscard]] const Shape& map_shape() const { return map_shape_; }
  /// The size that runs: the picture's or, if the network does not accept that, the next that it does.
  [[nodiscard]] Extent padded() const { return {nodes_[0].shape.height, nodes_[0].shape.width}; }
  [[nodiscard]] const MapGeometry& geometry() const { return geometry_; }
  /// Of one image, by direct convolution.
  [[nodiscard]] std::uint64_t multiply_adds() const {
    std::uint64_t sum = 0;
    for (const NodePlan& node : nodes_) sum += node.multiply_adds;
    return sum;
  }
  /// Floats of all rings, the row of zeros and the scratch.
  [[nodiscard]] std::size_t arena_floats() const { return arena_floats_; }
  /// Of the row of zeros in the arena.
  [[nodiscard]] std::size_t zero_offset() const { return zero_offset_; }
  [[nodiscard]] std::size_t scratch_offset() const { return scratch_offset_; }  ///< of the workers' scratch
  [[nodiscard]] std::size_t scratch_floats() const { return scratch_floats_; }  ///< of each worker
  [[nodiscard]] std::size_t most_row_pointers() const { return most_row_pointers_; }

 private:
  Plan() = default;
  void fuse_pools();
  [[nodiscard]] const std::vector<NodeId>& sources(NodeId id) const;
  [[nodiscard]] RowReach reach(NodeId id, std::size_t slot) const;
  void widen_margins();
  [[nodiscard]] std::vector<bool> dense_nodes() const;
  Status place_map(const ModelInfo& info, Extent padded);
  Result<std::vector<Shape>> take_part(const Model& model, std::vector<Shape> whole);
  Status lay_out_rows(const Model& model);
  void find_columns();
  void choose_steps();

  // Rings (plan_rings_inl.hpp).
  /// Input number `slot` of `node`.
  struct Reader {
    NodeId node;
    std::size_t slot;
  };
  [[nodiscard]] std::optional<NodeId> overwritable_input(NodeId id, const std::vector<bool>& taken) const;
  void find_overwritable();
  [[nodiscard]] bool may_overwrite_in(const RowStep& step, const std::vector<Reader>& readers) const;
  void simulate();
  bool simulate_sharing(const std::vector<std::vector<Reader>>& readers);
  std::uint64_t lay_out_rings();
  Status place_rings(const Limits& limits);

  [[nodiscard]] std::size_t row_pointers(NodeId id) const;
  void size_scratch(const Model& model);

  PlanOptions options_;
  Graph graph_;
  std::vector<NodePlan> nodes_;
  RowSchedule schedule_;
  MapGeometry geometry_;
  Shape map_shape_;
  PixelRect area_;
  MapCorner first_cell_;
  std::size_t arena_floats_ = 0;
  std::size_t zero_offset_ = 0;
  std::size_t most_row_pointers_ = 0;
  std::size_t scratch_offset_ = 0;
  std::size_t scratch_floats_ = 0;
};

}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/run/plan_inl.hpp"
#endif
