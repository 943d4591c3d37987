// SPDX-License-Identifier: MIT
// The scales of a picture (scale_pyramid.hpp) for people, at 80 columns, and for programs.
#pragma once

#include <string>

#include "tools/runs/run_report.hpp"
#include "tools/runs/scale_pyramid.hpp"
#include "tools/shell/json_writer.hpp"

namespace fcn::tools {

/// Lines that follow the report of the picture: one per scale, with the listed classes that score best at
/// it. Text from files is escaped.
std::string scale_lines(const RunReport& report, const ScaleReport& scales);

/// Adds the members "fuse" and "scales" to the JSON line.
void add_scales(JsonWriter& json, const ScaleReport& scales);

/// Adds the member "best_scale": the highest peak of a class in the maps before they were fused, with its
/// scale and its place in the picture. Not `probable` where the model's scores are no probabilities.
void add_best_scale(JsonWriter& json, const ScaleReport& scales, int id, bool probable);

}  // namespace fcn::tools
