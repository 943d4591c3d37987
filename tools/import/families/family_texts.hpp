// SPDX-License-Identifier: MIT
// The texts of all families, a file a kind; their language is described in docs/families.md.
#pragma once

#include <string_view>

namespace fcn::tools {

extern const std::string_view kResNetFamilies;

inline const std::string_view kFamilyTexts[] = {kResNetFamilies};

}  // namespace fcn::tools
