// SPDX-License-Identifier: MIT
// The regions of fcn.h.
#include <cstddef>
#include <span>

#include "interfaces/c/boundary.hpp"
#include "interfaces/c/handles.hpp"

namespace fcn::c {
namespace {

fcn_code find_regions(const char* function, const ScoreMap& map, maps::Size picture,
                      const fcn_region_request& request, fcn_regions** out) {
  if (request.class_ids != nullptr && request.class_count < 1)
    return fail(FCN_INVALID_ARGUMENT, function, "class_ids is given, and class_count is less than 1");
  maps::RegionRequest wanted{.threshold = request.threshold};
  if (request.most_overlap != 0) wanted.nms = request.most_overlap;
  const auto found =
      request.class_ids == nullptr
          ? maps::find_regions(map, picture, wanted)
          : maps::find_regions(map,
                               std::span(request.class_ids, static_cast<std::size_t>(request.class_count)),
                               picture, wanted);
  if (!found) return fail(function, found.error());
  auto regions = std::make_unique<fcn_regions>();
  for (const maps::Region& region : *found)
    regions->regions.push_back({region.class_id, region.x, region.y, region.width, region.height, region.peak,
                                region.mean, region.area});
  *out = regions.release();
  return FCN_OK;
}

}  // namespace
}  // namespace fcn::c

using fcn::c::fail;

extern "C" {

fcn_code fcn_regions_find(const fcn_map* map, int picture_width, int picture_height,
                          const fcn_region_request* request, fcn_regions** regions) {
  if (map == nullptr || request == nullptr || regions == nullptr)
    return fail(FCN_INVALID_ARGUMENT, __func__, "map, request and regions must not be NULL");
  const char* const function = __func__;
  return fcn::c::guarded(function, [&]() -> fcn_code {
    fcn_region_request known{};
    if (!fcn::c::read_sized(*request, known)) return fail(FCN_INVALID_ARGUMENT, function, fcn::c::kWrongSize);
    return fcn::c::find_regions(function, map->map, {picture_width, picture_height}, known, regions);
  });
}

void fcn_regions_free(fcn_regions* regions) {
  delete regions;
}

int fcn_regions_count(const fcn_regions* regions) {
  return regions == nullptr ? 0 : static_cast<int>(regions->regions.size());
}

const fcn_region* fcn_regions_data(const fcn_regions* regions) {
  return regions == nullptr || regions->regions.empty() ? nullptr : regions->regions.data();
}

}  // extern "C"
