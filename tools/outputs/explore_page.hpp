// SPDX-License-Identifier: MIT
// The page of --html as the build put it together from explore_page/. Not here: what is
// filled into it (output_explore.cpp).
#pragma once

#include <string_view>

namespace fcn::tools {

/// HTML with style and scripts, and the places @@picture@@, @@result@@, @@scores@@, in this order.
std::string_view explore_page();

}  // namespace fcn::tools
