// SPDX-License-Identifier: MIT
// How numbers stand in fcn-infer's JSON, the same in every object. Which fields there are is the writers'
// own.
#pragma once

#include <nlohmann/json.hpp>

#include "tools/pictures/original_frame.hpp"

namespace fcn::tools {

using Json = nlohmann::ordered_json;

/// The shortest decimal that reads back as this float: 0.9, where its exact value is 0.89999997615814209.
/// Null for what JSON cannot state.
Json json_number(float value);

/// Pixels: whole where they are whole, as centres mostly are; to a millionth where they are not.
Json json_pixels(double value);

/// One number where both axes agree, as they do for every square-windowed network, else [x, y].
Json json_along_axes(double x, double y);

/// [x, y] and [x, y, width, height].
Json json_point(const PixelPoint& place);
Json json_box(const PixelBox& box);

/// Milliseconds to the microsecond: more than the clock is good for.
Json json_milliseconds(double value);

/// Four digits, more than a measurement repeats; null for what JSON cannot state.
Json json_measured(double value);

}  // namespace fcn::tools
