// SPDX-License-Identifier: MIT
// Which optional libraries this build was configured with (picture_formats.cmake). For the picture
// readers only: other code uses picture_formats.hpp.
#pragma once

namespace fcn::tools {

/// JPEG is read by libjpeg, or by stb_image where that is missing.
inline constexpr bool kHasLibjpeg = FCN_READS_JPEG != 0;
inline constexpr bool kReadsGif = FCN_READS_GIF != 0;
inline constexpr bool kReadsTiff = FCN_READS_TIFF != 0;
inline constexpr bool kReadsWebp = FCN_READS_WEBP != 0;

}  // namespace fcn::tools
