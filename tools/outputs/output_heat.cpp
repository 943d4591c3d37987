// SPDX-License-Identifier: MIT
#include "tools/outputs/output_writers.hpp"

#include "tools/draw/caption.hpp"
#include "tools/draw/heat_layer.hpp"
#include "tools/draw/png_drawing.hpp"

namespace fcn::tools {
namespace {

Caption caption_of(const RunReport& report, std::optional<int> shown) {
  if (!shown) return {"nothing but background", "", std::nullopt, ScoreKind::probabilities, true};
  const bool stretched = report.placement == maps::Placement::stretch;
  return {class_title(report, *shown, "  "),
          stretched ? "the map stretched over the picture" : "grey: no cell looked there",
          maps::heat_scale(*report.map, *shown), report.map->kind(), true};
}

}  // namespace

std::uint64_t heat_bytes(const OutputNeeds& needs) {
  const CaptionedLayout layout(needs.size);
  return drawing_bytes(layout.width, layout.height);
}

Status write_heat(AtomicFile& file, const PictureResult& result) {
  const RunReport& report = result.report;
  const PictureSize size{report.width, report.height};
  const CaptionedLayout layout(size);
  const auto shown = shown_class(report);
  const Caption caption = caption_of(report, shown);
  std::optional<HeatLayer> heat;
  if (shown) heat.emplace(*report.map, *shown, report.placement, size, layout.drawn);
  return write_drawing(file, layout.width, layout.height, result.limits, [&](const Canvas& canvas) {
    fill_box(canvas, {0, 0, layout.width, layout.height}, kDark, 1);
    if (heat) heat->fill(canvas.panel(layout.picture));
    draw_caption(canvas.panel(layout.caption), caption, Measures(layout.width));
  });
}

}  // namespace fcn::tools
