// SPDX-License-Identifier: MIT
#include "tools/runs/regions.hpp"

#include <utility>

namespace fcn::tools {
namespace {

/// The tutorials draw boxes only.
bool has_contours(const RegionRequest& request) {
  return request.contours && request.kind != RegionKind::none && request.kind != RegionKind::tutorial;
}

}  // namespace

std::vector<int> region_classes(const RunReport& report) {
  if (report.region_request.kind != RegionKind::all) return shown_classes(report);
  std::vector<int> reaching;
  const maps::RegionRequest request = region_request(report);
  for (const int id : report.map->top(report.map->classes())) {
    if (!request.holds(report.map->peak(id).probability)) break;
    reaching.push_back(id);
  }
  return reaching;
}

maps::RegionRequest region_request(const RunReport& report) {
  const RegionRequest& asked = report.region_request;
  maps::RegionRequest request{.threshold = asked.threshold, .placement = report.placement};
  if (asked.kind == RegionKind::tutorial) request = maps::RegionRequest::tutorial(asked.threshold);
  request.contours = has_contours(asked);
  request.nms = asked.nms;
  return request;
}

Result<std::vector<maps::Region>> find_regions(const RunReport& report) {
  return maps::find_regions(*report.map, region_classes(report), {report.width, report.height},
                            region_request(report));
}

std::uint64_t region_bytes(const RegionRequest& request, const PictureSize& size) {
  return maps::region_bytes({.contours = has_contours(request)},
                            {static_cast<int>(size.width), static_cast<int>(size.height)});
}

Status add_regions(RunReport& report) {
  if (report.region_request.kind == RegionKind::none) return {};
  auto regions = find_regions(report);
  if (!regions) return regions.error();
  report.regions = *std::move(regions);
  return {};
}

}  // namespace fcn::tools
