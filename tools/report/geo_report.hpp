// SPDX-License-Identifier: MIT
// Places on the map of a picture that has a georeference, in words and as members of JSON.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "tools/pictures/geo/map_frame.hpp"
#include "tools/report/json_members.hpp"
#include "tools/runs/run_report.hpp"

namespace fcn::tools {

/// The classes' peaks, then the extents of the regions' boxes; empty for a picture without a georeference.
/// One that cannot be used has a line that says why.
std::string geo_table(const RunReport& report);

/// A coordinate to 15 digits, as GDAL writes them: to a thousandth of a millimetre and better.
JsonNumber json_coordinate(double value);

/// Adds [x, y] and a box's corners, [[x, y], ...].
void add_map_point(JsonWriter& json, std::string_view name, const MapPoint& place);
void add_map_corners(JsonWriter& json, std::string_view name, const std::array<MapPoint, 4>& corners);

/// Adds "georeference": the code of the coordinate reference system, whether it is projected, and GDAL's six
/// numbers; or the error that keeps it from being used. Nothing for a picture without one.
void add_georeference(JsonWriter& json, const std::optional<Result<Georeference>>& georeference);

}  // namespace fcn::tools
