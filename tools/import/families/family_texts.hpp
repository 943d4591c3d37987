// SPDX-License-Identifier: MIT
// The texts of all families, a file a kind; their language is described in docs/families.md.
#pragma once

#include <string_view>

namespace fcn::tools {

extern const std::string_view kResNetFamilies;
extern const std::string_view kPlainFamilies;
extern const std::string_view kRegNetFamilies;
extern const std::string_view kMobileFamilies;
extern const std::string_view kTimmMobileFamilies;
extern const std::string_view kConvNextFamilies;
extern const std::string_view kInceptionFamilies;
extern const std::string_view kPixelFamilies;

inline const std::string_view kFamilyTexts[] = {kResNetFamilies,    kPlainFamilies,      kRegNetFamilies,
                                                kMobileFamilies,    kTimmMobileFamilies, kConvNextFamilies,
                                                kInceptionFamilies, kPixelFamilies};

}  // namespace fcn::tools
