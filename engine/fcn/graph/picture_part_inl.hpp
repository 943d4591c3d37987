// SPDX-License-Identifier: MIT
// Definitions of picture_part.hpp: compiled into fcn::runtime, or inline where headers are used alone. All is
// computed along rows; columns are the rows of the transposed graph.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "fcn/base/checked.hpp"
#include "fcn/graph/padded_size.hpp"
#include "fcn/graph/picture_part.hpp"
#include "fcn/graph/resample.hpp"
#include "fcn/graph/row_reach.hpp"
#include "fcn/graph/shape_inference.hpp"

namespace fcn::inline FCN_ABI {

namespace detail {

/// Rows begin .. end - 1 of a node's map in a run of the whole picture.
struct NeededRows {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  bool past_end = false;  ///< also what a layer puts after the map's last row

  [[nodiscard]] bool is_empty() const { return begin >= end; }
  void add(std::int64_t first, std::int64_t last, int height) {
    past_end = past_end || last >= height;
    first = std::clamp<std::int64_t>(first, 0, height - 1);
    last = std::clamp<std::int64_t>(last, 0, height - 1);
    begin = is_empty() ? first : std::min(begin, first);
    end = std::max(end, last + 1);
  }
};

/// The rows of one axis of the network and of the picture.
struct PartRows {
  const Graph& graph;
  const std::vector<Shape>& shapes;
  std::vector<int> quanta;
  ModelKind kind = ModelKind::classifier;
  int window = 1;
  int multiple = 1;
  int picture = 0;

  [[nodiscard]] int padded(int side) const {
    return kind == ModelKind::classifier ? padded_side(side, window, multiple)
                                         : padded_pixels_side(side, window, multiple);
  }
};

FCN_INLINE Error depends_on_whole(const Node& node, const char* why) {
  return {ErrorCode::unsupported,
          std::string(why) +
              ", so that cells of a part would differ from those of the whole: run the whole picture",
          "node " + node.name + " (" + std::string(op_name(node.op)) + ")"};
}

/// Of each node, the rows that rows `wanted` of the output are made of.
FCN_INLINE Result<std::vector<NeededRows>> needed_rows(const PartRows& rows, const NeededRows& wanted) {
  std::vector<NeededRows> needs(rows.graph.nodes.size());
  needs[rows.graph.output] = wanted;
  for (NodeId id = needs.size(); id-- > 0;) {
    if (needs[id].is_empty()) continue;
    const Node& node = rows.graph.nodes[id];
    if (gathers_rows(node.op) || std::holds_alternative<Flatten>(node.op))
      return depends_on_whole(node, "the network takes in the whole picture here");
    const int quantum = rows.quanta[id];
    const std::int64_t begin = needs[id].begin / quantum * quantum;
    const std::int64_t end = ceil_div<std::int64_t>(needs[id].end, quantum) * quantum;
    needs[id].begin = begin;
    needs[id].end = std::min<std::int64_t>(end, rows.shapes[id].height);
    for (std::size_t slot = 0; slot < node.inputs.size(); ++slot) {
      if (reads_size_only(node.op, slot)) continue;
      const NodeId from = node.inputs[slot];
      const RowReach reach = row_reach(node.op, slot, rows.shapes[from], rows.shapes[id]);
      needs[from].add(floor_div(begin * reach.step + reach.first, reach.per),
                      floor_div((end - 1) * reach.step + reach.last, reach.per), rows.shapes[from].height);
    }
  }
  return needs;
}

/// The pixels by which a run may begin further down so that all strides and tiles stay in place; no more
/// than `most`, which stands for any number beyond.
FCN_INLINE std::int64_t whole_step(const PartRows& rows, const std::vector<NeededRows>& needs,
                                   std::int64_t most) {
  struct Ratio {
    std::int64_t cells = 0, pixels = 1;  // a node moves by so many rows if the picture does by so many pixels
  };
  std::vector<Ratio> ratios(needs.size());
  ratios[0] = {1, 1};
  std::int64_t step = std::max(rows.multiple, 1);
  for (NodeId id = 0; id < needs.size(); ++id) {
    const Node& node = rows.graph.nodes[id];
    Ratio& ratio = ratios[id];
    for (std::size_t slot = 0; slot < node.inputs.size() && ratio.cells == 0; ++slot) {
      const NodeId from = node.inputs[slot];
      if (reads_size_only(node.op, slot) || ratios[from].cells == 0) continue;
      const RowReach reach = row_reach(node.op, slot, rows.shapes[from], rows.shapes[id]);
      if (reach.step == 0) continue;
      ratio = {ratios[from].cells * reach.per, ratios[from].pixels * reach.step};
      const std::int64_t common = std::gcd(ratio.cells, ratio.pixels);
      ratio = {ratio.cells / common, ratio.pixels / common};
      if (ratio.cells > most || ratio.pixels > most) return most;
    }
    if (needs[id].is_empty() || ratio.cells == 0) continue;
    const std::int64_t tiles = ratio.pixels * rows.quanta[id];
    step = std::lcm(step, tiles / std::gcd(ratio.cells, tiles));
    if (step >= most) return most;
  }
  return step;
}

/// Why pixels do not give the rows that are needed, if they do not.
enum class Misfit { none, too_few, not_to_end, moved };

/// A run of some pixels along the axis.
struct PartRun {
  int begin = 0;
  int end = 0;
  Misfit misfit = Misfit::none;
  NodeId node = 0;                ///< where it does not fit
  std::int64_t first_output = 0;  ///< the row of the whole map that is the run's first
};

/// How the rows of a node in a run of a part lie among those of the whole picture: its first row is row
/// `begin` there; nothing for what has no place (Constant).
class PlacedRows {
 public:
  PlacedRows(const PartRows& rows, const std::vector<Shape>& shapes) : rows_(rows), shapes_(shapes) {
    begins_.resize(shapes.size());
  }

