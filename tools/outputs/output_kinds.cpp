// SPDX-License-Identifier: MIT
#include "tools/outputs/output_kinds.hpp"

#include <algorithm>
#include <array>

#include "tools/outputs/output_writers.hpp"

namespace fcn::tools {
namespace {

/// For writers whose few buffers are not counted.
std::uint64_t nothing(const OutputNeeds&) {
  return 0;
}

constexpr auto kKinds = std::to_array<OutputKind>({
    {"--npy", ".npy", &InferOptions::npy, "Score map as NumPy float32, classes x rows x cols", PixelUse::none,
     write_npy, nothing},
    {"--csv", ".csv", &InferOptions::csv,
     "A line a cell: place, best class, and scores of the\nlisted classes", PixelUse::none, write_csv,
     nothing},
    {"--geojson", ".geojson", &InferOptions::geojson,
     "Regions on the map, as polygons for QGIS and others; of\na GeoTIFF", PixelUse::none, write_geojson,
     nothing},
    {"--overlay", ".overlay.png", &InferOptions::overlay, "PNG of the picture with its map drawn over it",
     PixelUse::in_order, write_overlay, overlay_bytes},
    {"--heat", ".heat.png", &InferOptions::heat, "PNG of the map alone, in colours with a scale",
     PixelUse::none, write_heat, heat_bytes},
    {"--masked", ".masked.png", &InferOptions::masked,
     "PNG of the picture times its map, with the red box, as\nthe tutorials draw it", PixelUse::in_order,
     write_masked, nothing},
    {"--mask", ".mask.png", &InferOptions::mask, "PNG that is white where the regions are, else black",
     PixelUse::none, write_mask, nothing},
    {"--argmax", ".argmax.png", &InferOptions::argmax, "PNG of the winning class of each cell, with a legend",
     PixelUse::in_order, write_argmax, argmax_bytes},
    {"--side-by-side", ".side.png", &InferOptions::side_by_side,
     "PNG of the picture, with its regions, beside its map", PixelUse::whole, write_side_by_side,
     side_by_side_bytes},
    {"--sheet", ".sheet.png", &InferOptions::sheet, "PNG of the maps of the best classes, or of each --class",
     PixelUse::whole, write_sheet, sheet_bytes},
    {"--html", ".html", &InferOptions::html, "A page to explore the map in a browser, in one file",
     PixelUse::whole, write_explore, explore_bytes},
});

}  // namespace

std::span<const OutputKind> output_kinds() {
  return kKinds;
}

PixelUse pixel_use(const InferOptions& options) {
  PixelUse most = PixelUse::none;
  for (const OutputKind& kind : kKinds)
    if (!(options.*kind.place).empty()) most = std::max(most, kind.pixels);
  return most;
}

bool needs_cells(const InferOptions& options) {
  if (options.regions.kind != RegionKind::none || options.verbose || options.profile ||
      options.compare_windows || !options.scales.empty() || options.scores == ScoreKind::logits)
    return true;
  return std::any_of(kKinds.begin(), kKinds.end(), [&](const OutputKind& kind) {
    return kind.write != write_npy && !(options.*kind.place).empty();
  });
}

int listed_count(const InferOptions& options, const ModelInfo& info, int classes) {
  if (!options.class_names.empty()) return static_cast<int>(options.class_names.size());
  return std::min(options.top, classes - (info.background ? 1 : 0));
}

std::uint64_t output_bytes(const InferOptions& options, const OutputNeeds& needs) {
  std::uint64_t most = 0;
  for (const OutputKind& kind : kKinds)
    if (!(options.*kind.place).empty()) most = std::max(most, kind.bytes(needs));
  return most;
}

}  // namespace fcn::tools
