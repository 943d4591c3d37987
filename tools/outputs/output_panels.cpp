// SPDX-License-Identifier: MIT
#include "tools/outputs/output_writers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <string>
#include <vector>

#include "fcn/base/printable.hpp"
#include "tools/draw/caption.hpp"
#include "tools/draw/heat_layer.hpp"
#include "tools/draw/png_drawing.hpp"

namespace fcn::tools {
namespace {

constexpr int kPanelSide = 480;   // of a sheet's panels, the longer one
constexpr int kLabelWidth = 200;  // room that every panel's name has

/// Panels of equal size in rows, each above its name, and a caption below them all.
struct PanelGrid {
  PictureSize panel;
  int columns;
  int count;
  Measures sizes;
  int cell_width;
  int cell_height;
  int width;
  int height;

  PanelGrid(const PictureSize& panel_size, int panels, int most_columns)
      : panel(panel_size),
        columns(std::clamp(panels, 1, most_columns)),
        count(std::max(panels, 1)),
        sizes(std::max(kPanelSide, static_cast<int>(panel_size.width))),
        cell_width(std::max(static_cast<int>(panel_size.width), kLabelWidth)),
        cell_height(static_cast<int>(panel_size.height) + static_cast<int>(2.6 * sizes.cap)),
        width(std::max(kPanelSide, columns * cell_width + (columns + 1) * sizes.pad)),
        height((count + columns - 1) / columns * (cell_height + sizes.pad) + sizes.pad +
               sizes.strip_height(kCaptionCapitals)) {}

