// SPDX-License-Identifier: MIT
// A convolution's filters as a picture.
#pragma once

#include <string>

#include "fcn/graph/ops.hpp"
#include "tools/pictures/picture.hpp"

namespace fcn::tools {

/// One tile a filter where it has one channel (grey) or three (red, green, blue), else one a channel, a row
/// for each filter. Middle grey is 0, black and white are as far from it as the largest weight. `conv` has
/// its weights.
Result<Picture> draw_filters(const Conv& conv, const std::string& title, const Limits& limits);

}  // namespace fcn::tools
