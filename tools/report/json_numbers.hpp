// SPDX-License-Identifier: MIT
// The format of numbers in fcn-infer's JSON, the same in every object. Not here: which fields there are (the
// writers).
#pragma once

#include <nlohmann/json.hpp>

#include "tools/pictures/original_frame.hpp"

namespace fcn::tools {

using Json = nlohmann::ordered_json;

/// The shortest decimal that reads back as this float: 0.9, where its exact value is 0.89999997615814209.
/// Null for numbers that JSON cannot represent.
Json json_number(float value);

/// Pixels: an integer if they are whole, as centres mostly are; else to a millionth.
Json json_pixels(double value);

/// One number where both axes agree, as they do for every square-windowed network, else [x, y].
Json json_along_axes(double x, double y);

/// [x, y] and [x, y, width, height].
Json json_point(const PixelPoint& place);
Json json_box(const PixelBox& box);

/// Milliseconds to the microsecond, finer than the clock.
Json json_milliseconds(double value);

/// Four digits, more than a measurement repeats; null for numbers that JSON cannot represent.
Json json_measured(double value);

}  // namespace fcn::tools
