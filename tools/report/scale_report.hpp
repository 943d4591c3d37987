// SPDX-License-Identifier: MIT
// The scales of a picture (scale_pyramid.hpp) for people, at 80 columns, and for programs.
#pragma once

#include <string>

#include "tools/report/json_numbers.hpp"
#include "tools/runs/run_report.hpp"
#include "tools/runs/scale_pyramid.hpp"

namespace fcn::tools {

/// Lines that follow the report of the picture: one per scale, with the listed classes that score best at
/// it. Text from files is escaped.
std::string scale_lines(const RunReport& report, const ScaleReport& scales);

/// The JSON line's scales.
Json scale_fields(const ScaleReport& scales);

/// The highest peak of a class in the maps before they were fused: which scale, and where in the picture. Not
/// `probable` where the model's scores are no probabilities.
Json best_scale_fields(const ScaleReport& scales, int id, bool probable);

}  // namespace fcn::tools