  [[nodiscard]] Box picture_box(int index) const {
    const int left = sizes.pad + (index % columns) * (cell_width + sizes.pad);
    const int top = sizes.pad + (index / columns) * (cell_height + sizes.pad);
    return {left, top, left + static_cast<int>(panel.width), top + static_cast<int>(panel.height)};
  }
  [[nodiscard]] Box caption_box() const {
    return {0, height - sizes.strip_height(kCaptionCapitals), width, height};
  }
  void draw_name(const Canvas& canvas, int index, const std::string& name) const {
    const Box box = picture_box(index);
    const TextStyle style = sizes.small(kWhite);
    draw_text(canvas, box.left, box.bottom + 1.8 * sizes.cap, fitted(name, cell_width, style), style);
  }
};

/// The picture's size in the panels of a sheet: no larger than it is, unless it is small.
PictureSize sheet_panel(const PictureSize& size) {
  const auto longer = std::max(size.width, size.height);
  if (longer <= kPanelSide) return CaptionedLayout(size).drawn;
  const auto scaled = [longer](std::int64_t side) {
    return std::max<std::int64_t>(1, (side * kPanelSide + longer / 2) / longer);
  };
  return {scaled(size.width), scaled(size.height)};
}

PanelGrid sheet_grid(const PictureSize& size, int classes) {
  const bool wide = size.width > 2 * size.height, tall = size.height > 2 * size.width;
  return {sheet_panel(size), classes, wide ? 2 : tall ? 5 : 3};
}

PanelGrid side_by_side_grid(const PictureSize& size) {
  return {CaptionedLayout(size).drawn, 2, 2 * size.width > 3 * size.height ? 1 : 2};
}

std::uint64_t grid_bytes(const PictureSize& size, const PanelGrid& grid) {
  return std::max(ScaledPicture::making_bytes(size, grid.panel),
                  ScaledPicture::kept_bytes(size, grid.panel) + drawing_bytes(grid.width, grid.height));
}

/// Boxes and names of regions on a panel that shows the whole picture, the best one's on top.
void draw_regions(const Canvas& canvas, const RunReport& report, const PanelGrid& grid) {
  const double scale = static_cast<double>(grid.panel.width) / report.width;
  const auto box_of = [scale](const maps::Region& region) {
    const auto scaled = [scale](int pixel) { return static_cast<int>(std::lround(scale * pixel)); };
    return Box{scaled(region.x), scaled(region.y), scaled(region.x + region.width),
               scaled(region.y + region.height)};
  };
  const Measures name_sizes(grid.width / 2);  // many names have to find room
  for (const maps::Region& region : report.regions)
    draw_frame(canvas, box_of(region), name_sizes.line, kFrame);
  for (auto region = report.regions.rbegin(); region != report.regions.rend(); ++region) {
    const std::string name = fmt::format("{} {}", printable(class_label(*report.info, region->class_id)),
                                         score_text(region->peak, report.map->kind()));
    draw_tag(canvas, static_cast<int>(grid.panel.height), box_of(*region), name, kFrame, name_sizes);
  }
}

Caption caption_of(const RunReport& report, std::string title, std::string note,
                   std::optional<maps::HeatScale> scale) {
  return {std::move(title), std::move(note), scale, report.map->kind(), false};
}

}  // namespace

std::uint64_t side_by_side_bytes(const OutputNeeds& needs) {
  return grid_bytes(needs.size, side_by_side_grid(needs.size));
}

Status write_side_by_side(AtomicFile& file, const PictureResult& result) {
  const RunReport& report = result.report;
  const PictureSize size{result.picture.width(), result.picture.height()};
  const PanelGrid grid = side_by_side_grid(size);
  auto scaled = ScaledPicture::create(result.picture, grid.panel, result.limits);
  if (!scaled) return scaled.error();
  const auto shown = shown_class(report);
  std::optional<HeatLayer> heat;
  if (shown) heat.emplace(*report.map, *shown, report.placement, size, grid.panel);
  const Caption caption = shown ? caption_of(report, class_title(report, *shown, "  "),
                                             report.region_request.kind == RegionKind::none
                                                 ? ""
                                                 : "boxes: regions of " + threshold_text(report) + " or more",
                                             maps::heat_scale(*report.map, *shown))
                                : caption_of(report, "nothing but background", "", std::nullopt);
  return write_drawing(file, grid.width, grid.height, result.limits, [&](const Canvas& canvas) {
    fill_box(canvas, {0, 0, grid.width, grid.height}, kDark, 1);
    for (const int index : {0, 1}) {
      const Canvas panel = canvas.panel(grid.picture_box(index));
      scaled->draw(panel);
      if (index == 1 && heat) heat->draw_over(panel);
      draw_regions(panel, report, grid);
    }
    grid.draw_name(canvas, 0, fmt::format("{} x {} pixels", report.width, report.height));
    grid.draw_name(canvas, 1, fmt::format("map of {} x {} cells", report.map->cols(), report.map->rows()));
    draw_caption(canvas.panel(grid.caption_box()), caption, grid.sizes);
  });
}

std::uint64_t sheet_bytes(const OutputNeeds& needs) {
  return grid_bytes(needs.size, sheet_grid(needs.size, needs.listed_classes));
}

Status write_sheet(AtomicFile& file, const PictureResult& result) {
  const RunReport& report = result.report;
  const PictureSize size{result.picture.width(), result.picture.height()};
  const std::vector<int> listed = listed_classes(report);
  const PanelGrid grid = sheet_grid(size, static_cast<int>(listed.size()));
  auto scaled = ScaledPicture::create(result.picture, grid.panel, result.limits);
  if (!scaled) return scaled.error();
  std::deque<HeatLayer> layers;  // they stay where they are made
  for (const int id : listed) layers.emplace_back(*report.map, id, report.placement, size, grid.panel);
  const bool logits = report.map->kind() == ScoreKind::logits;
  const Caption caption =
      caption_of(report, listed.empty() ? "nothing but background" : fmt::format("{} classes", listed.size()),
                 logits ? "each from its lowest score to its highest" : "each class and its best cell",
                 logits ? std::nullopt : std::optional<maps::HeatScale>(maps::HeatScale()));
  return write_drawing(file, grid.width, grid.height, result.limits, [&](const Canvas& canvas) {
    fill_box(canvas, {0, 0, grid.width, grid.height}, kDark, 1);
    for (std::size_t i = 0; i < listed.size(); ++i) {
      const auto index = static_cast<int>(i);
      const Canvas panel = canvas.panel(grid.picture_box(index));
      scaled->draw(panel);
      layers[i].draw_over(panel);
      grid.draw_name(canvas, index, class_title(report, listed[i]));
    }
    draw_caption(canvas.panel(grid.caption_box()), caption, grid.sizes);
  });
}

}  // namespace fcn::tools
