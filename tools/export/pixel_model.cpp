// SPDX-License-Identifier: MIT
#include "tools/export/pixel_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <variant>

#include "fcn/base/checked.hpp"
#include "fcn/graph/geometry.hpp"
#include "fcn/graph/padded_size.hpp"
#include "fcn/graph/shape_inference.hpp"
#include "fcn/passes/rewire.hpp"

namespace fcn::tools {
namespace {

/// A network pads its last, incomplete cell to a whole one, of at most so many pixels.
constexpr int kMostOverhang = 256;

bool covers_window(const Shape& map, Extent window) {
  return map.height >= window.y && map.width >= window.x && map.height - window.y < kMostOverhang &&
         map.width - window.x < kMostOverhang;
}

/// Pixels from one place of the map to the next, where it is a grid; nothing if it is none so fine.
std::optional<int> grid_stride(const Shape& map, Extent window) {
  for (const int stride : {2, 4, 8})
    if (map.height == ceil_div(window.y, stride) && map.width == ceil_div(window.x, stride)) return stride;
  return std::nullopt;
}

std::string width_by_height(int width, int height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

int picture_channels(const Graph& graph) {
  return std::get<Input>(graph.nodes[0].op).channels;
}

/// The side of a window whose map has one cell along this axis.
int side_of_one_cell(int side, int cells, const AxisGeometry& axis) {
  if (axis.stride < 1 || axis.stride != std::floor(axis.stride)) return 0;
  const double one = side - (cells - 1) * axis.stride;
  return one >= 1 ? static_cast<int>(one) : 0;
}

}  // namespace

bool labels_pixels(const Shape& map, Extent window) {
  return map.height > 1 && map.width > 1 && (covers_window(map, window) || grid_stride(map, window));
}

Status enlarge_map(Graph& graph, const Shape& map, Extent window, std::vector<std::string>& notes) {
  if (covers_window(map, window)) return {};
  const NodeId scores = graph.output;
  std::string name = "to_picture";
  while (std::any_of(graph.nodes.begin(), graph.nodes.end(),
                     [&](const Node& node) { return node.name == name; }))
    name += "_";
  graph.append(name, ResizeTo{}, {scores, 0});
  notes.push_back("the network scores a place for every " + std::to_string(*grid_stride(map, window)) +
                  " pixels; its scores are interpolated linearly to the picture's size");
  return {};
}

Status describe_pixel_model(const Graph& graph, ModelInfo& info) {
  info.kind = ModelKind::pixels;
  const Shape window{picture_channels(graph), info.window.y, info.window.x};
  const auto multiple = find_size_multiple(graph, window, info.kind);
  if (!multiple) {
    const auto larger = infer_shapes(graph, {window.channels, 2 * window.height, 2 * window.width});
    const std::string why = larger ? "" : ": " + larger.error().to_string();
    return Error{ErrorCode::unsupported,
                 "labels pixels of pictures of " + width_by_height(window.width, window.height) +
                     " only, and not of regularly larger ones" + why,
                 ""};
  }
  info.size_multiple = *multiple;
  return {};
}

Status convert_gates(Graph& graph, const ModelInfo& info) {
  const auto shapes = infer_shapes(graph, {picture_channels(graph), info.window.y, info.window.x});
  if (!shapes) return shapes.error().at("on the training window");
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    Node& node = graph.nodes[id];
    const bool flattens = std::holds_alternative<Flatten>(node.op);
    auto* linear = std::get_if<Linear>(&node.op);
    if (!flattens && linear == nullptr) continue;
    const Shape& in = (*shapes)[node.inputs[0]];
    if (in.height != 1 || in.width != 1)
      return Error{ErrorCode::unsupported, "mixes the places of a map, so that it works on one size only",
                   "node " + node.name + " (" + std::string(op_name(node.op)) + ")"};
    if (flattens) {
      passes::replace_uses(graph, id, NodeId{node.inputs[0]});
      continue;
    }
    Conv conv;
    conv.in_channels = linear->in_features;
    conv.out_channels = linear->out_features;
    conv.weights = std::move(linear->weights);
    conv.bias = std::move(linear->bias);
    node.op = std::move(conv);
  }
  return passes::remove_dead_nodes(graph);
}

Extent small_picture(const Graph& graph, const ModelInfo& info) {
  constexpr int kSmallest = 16, kUsual = 43, kFurther = 256;
  constexpr double kMostLogits = 1 << 16;
  const auto shapes = infer_shapes(graph, {picture_channels(graph), info.window.y, info.window.x});
  if (!shapes) return info.window;
  const double pixels = kMostLogits / (*shapes)[graph.output].channels;
  const int side = std::clamp(static_cast<int>(std::sqrt(pixels / 1.3)), kSmallest, kUsual);
  const Extent asked{side, side + side / 3};
  for (int more = 0; more < kFurther; more += std::max(info.size_multiple.y, info.size_multiple.x)) {
    const Extent size = padded_size({asked.y + more, asked.x + more}, info);
    if (accepts_size(graph, {picture_channels(graph), size.y, size.x}, info.kind)) return size;
  }
  return info.window;
}

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
