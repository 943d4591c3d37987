// SPDX-License-Identifier: MIT
// A decoded picture that owns its pixels. Not here: decoding (image_io.hpp), scaling (resize.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "fcn/base/checked.hpp"
#include "fcn/image_view.hpp"
#include "fcn/limits.hpp"
#include "fcn/result.hpp"
#include "tools/shell/counted_memory.hpp"

namespace fcn::tools {

/// 8-bit RGB, rows without gaps, top row first. Move-only: a picture may hold hundreds of megabytes.
struct Picture {
  struct Free {
    void operator()(std::uint8_t* pixels) const { counted_free(pixels); }
  };

  int width = 0;
  int height = 0;
  std::unique_ptr<std::uint8_t[], Free> rgb;  ///< from counted_malloc, as decoders hand it out

  [[nodiscard]] std::size_t row_bytes() const { return static_cast<std::size_t>(width) * 3; }
  [[nodiscard]] std::uint8_t* row(int y) { return rgb.get() + static_cast<std::size_t>(y) * row_bytes(); }
  [[nodiscard]] const std::uint8_t* row(int y) const {
    return rgb.get() + static_cast<std::size_t>(y) * row_bytes();
  }
  [[nodiscard]] ImageView view() const {
    return {rgb.get(), width, height, static_cast<std::ptrdiff_t>(row_bytes()), 3};
  }
};

/// Checks that a picture of this size is not empty and within the limits.
inline Status check_picture_size(std::uint64_t width, std::uint64_t height, const Limits& limits) {
  const std::string size = std::to_string(width) + "x" + std::to_string(height);
  if (width == 0 || height == 0)
    return Error{ErrorCode::malformed, "the picture is empty (" + size + ")", ""};
  const auto side = static_cast<std::uint64_t>(limits.max_image_side);
  const auto pixels = checked_mul(width, height);
  if (width <= side && height <= side && pixels && *pixels <= limits.max_image_pixels) return {};
  return Error{ErrorCode::limit_exceeded,
               "the picture has " + size + " pixels; the limits are " + std::to_string(side) +
                   " a side and " + std::to_string(limits.max_image_pixels) + " in all",
               ""};
}

/// The same for a picture that is to be held whole.
inline Status check_held_size(std::uint64_t width, std::uint64_t height, const Limits& limits) {
  if (Status size = check_picture_size(width, height, limits); !size) return size;
  const auto pixels = checked_mul(width, height);
  if (pixels && *pixels <= limits.max_held_pixels) return {};
  return Error{ErrorCode::limit_exceeded,
               "the picture has " + std::to_string(width) + "x" + std::to_string(height) +
                   " pixels; of a picture that must be held whole the limit is " +
                   std::to_string(limits.max_held_pixels),
               ""};
}

/// A black picture.
inline Result<Picture> make_picture(int width, int height, const Limits& limits) {
  if (width < 0 || height < 0) width = height = 0;
  if (Status fits =
          check_held_size(static_cast<std::uint64_t>(width), static_cast<std::uint64_t>(height), limits);
      !fits)
    return fits.error();
  Picture picture{width, height, nullptr};
  const std::size_t bytes = picture.row_bytes() * static_cast<std::size_t>(height);
  picture.rgb.reset(static_cast<std::uint8_t*>(counted_malloc(bytes)));
  if (!picture.rgb)
    return Error{ErrorCode::out_of_memory, "no memory for a picture of " + std::to_string(bytes) + " bytes",
                 ""};
  return picture;
}

}  // namespace fcn::tools