  std::vector<std::optional<std::int64_t>>& begins() { return begins_; }

  /// False if a row would show other places of its inputs than in the whole picture's run.
  bool place(NodeId id) {
    const Node& node = rows_.graph.nodes[id];
    for (std::size_t slot = 0; slot < node.inputs.size(); ++slot)
      if (!reads_size_only(node.op, slot) && !place_over(id, slot)) return false;
    return !begins_[id] || *begins_[id] % rows_.quanta[id] == 0;
  }

 private:
  bool place_over(NodeId id, std::size_t slot) {
    const Node& node = rows_.graph.nodes[id];
    const NodeId from = node.inputs[slot];
    const RowReach whole = row_reach(node.op, slot, rows_.shapes[from], rows_.shapes[id]);
    const RowReach part = row_reach(node.op, slot, shapes_[from], shapes_[id]);
    if (whole.step == 0 || part.step == 0)  // every row shows the same
      return begins_[from].value_or(0) == 0 && shapes_[from].height == rows_.shapes[from].height;
    if (!begins_[from])  // as many rows as the whole map, so that nothing may move
      return settle(id, shapes_[from].height == 1 ? std::nullopt : std::optional<std::int64_t>(0));
    if (whole.step * part.per != part.step * whole.per) return false;  // another scale
    // Row r of the part, r + begin of the whole, reads (r step + first) / per of its input.
    const std::int64_t moved =
        *begins_[from] * whole.per * part.step + part.first * whole.step - whole.first * part.step;
    const std::int64_t by = whole.step * part.step;
    return moved % by == 0 && settle(id, moved / by);
  }
  bool settle(NodeId id, std::optional<std::int64_t> begin) {
    if (!begin) return true;
    if (begins_[id] && begins_[id] != begin) return false;
    begins_[id] = begin;
    return true;
  }

