// SPDX-License-Identifier: MIT
#include "tools/export/headless_network.hpp"

#include <fmt/format.h>

#include <cmath>

#include "fcn/graph/geometry.hpp"
#include "fcn/graph/padded_size.hpp"
#include "fcn/graph/shape_inference.hpp"

namespace fcn::tools {
namespace {

/// The side of a window whose map has one cell along this axis.
int side_of_one_cell(int side, int cells, const AxisGeometry& axis) {
  if (axis.stride < 1 || axis.stride != std::floor(axis.stride)) return 0;
  const double one = side - (cells - 1) * axis.stride;
  return one >= 1 ? static_cast<int>(one) : 0;
}

}  // namespace

std::optional<Extent> window_of_one_cell(const Graph& graph, const std::vector<Shape>& shapes,
                                         Extent window) {
  const Shape& map = shapes[graph.output];
  if (map.height == 1 && map.width == 1) return std::nullopt;
  const MapGeometry geometry = infer_geometry(graph, shapes)[graph.output];
  const Extent cell{side_of_one_cell(window.y, map.height, geometry.y),
                    side_of_one_cell(window.x, map.width, geometry.x)};
  if (cell.y < 1 || cell.x < 1) return std::nullopt;
  const Shape picture{shapes[0].channels, cell.y, cell.x};
  const auto alone = infer_shapes(graph, picture);
  if (!alone || (*alone)[graph.output].height != 1 || (*alone)[graph.output].width != 1) return std::nullopt;
  const auto multiple = find_size_multiple(graph, picture);
  return multiple == Extent{1, 1} ? std::optional(cell) : std::nullopt;
}

std::string headless_note(const Shape& map, Extent window, Extent cell) {
  return fmt::format(
      "on its window of {}x{} the network gives {}x{} cells, because it ends in no pool or flatten: it is "
      "used as "
      "it is, and each of its cells is the score of a window of {}x{}; export it with its head if it has one",
      window.x, window.y, map.width, map.height, cell.x, cell.y);
}

}  // namespace fcn::tools
