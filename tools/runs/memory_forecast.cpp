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
  needs.decoder = structure.decoder_bytes + patched_bytes(file.bytes().size(), structure);
  return needs;
}

MemoryForecast::MemoryForecast(std::uint64_t load, std::uint64_t weights, const PictureNeeds& needs) {
  const std::uint64_t upright = pixel_bytes(needs.upright), run = pixel_bytes(needs.run);
  load_.weights = load;
  decode_ = {weights, upright, needs.file + needs.decoder - upright, {}};
  const PhaseBytes turning{weights, 2 * upright, 0, {}};
  if (needs.turned && turning.total() > decode_.total()) decode_ = turning;
  if (needs.is_resized())
    resize_ = {
        weights, upright + run, resize_scratch_bytes(needs.upright, needs.run, needs.interpolation), {}};
  run_ = {weights, run, 0, {}};
  if (needs.outputs != 0) outputs_ = {weights, run + needs.outputs, 0, {}};
}

}  // namespace fcn::tools