  const PartRows& rows_;
  const std::vector<Shape>& shapes_;
  std::vector<std::optional<std::int64_t>> begins_;
};

/// Whether the pixels of `run` give all rows that are needed the bits of the whole picture's run.
FCN_INLINE void check_run(const PartRows& rows, const std::vector<NeededRows>& needs, PartRun& run) {
  const Shape& whole = rows.shapes[0];
  const int side = rows.padded(run.end - run.begin);
  const bool to_end = run.end == rows.picture;
  run.misfit = Misfit::too_few;
  run.node = 0;
  const auto shapes = infer_shapes(rows.graph, {whole.channels, side, whole.width});
  if (!shapes || (to_end && run.begin + side != whole.height)) return;
  PlacedRows placed(rows, *shapes);
  placed.begins()[0] = run.begin;
  for (NodeId id = 0; id < needs.size(); ++id) {
    if (needs[id].is_empty()) continue;
    run.node = id;
    run.misfit = Misfit::moved;
    if (!placed.place(id)) return;
    const std::int64_t begin = placed.begins()[id].value_or(0);
    // Rows below the picture's part repeat its last and are of no use inside the picture.
    const std::int64_t end = id == 0 && !to_end ? run.end : begin + (*shapes)[id].height;
    run.misfit = needs[id].past_end && end != rows.shapes[id].height ? Misfit::not_to_end : Misfit::too_few;
    if (run.misfit == Misfit::not_to_end || begin < 0 || begin > needs[id].begin || end < needs[id].end)
      return;
  }
  run.misfit = Misfit::none;
  run.first_output = placed.begins()[rows.graph.output].value_or(0);
}

/// The pixels to run for rows first .. first + count - 1 of the map.
FCN_INLINE Result<PartRun> find_run(const PartRows& rows, int first, int count) {
  const auto needs = needed_rows(rows, {first, std::int64_t{first} + count, false});
  if (!needs) return needs.error();
  const std::int64_t picture = rows.picture, step = whole_step(rows, *needs, picture);
  const std::int64_t least = std::min<std::int64_t>(rows.window, picture);
  std::int64_t begin = (*needs)[0].begin / step * step;
  std::int64_t end = std::min<std::int64_t>((*needs)[0].end, picture);
  begin = std::min(begin, (picture - least) / step * step);
  constexpr int kTries = 16;
  PartRun run;
  for (int tried = 0; tried < kTries; ++tried) {
    const std::int64_t pixels = ceil_div(std::max(end - begin, least), step) * step;
    end = std::min(picture, begin + rows.padded(static_cast<int>(std::min(pixels, picture))));
    run.begin = static_cast<int>(begin);
    run.end = static_cast<int>(end);
    check_run(rows, *needs, run);
    if (run.misfit == Misfit::none) return run;
    if (begin == 0 && end == picture) break;
    if (run.misfit == Misfit::not_to_end) {
      end = picture;
    } else {
      begin = std::max<std::int64_t>(begin - step, 0);
      end = std::min(end + step, picture);
    }
  }
  return depends_on_whole(rows.graph.nodes[run.node], "its places depend on the whole picture's size");
}

template <class Op>
void transpose_op(Op& op) {
  const auto flip = [](Extent& size) { std::swap(size.y, size.x); };
  if constexpr (requires { op.kernel; }) flip(op.kernel);
  if constexpr (requires { op.stride; }) flip(op.stride);
  if constexpr (requires { op.dilation; }) flip(op.dilation);
  if constexpr (requires { op.block; }) flip(op.block);
  if constexpr (requires { op.up; }) flip(op.up);
  if constexpr (requires { op.down; }) flip(op.down);
  if constexpr (requires { op.pad; }) {
    std::swap(op.pad.top, op.pad.left);
    std::swap(op.pad.bottom, op.pad.right);
  }
  if constexpr (requires { op.axes; })
    op.axes = op.axes == CropAxes::rows      ? CropAxes::columns
              : op.axes == CropAxes::columns ? CropAxes::rows
                                             : CropAxes::both;
  if constexpr (requires { op.top; }) std::swap(op.top, op.left);
  if constexpr (requires { op.shape; }) std::swap(op.shape.height, op.shape.width);
}

/// The shapes and reaches of the graph with rows and columns exchanged; not its weights.
FCN_INLINE Graph transposed(Graph graph) {
  for (Node& node : graph.nodes) std::visit([](auto& op) { transpose_op(op); }, node.op);
  return graph;
}

FCN_INLINE std::vector<Shape> transposed(std::vector<Shape> shapes) {
  for (Shape& shape : shapes) std::swap(shape.height, shape.width);
  return shapes;
}

/// The cells whose centres lie in pixels first .. first + count - 1.
FCN_INLINE PartAxis cells_in(const AxisGeometry& axis, int cells, int picture, int first, int count) {
  PartAxis found;
  for (int cell = 0; cell < cells; ++cell) {
    const double center = std::clamp(axis.first_center + cell * axis.stride, 0.0, picture - 1.0);
    const std::int64_t pixel = std::llround(center);
    if (pixel < first || pixel >= std::int64_t{first} + count) continue;
    if (found.cells == 0) found.first_cell = cell;
    ++found.cells;
  }
  return found;
}

FCN_INLINE Error no_cell(const PartRequest& request) {
  const auto every = [](const AxisGeometry& axis) {
    return std::to_string(std::llround(axis.stride)) + " pixels from " +
           std::to_string(std::llround(axis.first_center)) + " on";
  };
  return {ErrorCode::too_small,
          "no cell of the map is centred in the part of " + std::to_string(request.part.width) + "x" +
              std::to_string(request.part.height) + " pixels at (" + std::to_string(request.part.x) + ", " +
              std::to_string(request.part.y) + "): there is one every " + every(request.geometry.x) +
              " across and every " + every(request.geometry.y) + " down",
          ""};
}

}  // namespace detail

FCN_INLINE Result<PicturePart> find_part(const PartRequest& request) {
  const PixelRect& part = request.part;
  const Extent& picture = request.picture;
  if (part.x < 0 || part.y < 0 || part.width < 1 || part.height < 1 || part.x > picture.x - part.width ||
      part.y > picture.y - part.height)
    return Error{ErrorCode::invalid_argument,
                 "the part of " + std::to_string(part.width) + "x" + std::to_string(part.height) +
                     " pixels at (" + std::to_string(part.x) + ", " + std::to_string(part.y) +
                     ") is not inside the picture of " + std::to_string(picture.x) + "x" +
                     std::to_string(picture.y),
                 ""};
  PicturePart found{detail::cells_in(request.geometry.y, request.map.height, picture.y, part.y, part.height),
                    detail::cells_in(request.geometry.x, request.map.width, picture.x, part.x, part.width)};
  if (found.y.cells == 0 || found.x.cells == 0) return detail::no_cell(request);
  const auto complete = [](PartAxis& axis, const detail::PartRows& rows) -> Status {
    const auto run = detail::find_run(rows, axis.first_cell, axis.cells);
    if (!run) return run.error();
    axis.first_pixel = run->begin;
    axis.pixels = run->end - run->begin;
    axis.margin_cells = static_cast<int>(axis.first_cell - run->first_output);
    return {};
  };
  const ModelInfo& info = request.info;
  std::vector<int> heights, widths;
  for (const Extent& quantum : request.quanta) {
    heights.push_back(quantum.y);
    widths.push_back(quantum.x);
  }
  const Status down = complete(found.y, {request.graph, request.shapes, heights, info.kind, info.window.y,
                                         info.size_multiple.y, picture.y});
  if (!down) return down.error();
  const Graph turned = detail::transposed(request.graph);
  const std::vector<Shape> turned_shapes = detail::transposed(request.shapes);
  const Status across = complete(
      found.x, {turned, turned_shapes, widths, info.kind, info.window.x, info.size_multiple.x, picture.x});
  if (!across) return across.error();
  return found;
}

}  // namespace fcn::inline FCN_ABI
