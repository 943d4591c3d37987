// SPDX-License-Identifier: MIT
// Definitions of pixel_layout.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "fcn/base/checked.hpp"
#include "fcn/run/pixels/pixel_layout.hpp"

namespace fcn::inline FCN_ABI {

namespace detail {

FCN_INLINE Error bad_view(std::string message) {
  return {ErrorCode::invalid_argument, std::move(message), ""};
}

FCN_INLINE std::uint64_t magnitude(std::ptrdiff_t stride) {
  const auto bits = static_cast<std::uint64_t>(stride);
  return stride < 0 ? 0 - bits : bits;
}

/// The channels of a view's pixels in memory.
FCN_INLINE Result<int> stored_channels(const ImageView& image, int model_channels) {
  const int named = channel_count(image.format);
  if (named == 0) {
    const int channels = image.channels == 0 ? model_channels : image.channels;
    const bool converts = (channels == 1 && model_channels == 3) || (channels == 3 && model_channels == 1);
    if (channels == model_channels || converts) return channels;
    return bad_view("the picture has " + std::to_string(channels) + " channels, the model takes " +
                    std::to_string(model_channels) +
                    (channels == 4 ? "; if the fourth is alpha, set format to rgba or bgra" : ""));
  }
  if (image.channels != 0 && image.channels != named)
    return bad_view("the picture has " + std::to_string(image.channels) + " channels, its format " +
                    std::to_string(named));
  if (model_channels != 1 && model_channels != 3)
    return bad_view("the picture has colours or grey, the model takes " + std::to_string(model_channels) +
                    " channels of its own; set format to automatic");
  return named;
}

/// Whether the rows of a view's planes keep apart: plane after plane, or the planes' lines in each other.
FCN_INLINE bool planes_apart(std::uint64_t row_bytes, std::uint64_t row, std::uint64_t plane, int height,
                             int planes) {
  const auto plane_bytes = checked_mul(static_cast<std::uint64_t>(height - 1), row);
  const auto line_bytes = checked_mul(static_cast<std::uint64_t>(planes - 1), plane);
  if (!plane_bytes || !line_bytes) return false;
  return plane >= *plane_bytes + row_bytes || (plane >= row_bytes && row >= *line_bytes + row_bytes);
}

/// Checks the strides of a view with at least one pixel; 0 in `strides` is replaced.
FCN_INLINE Status check_strides(const ImageView& image, int channels, std::ptrdiff_t row_bytes,
                                PixelLayout& strides) {
  const std::uint64_t row = magnitude(strides.row);
  if (image.height > 1 && row < static_cast<std::uint64_t>(row_bytes))
    return bad_view("row_stride is " + std::to_string(image.row_stride) + ", less than the " +
                    std::to_string(row_bytes) + " bytes of a row; 0 means packed rows");
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::ptrdiff_t>::max());
  const auto rows_bytes = checked_mul(static_cast<std::uint64_t>(image.height), row);
  if (!rows_bytes || *rows_bytes > kMost)
    return bad_view("row_stride is " + std::to_string(image.row_stride) + ": the rows exceed all memory");
  if (!image.planar) return {};
  if (strides.channel == 0) strides.channel = static_cast<std::ptrdiff_t>(*rows_bytes);
  const std::uint64_t plane = magnitude(strides.channel);
  const auto planes_bytes = checked_mul(static_cast<std::uint64_t>(channels), plane);
  if (!planes_bytes || *planes_bytes > kMost)
    return bad_view("plane_stride is " + std::to_string(image.plane_stride) +
                    ": the planes exceed all memory");
  if (channels > 1 &&
      !planes_apart(static_cast<std::uint64_t>(row_bytes), row, plane, image.height, channels))
    return bad_view("plane_stride is " + std::to_string(image.plane_stride) + ": planes of " +
                    std::to_string(image.height) + " rows overlap; 0 means packed planes");
  return {};
}

}  // namespace detail

FCN_INLINE Result<PixelLayout> pixel_layout(const ImageView& image, int model_channels) {
  if (!image.pixels) return detail::bad_view("the picture's pixels are null");
  if (image.height < 0 || image.width < 0)
    return detail::bad_view("the picture is " + std::to_string(image.width) + "x" +
                            std::to_string(image.height) + " pixels; neither may be negative");
  const auto channels = detail::stored_channels(image, model_channels);
  if (!channels) return channels.error();
  PixelLayout layout;
  layout.type = image.pixels.type();
  layout.width = image.width;
  layout.height = image.height;
  layout.luma = model_channels == 1 && *channels != 1;
  const std::ptrdiff_t sample = sample_bytes(layout.type);
  layout.pixel = image.planar ? sample : sample * *channels;
  const std::ptrdiff_t row_bytes = layout.pixel * image.width;
  layout.row = image.row_stride != 0 && image.height > 1 ? image.row_stride : row_bytes;
  layout.channel = image.planar ? image.plane_stride : sample;
  if (image.width > 0 && image.height > 0)
    if (Status ok = detail::check_strides(image, *channels, row_bytes, layout); !ok) return ok.error();
  layout.first = static_cast<const unsigned char*>(image.pixels.get());
  if (image.format == PixelFormat::bgr || image.format == PixelFormat::bgra) {
    layout.first += 2 * layout.channel;
    layout.channel = -layout.channel;
  }
  if (*channels == 1) layout.channel = 0;
  return layout;
}

}  // namespace fcn::inline FCN_ABI
