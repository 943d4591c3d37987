// SPDX-License-Identifier: MIT
// The regions that a report asks for. Not here: finding them (fcn/maps/regions.hpp).
#pragma once

#include <cstdint>
#include <vector>

#include "fcn/maps/regions.hpp"
#include "fcn/result.hpp"
#include "tools/pictures/resize.hpp"
#include "tools/runs/run_report.hpp"

namespace fcn::tools {

/// The classes whose regions the report asks for; never the background unless it was asked for by name.
std::vector<int> region_classes(const RunReport& report);

/// The report's request as the library's: the tutorials stretch the map and compare strictly at any
/// --placement.
maps::RegionRequest region_request(const RunReport& report);

/// As maps::find_regions().
Result<std::vector<maps::Region>> find_regions(const RunReport& report);

/// Bytes that this holds as MemoryCount counts them.
std::uint64_t region_bytes(const RegionRequest& request, const PictureSize& size);

/// Puts the regions that a report asks for into it.
Status add_regions(RunReport& report);

}  // namespace fcn::tools
