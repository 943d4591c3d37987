// SPDX-License-Identifier: MIT
// Antialiased bilinear scaling, bit for bit what Pillow (and so torchvision on PIL images) gives.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/limits.hpp"
#include "engine/result.hpp"
#include "tools/picture.hpp"

namespace fcn::tools {

/// A size as the user states it: both sides, or the shorter one with the proportions kept.
struct ResizeSpec {
  int width = 0;  ///< 0 if `short_side` counts
  int height = 0;
  int short_side = 0;
};

/// "short:N" or "WxH".
Result<ResizeSpec> parse_resize(std::string_view text);

/// The size that a width x height picture gets. With short_side the longer side is rounded down, as
/// torchvision does.
struct PictureSize {
  std::int64_t width = 0;
  std::int64_t height = 0;
};
PictureSize resized_size(const ResizeSpec& spec, int width, int height);

/// Bytes that resize_bilinear() holds besides the two pictures.
std::uint64_t resize_scratch_bytes(PictureSize from, PictureSize to);

/// Holds, besides the two pictures, only as many rows as one output row reads.
Result<Picture> resize_bilinear(const Picture& from, int width, int height, const Limits& limits);

}  // namespace fcn::tools
