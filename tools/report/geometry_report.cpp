// SPDX-License-Identifier: MIT
#include "tools/report/geometry_report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>

#include "fcn/base/printable.hpp"
#include "tools/report/json_members.hpp"
#include "tools/report/terminal_report.hpp"
#include "tools/shell/columns.hpp"

namespace fcn::tools {
namespace {

/// "across" alone where both axes agree, else "across x down".
std::string both(double x, double y) {
  return x == y ? fmt::format("{:g}", x) : fmt::format("{:g} x {:g}", x, y);
}

bool same_axis(const AxisGeometry& a, const AxisGeometry& b) {
  return a.stride == b.stride && a.first_center == b.first_center && a.receptive_field == b.receptive_field;
}

/// Pixels from where a cell looks to the middle of its nominal window.
PixelPoint window_offset(const MapGeometry& geometry) {
  return {(geometry.window.x - 1) / 2.0 - geometry.x.first_center,
          (geometry.window.y - 1) / 2.0 - geometry.y.first_center};
}

/// "32 + 64 c", or "64 c" from 0 on.
std::string line_of(double first, double step, char variable) {
  return first == 0 ? fmt::format("{:g} {}", step, variable)
                    : fmt::format("{:g} {} {:g} {}", first, step < 0 ? '-' : '+', std::abs(step), variable);
}

std::string layer_row(std::string_view name, std::string_view op, std::string_view size,
                      std::string_view step, std::string_view sees, std::string_view first) {
  return fmt::format("  {} {} {:>11} {:>7} {:>9} {:>9}\n", in_columns(name, 22), in_columns(op, 14), size,
                     step, sees, first);
}

std::string layer_table(const GeometryReport& report) {
  std::string text =
      "  Layer by layer (those that move nothing are left out). A layer's cells stand\n"
      "  \"step\" pixels apart, the first one on pixel \"first\" (0 is the centre of the\n"
      "  first pixel), and each sees \"sees\" pixels: its receptive field.\n\n" +
      layer_row("layer", "operation", "w x h", "step", "sees", "first");
  const MapGeometry* last = nullptr;
  for (const LayerGeometry& layer : report.layers) {
    const MapGeometry& at = layer.geometry;
    if (last != nullptr && same_axis(last->x, at.x) && same_axis(last->y, at.y)) continue;
    text +=
        layer_row(layer.name, layer.op, fmt::format("{}x{}", layer.shape.width, layer.shape.height),
                  both(at.x.stride, at.y.stride),
                  both(static_cast<double>(at.x.receptive_field), static_cast<double>(at.y.receptive_field)),
                  both(at.x.first_center, at.y.first_center));
    last = &at;
  }
  return text;
}

std::string map_words(const GeometryReport& report) {
  const MapGeometry& map = report.geometry;
  std::string text = fmt::format(
      "\n  The map has {} x {} cells. The cell in column c, row r looks at the pixel\n\n"
      "    x = {}    y = {}\n\n"
      "  and depends on no pixel further than {} from there, half its receptive\n"
      "  field of {}. Past the picture's edges the network sees padding.\n",
      report.map.width, report.map.height, line_of(map.x.first_center, map.x.stride, 'c'),
      line_of(map.y.first_center, map.y.stride, 'r'),
      both(static_cast<double>(map.x.receptive_field - 1) / 2,
           static_cast<double>(map.y.receptive_field - 1) / 2),
      both(static_cast<double>(map.x.receptive_field), static_cast<double>(map.y.receptive_field)));
  if (report.pool_stride != 1)
    text += fmt::format("  Cells are {} x {} pixels apart because of --pool-stride {}.\n", report.pool_stride,
                        both(map.x.stride / report.pool_stride, map.y.stride / report.pool_stride),
                        report.pool_stride);
  return text;
}

std::string window_words(const GeometryReport& report) {
  const MapGeometry& map = report.geometry;
  const PixelPoint offset = window_offset(map);
  std::string text = fmt::format(
      "\n  Its nominal window is the {} x {} crop from ({}, {}) on, which a sliding\n"
      "  window would have classified. ",
      map.window.x, map.window.y, line_of(0, map.x.stride, 'c'), line_of(0, map.y.stride, 'r'));
  if (offset.x == 0 && offset.y == 0) return text + "Its middle is where the cell looks.\n";
  text += fmt::format(
      "The middle of that is not where the\n"
      "  cell looks, but {} pixels further right and down:",
      both(offset.x, offset.y));
  const std::vector<double> parts = window_offsets(report);
  if (parts.empty()) return text + "\n  the layers' paddings, strides and dilations add up to that.\n";
  std::string sum;
  for (const double part : parts) sum += fmt::format("{}{:g}", sum.empty() ? "" : " + ", part);
  return text + fmt::format(
                    "\n\n    {} = {:g}\n\n"
                    "  One term for each layer above where \"step\" grows. With its padding such a\n"
                    "  layer takes every second place of its input (or third, ...) from the first on,\n"
                    "  and its cell is centred on the first of the places that it stands for, not on\n"
                    "  their middle. With two places that is half a step of the input's.\n",
                    sum, offset.x);
}

/// Where a map stretched over the picture, cells as tiles, would show the first and the last cell of an axis.
std::string stretched_row(std::string_view axis, const AxisGeometry& geometry, int cells, int pixels) {
  const double tile = static_cast<double>(pixels) / cells;
  const double last = geometry.first_center + (cells - 1) * geometry.stride;
  return fmt::format("    {:<8} {:>9.1f} {:>9.1f} {:>9.1f} {:>12.1f} {:>9.1f} {:>9.1f}\n", axis,
                     geometry.first_center, tile / 2 - 0.5, tile / 2 - 0.5 - geometry.first_center, last,
                     pixels - tile / 2 - 0.5, pixels - tile / 2 - 0.5 - last);
}

std::string stretch_words(const GeometryReport& report) {
  const MapGeometry& map = report.geometry;
  const double reach_x = map.x.first_center + (report.map.width - 1) * map.x.stride;
  const double reach_y = map.y.first_center + (report.map.height - 1) * map.y.stride;
  return fmt::format(
             "\n  Cells look at {:g} to {:g} across and {:g} to {:g} down; further than half a step\n"
             "  outside nothing is known. Stretching the map over the picture would show\n"
             "  cells elsewhere:\n\n"
             "             first at stretched       off      last at stretched       off\n",
             map.x.first_center, reach_x, map.y.first_center, reach_y) +
         stretched_row("across", map.x, report.map.width, report.frame.run_width) +
         stretched_row("down", map.y, report.map.height, report.frame.run_height);
}

constexpr const char* kTurns[] = {"mirrored left-right", "turned by 180 degrees", "mirrored top-bottom",
                                  "transposed",          "turned right",          "transposed the other way",
                                  "turned left"};

std::string original_words(const GeometryReport& report) {
  const OriginalFrame& frame = report.frame;
  if (frame.is_identity()) return report.image.empty() ? "" : "\n  The picture runs as the file has it.\n";
  std::string text =
      fmt::format("\n  All these pixels are those that run. The file has {} x {}", frame.width, frame.height);
  if (is_turned(frame.orientation))
    text += fmt::format(";\n  its EXIF orientation {} means: {}, to {} x {}", frame.orientation,
                        kTurns[frame.orientation - 2], frame.upright_width(), frame.upright_height());
  if (frame.upright_width() != frame.run_width || frame.upright_height() != frame.run_height)
    text += fmt::format(";\n  --resize makes that {} x {}, {:.4g} and {:.4g} times as large", frame.run_width,
                        frame.run_height, static_cast<double>(frame.run_width) / frame.upright_width(),
                        static_cast<double>(frame.run_height) / frame.upright_height());
  const PixelPoint first = frame.point({report.geometry.center_x(0), report.geometry.center_y(0)});
  const PixelPoint next = frame.point({report.geometry.center_x(1), report.geometry.center_y(1)});
  const bool swapped = swaps_sides(frame.orientation);
  return text + fmt::format(".\n  In the file the cell looks at\n\n    x = {}    y = {}\n",
                            line_of(first.x, next.x - first.x, swapped ? 'r' : 'c'),
                            line_of(first.y, next.y - first.y, swapped ? 'c' : 'r'));
}

void add_layer(JsonWriter& json, const LayerGeometry& layer) {
  const MapGeometry& at = layer.geometry;
  json.object([&] {
    json.member("name", layer.name);
    json.member("operation", layer.op);
    json.member("output", {layer.shape.channels, layer.shape.height, layer.shape.width});
    add_point(json, "stride_px", {at.x.stride, at.y.stride});
    json.member("receptive_field_px", {at.x.receptive_field, at.y.receptive_field});
    add_point(json, "first_center_px", {at.x.first_center, at.y.first_center});
  });
}

}  // namespace

GeometryReport geometry_report(const Plan& plan, const OriginalFrame& frame) {
  GeometryReport report;
  report.frame = frame;
  report.map = plan.map_shape();
  report.geometry = plan.geometry();
  std::vector<Shape> shapes;
  for (NodeId id = 0; id < plan.size(); ++id) shapes.push_back(plan.node(id).shape);
  const std::vector<MapGeometry> geometry = infer_geometry(plan.graph(), shapes);
  for (NodeId id = 0; id < plan.size(); ++id) {
    const Node& node = plan.graph().nodes[id];
    report.layers.push_back({node.name, std::string(op_name(node.op)), shapes[id], geometry[id]});
  }
  return report;
}

std::vector<double> window_offsets(const GeometryReport& report) {
  std::vector<double> parts;
  double sum = 0;
  AxisGeometry before;  // one cell a pixel
  for (const LayerGeometry& layer : report.layers) {
    const AxisGeometry& at = layer.geometry.x;
    // The pool's own stride moves windows and cells alike.
    if (at.stride <= before.stride || at.stride * report.pool_stride > report.geometry.x.stride) continue;
    const double middle = before.first_center + (at.stride - before.stride) / 2;  // of the places it merges
    const double part = middle - at.first_center;
    if (part != 0) parts.push_back(part);
    sum += part;
    before = at;
  }
  if (std::abs(sum - window_offset(report.geometry).x) > 1e-9) parts.clear();
  return parts;
}

std::string geometry_text(const GeometryReport& report) {
  const std::string what = report.image.empty() ? std::string() : printable(report.image) + "\n  ";
  return fmt::format("{}{} x {} pixels through {}\n{}\n", what, report.frame.run_width,
                     report.frame.run_height, printable(report.model), page_line(report.page)) +
         layer_table(report) + map_words(report) + window_words(report) + stretch_words(report) +
         original_words(report);
}

std::string geometry_json(const GeometryReport& report) {
  const MapGeometry& map = report.geometry;
  JsonWriter json;
  json.object([&] {
    json.member("schema", "fcn-infer-geometry/1");
    add_image(json, report.image);
    if (!report.page.text().empty()) add_page(json, report.page);
    json.member("width", report.frame.run_width);
    json.member("height", report.frame.run_height);
    json.member("model", report.model);
    json.object("map", [&] {
      json.member("rows", report.map.height);
      json.member("cols", report.map.width);
      json.member("pool_stride", report.pool_stride);
      add_along_axes(json, "output_stride", map.x.stride / report.pool_stride,
                     map.y.stride / report.pool_stride);
      add_point(json, "stride_px", {map.x.stride, map.y.stride});
      add_point(json, "first_center_px", {map.x.first_center, map.y.first_center});
      json.member("receptive_field_px", {map.x.receptive_field, map.y.receptive_field});
      json.member("window_size_px", {map.window.x, map.window.y});
      add_point(json, "window_offset_px", window_offset(map));
    });
    add_original(json, report.frame, map);
    json.array("layers", [&] {
      for (const LayerGeometry& layer : report.layers) add_layer(json, layer);
    });
  });
  return json.take();
}

}  // namespace fcn::tools
