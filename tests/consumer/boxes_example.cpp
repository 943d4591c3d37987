#include <cstdio>
#include <fcn/fcn.hpp>

int print_boxes(const fcn::Model& model, const fcn::ScoreMap& map, int width, int height) {
  const auto regions = fcn::maps::find_regions(map, {width, height}, {.threshold = 0.5, .nms = 0.3});
  if (!regions) return std::puts(regions.error().to_string().c_str()), 1;
  for (const auto& region : *regions)
    std::printf("%-12s %5.1f %% in the %d x %d pixels from (%d, %d)\n", model.label(region.class_id).c_str(),
                100 * region.peak, region.width, region.height, region.x, region.y);
  return 0;
}
