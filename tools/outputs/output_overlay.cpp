// SPDX-License-Identifier: MIT
// Puts the overlay together: the picture with its heat layer, the frame and the tag at the best cell, and
// below them a caption with the class, its score and the colour scale.
#include "tools/outputs/output_writers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "tools/draw/caption.hpp"
#include "tools/draw/heat_layer.hpp"
#include "tools/draw/png_drawing.hpp"

namespace fcn::tools {
namespace {

/// The nominal window of the best cell, its true centre, and its name.
void draw_peak(const Canvas& canvas, int picture_height, int enlarged, const ClassPeak& peak,
               const std::string& text, const Measures& sizes) {
  const auto scaled = [enlarged](std::int64_t pixel) { return static_cast<int>(pixel * enlarged); };
  const Box window{scaled(peak.window_x), scaled(peak.window_y), scaled(peak.window_x + peak.window_width),
                   scaled(peak.window_y + peak.window_height)};
  const int edge = std::max(1, sizes.line / 2);
  draw_frame(canvas, window, sizes.line + 2 * edge, kDark);
  draw_frame(canvas, {window.left + edge, window.top + edge, window.right - edge, window.bottom - edge},
             sizes.line, kFrame);
  const double x = (peak.center_x + 0.5) * enlarged - 0.5;
  const double y = (peak.center_y + 0.5) * enlarged - 0.5;
  draw_ring(canvas, x, y, sizes.cap * 0.55, sizes.line + 2.0 * edge, kDark);
  draw_ring(canvas, x, y, sizes.cap * 0.55, sizes.line, kFrame);
  draw_tag(canvas, picture_height, window, text, kFrame, sizes);
}

Caption caption_of(const RunReport& report, const std::optional<ClassPeak>& peak) {
  if (!peak) return {"nothing but background", "", std::nullopt, ScoreKind::probabilities, false};
  return {class_title(report, peak->id, "  "),
          fmt::format("frame: the best {}x{} window", peak->window_width, peak->window_height),
          maps::heat_scale(*report.map, peak->id), report.map->kind(), false};
}

}  // namespace

std::uint64_t overlay_bytes(const OutputNeeds& needs) {
  return captioned_bytes(needs.size);
}

Status write_overlay(AtomicFile& file, const PictureResult& result) {
  const auto& [picture, report, limits] = result;
  const PictureSize size{picture.width(), picture.height()};
  const CaptionedLayout layout(size);
  auto scaled = ScaledPicture::create(picture, layout.drawn, limits);
  if (!scaled) return scaled.error();
  const Measures sizes(layout.width);
  const auto shown = shown_class(report);
  std::optional<ClassPeak> peak;
  std::optional<HeatLayer> heat;
  std::string tag;
  if (shown) {
    peak = class_peak(report, *shown);
    peak->window_x -= report.part.x, peak->center_x -= report.part.x;
    peak->window_y -= report.part.y, peak->center_y -= report.part.y;
    heat.emplace(*report.map, *shown, report.placement, size, layout.drawn);
    tag = fitted(class_title(report, *shown), static_cast<double>(layout.drawn.width) - 2.0 * sizes.pad,
                 sizes.small(kDark));
  }
  const Caption caption = caption_of(report, peak);
  const Status drawn = write_drawing(file, layout.width, layout.height, limits, [&](const Canvas& canvas) {
    fill_box(canvas, {0, 0, layout.width, layout.height}, kDark, 1);
    const Canvas panel = canvas.panel(layout.picture);
    scaled->draw(panel);
    if (shown) {
      heat->draw_over(panel);
      draw_peak(panel, static_cast<int>(layout.drawn.height), layout.enlarged(), *peak, tag, sizes);
    }
    draw_caption(canvas.panel(layout.caption), caption, sizes);
  });
  return scaled->status() ? drawn : scaled->status();
}

}  // namespace fcn::tools
