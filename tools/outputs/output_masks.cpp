// SPDX-License-Identifier: MIT
#include "tools/outputs/output_writers.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "fcn/maps/placed_map.hpp"
#include "tools/pictures/png_writer.hpp"
#include "tools/runs/regions.hpp"

namespace fcn::tools {
namespace {

struct ScoreRange {
  float low = std::numeric_limits<float>::infinity();
  float high = -std::numeric_limits<float>::infinity();
};

ScoreRange range_of(maps::PlacedMap& map, int width, int height) {
  ScoreRange range;
  for (int y = 0; y < height; ++y) {
    const float* const row = map.row(y);
    for (int x = 0; x < width; ++x) {
      range.low = std::min(range.low, row[x]);
      range.high = std::max(range.high, row[x]);
    }
  }
  return range;
}

/// The product as float32, truncated; NaN becomes 0.
std::uint8_t masked(std::uint8_t value, float share) {
  const float product = static_cast<float>(value) * share;
  return product > 0 ? static_cast<std::uint8_t>(product) : std::uint8_t{0};
}

/// cv2.rectangle's line of thickness 2 from one corner to the other: it covers the pixels of the outline and
/// their neighbours above, below, left and right.
class ThickOutline {
 public:
  explicit ThickOutline(const maps::Region& box)
      : left_(box.x), top_(box.y), right_(box.x + box.width), bottom_(box.y + box.height) {}

  [[nodiscard]] bool covers(int x, int y) const {
    return on(x, y) || on(x - 1, y) || on(x + 1, y) || on(x, y - 1) || on(x, y + 1);
  }

 private:
  [[nodiscard]] bool on(int x, int y) const {
    if (x < left_ || x > right_ || y < top_ || y > bottom_) return false;
    return x == left_ || x == right_ || y == top_ || y == bottom_;
  }

  int left_, top_, right_, bottom_;  // both ends drawn
};

}  // namespace

Status write_mask(AtomicFile& file, const PictureResult& result) {
  const RunReport& report = result.report;
  const maps::RegionRequest request = region_request(report);
  const maps::Size size{report.width, report.height};
  const auto axes = maps::PlacedAxes::create(request.placement, *report.map, size, size);
  std::vector<maps::PlacedMap> placed;
  for (const int id : region_classes(report)) placed.emplace_back(*report.map, id, axes);
  std::vector<std::uint8_t> grey(static_cast<std::size_t>(report.width));
  return write_png(file, report.width, report.height, PngPixels::grey, [&](int y) {
    std::fill(grey.begin(), grey.end(), std::uint8_t{0});
    for (maps::PlacedMap& map : placed) {
      if (!axes.y.holds(y)) break;
      const float* const scores = map.row(y);
      for (int x = axes.x.begin; x < axes.x.end; ++x)
        if (request.holds(scores[x])) grey[static_cast<std::size_t>(x)] = 255;
    }
    return grey.data();
  });
}

Status write_masked(AtomicFile& file, const PictureResult& result) {
  const auto& [picture, report, limits] = result;
  const maps::Size size{picture.width(), picture.height()};
  const auto axes = maps::PlacedAxes::create(maps::Placement::stretch, *report.map, size, size);
  std::optional<maps::PlacedMap> map;
  std::optional<ThickOutline> outline;
  ScoreRange range;
  if (const auto shown = shown_class(report)) {
    const auto box = maps::find_regions(*report.map, {&*shown, 1}, size,
                                        maps::RegionRequest::tutorial(report.region_request.threshold));
    if (!box) return box.error();
    if (!box->empty()) outline.emplace(box->front());
    map.emplace(*report.map, *shown, axes);
    range = range_of(*map, picture.width(), picture.height());
  }
  const float most = range.high - range.low;
  std::vector<std::uint8_t> rgb(picture.row_bytes());
  PictureReader reader(picture);
  const Status drawn = write_png(file, size.width, size.height, PngPixels::rgb, [&](int y) {
    const float* const scores = map ? map->row(y) : nullptr;
    const std::uint8_t* const pixels = reader.row(y);
    for (int x = 0; x < size.width; ++x) {
      const float share = scores != nullptr ? (scores[x] - range.low) / most : 0;
      const bool red = outline && outline->covers(x, y);
      for (int channel = 0; channel < 3; ++channel) {
        const auto at = 3 * static_cast<std::size_t>(x) + static_cast<std::size_t>(channel);
        rgb[at] = red ? static_cast<std::uint8_t>(channel == 0 ? 255 : 0) : masked(pixels[at], share);
      }
    }
    return rgb.data();
  });
  return reader.status() ? drawn : reader.status();
}

}  // namespace fcn::tools
