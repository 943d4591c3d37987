// SPDX-License-Identifier: MIT
#include "tools/runs/memory_forecast.hpp"

#include "tools/pictures/formats/exif.hpp"
#include "tools/pictures/picture_patch.hpp"

namespace fcn::tools {
namespace {

std::uint64_t pixel_bytes(const PictureSize& size) {
  return 3 * static_cast<std::uint64_t>(size.width) * static_cast<std::uint64_t>(size.height);
}

}  // namespace

PictureNeeds PictureNeeds::of(const PictureFile& file, bool apply_exif) {
  const PictureStructure& structure = file.structure();
  PictureNeeds needs;
  needs.upright = {structure.width, structure.height};
  needs.turned = apply_exif && is_turned(structure.orientation);
  if (needs.turned && swaps_sides(structure.orientation))
    std::swap(needs.upright.width, needs.upright.height);
  needs.run = needs.upright;
  needs.file = file.held_bytes();
  needs.by_rows = file.by_rows();
  needs.decoder = needs.by_rows ? structure.row_decoder_bytes
                                : structure.decoder_bytes + patched_bytes(file.bytes().size(), structure);
  return needs;
}

MemoryForecast::MemoryForecast(std::uint64_t load, std::uint64_t weights, const PictureNeeds& needs) {
  const std::uint64_t upright = pixel_bytes(needs.upright), run = pixel_bytes(needs.run);
  load_.weights = load;
  if (needs.hands_rows()) row_bytes_ = 3 * static_cast<std::uint64_t>(needs.bordered().width);
  if (needs.by_rows) {
    forecast_rows(weights, needs);
    return;
  }
  run_pixels_ = run;
  decode_ = {weights, upright, needs.file + needs.decoder - upright, {}};
  const PhaseBytes turning{weights, 2 * upright, 0, {}};
  if (needs.turned && turning.total() > decode_.total()) decode_ = turning;
  if (needs.is_resized())
    resize_ = {
        weights, upright + run, resize_scratch_bytes(needs.upright, needs.run, needs.interpolation), {}};
  run_ = {weights, run, 0, {}};
  if (needs.outputs != 0) outputs_ = {weights, run + needs.outputs, 0, {}};
}

/// Rows are decoded while the picture runs, and again to be drawn.
void MemoryForecast::forecast_rows(std::uint64_t weights, const PictureNeeds& needs) {
  const std::uint64_t row = 3 * static_cast<std::uint64_t>(needs.run.width);
  const std::uint64_t drawing = needs.drawn ? needs.decoder + row : 0;
  if (!needs.border.is_empty())
    run_pixels_ =
        row * static_cast<std::uint64_t>(needs.border.kept_rows(static_cast<int>(needs.run.height)));
  run_ = {weights, run_pixels_, needs.decoder, {}};
  if (needs.drawn_at_once) {
    run_pixels_ = needs.drawn ? row : 0;
    run_.decoder += needs.outputs + (needs.drawn ? needs.decoder : 0);
    run_.picture = run_pixels_;
  } else if (needs.outputs + drawing != 0) {
    outputs_ = {weights, needs.outputs + (needs.drawn ? row : 0), drawing == 0 ? 0 : needs.decoder, {}};
  }
}

}  // namespace fcn::tools
