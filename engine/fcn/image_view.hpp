// SPDX-License-Identifier: MIT
// A view of the caller's pixels, in whatever layout the caller has them: what the engine reads a picture
// from. Decoding and resizing are the caller's.
#pragma once

#include <cstddef>
#include <cstdint>

#include "fcn/config.hpp"
#include "fcn/graph/extent.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI {

/// The channels of a pixel, in the order in which they lie in memory. A colour model reads grey as three
/// equal channels, a model of one channel reads colour as its luma (docs/embedding.md, "Pixels"). Alpha is
/// skipped: colours are taken as they are stored, neither blended with a background nor divided by alpha.
enum class PixelFormat {
  automatic,  ///< by ImageView::channels: 1 is grey, 3 is RGB, else exactly the model's channels
  grey,
  rgb,
  bgr,
  rgba,
  bgra,
};

/// Channels that a pixel has in memory; 0 for PixelFormat::automatic.
constexpr int channel_count(PixelFormat format) {
  switch (format) {
    case PixelFormat::automatic:
      return 0;
    case PixelFormat::grey:
      return 1;
    case PixelFormat::rgb:
    case PixelFormat::bgr:
      return 3;
    case PixelFormat::rgba:
    case PixelFormat::bgra:
      return 4;
  }
  return 0;
}

/// The number that a sample is: black is 0, white is 255, 65535 or 1.0f. Floats may lie outside 0..1.
enum class SampleType { uint8, uint16, float32 };

constexpr std::ptrdiff_t sample_bytes(SampleType type) {
  return type == SampleType::uint8 ? 1 : type == SampleType::uint16 ? 2 : 4;
}

/// Points to the first sample of a picture's top row. It is made from the caller's own pointer, whose type
/// says what the samples are. The address need not be a multiple of the sample's size.
class PixelPointer {
 public:
  constexpr PixelPointer() = default;
  /// No samples.
  constexpr PixelPointer(std::nullptr_t) {}  // NOLINT(google-explicit-constructor)
  /// Samples from 0 to 255.
  constexpr PixelPointer(const std::uint8_t* samples)
      : first_(samples) {}  // NOLINT(google-explicit-constructor)
  /// Samples from 0 to 65535.
  constexpr PixelPointer(const std::uint16_t* samples)  // NOLINT(google-explicit-constructor)
      : first_(samples), type_(SampleType::uint16) {}
  /// Samples whose black is 0 and whose white is 1.
  constexpr PixelPointer(const float* samples)  // NOLINT(google-explicit-constructor)
      : first_(samples), type_(SampleType::float32) {}
  /// Samples whose type is known at run time only.
  constexpr PixelPointer(const void* samples, SampleType type) : first_(samples), type_(type) {}

  [[nodiscard]] constexpr const void* get() const { return first_; }      ///< the address
  [[nodiscard]] constexpr SampleType type() const { return type_; }       ///< what the samples are
  explicit constexpr operator bool() const { return first_ != nullptr; }  ///< whether there are samples

  /// So many bytes further.
  [[nodiscard]] PixelPointer operator+(std::ptrdiff_t bytes) const {
    return {static_cast<const unsigned char*>(first_) + bytes, type_};
  }

 private:
  const void* first_ = nullptr;
  SampleType type_ = SampleType::uint8;
};

class PixelRows;

/// A picture in the caller's memory, or one that comes row by row. A run only reads it, and keeps no pointer
/// to it.
///
///   {.pixels = rgb, .width = w, .height = h, .channels = 3}                      // packed RGB
///   {.pixels = mat.data, .width = mat.cols, .height = mat.rows,
///    .row_stride = std::ptrdiff_t(mat.step), .format = fcn::PixelFormat::bgr}    // a cv::Mat of 8UC3
///   {.pixels = chw, .width = w, .height = h, .channels = 3, .planar = true}      // float, channels first
struct ImageView {
  PixelPointer pixels = {};  ///< the first sample of the top row; not owned
  int width = 0;             ///< pixels
  int height = 0;            ///< pixels
  /// Bytes from one row to the next. 0: rows are packed. Negative: the picture is stored bottom up, and
  /// `pixels` is its top row, the last in memory. Less than a row's own bytes is an error.
  std::ptrdiff_t row_stride = 0;
  int channels = 0;  ///< of a pixel in memory, alpha included; 0 for those of `format` or of the model
  PixelFormat format = PixelFormat::automatic;  ///< which channels a pixel has, and in which order
  bool planar =
      false;  ///< each channel lies in a plane of its own; else the channels of a pixel are neighbours
  /// Bytes from one plane to the next, if planar. 0: a plane begins where the one before ends (height rows
  /// further). Planes may also lie line by line in each other, but not overlap.
  std::ptrdiff_t plane_stride = 0;
  /// Where rows come from as a run needs them, in place of `pixels` (pixel_rows.hpp). `width` and `height`
  /// are those of the whole picture, and all else is as the rows' own views say.
  PixelRows* source = nullptr;
  /// The rectangle of which cells are wanted; empty: all. They are those of the whole picture's map whose
  /// centres lie in it, with the same bits: what they look at around it runs too (graph/picture_part.hpp).
  /// Errors of a run: invalid_argument for a rectangle that is not inside the picture, too_small for one
  /// without a cell, unsupported for a network that takes in the whole picture at once.
  PixelRect part = {};

  /// The rectangle of `crop_width` x `crop_height` pixels whose top left pixel is (x, y), in the same memory.
  /// ErrorCode::invalid_argument if it is not inside the picture, if neither `channels` nor `format` says how
  /// large a pixel is, or if the picture comes row by row.
  [[nodiscard]] Result<ImageView> crop(int x, int y, int crop_width, int crop_height) const;
};

}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/image_view_inl.hpp"
#endif
