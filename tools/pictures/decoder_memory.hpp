// SPDX-License-Identifier: MIT
// How much memory the decoder behind image_io.cpp takes for a picture, from the picture's header alone: a
// restatement of every allocation that stb_image 2.27 makes on the way to 8-bit RGB, to the byte. Tests
// compare it with what is counted.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace fcn::tools {

/// A JPEG frame: how often each component is sampled along and down, relative to the others.
struct JpegFrame {
  struct Component {
    unsigned across = 1;
    unsigned down = 1;
  };
  std::uint64_t width = 0;
  std::uint64_t height = 0;
  std::size_t components = 0;
  std::array<Component, 4> component{};
  bool progressive = false;
};

struct PngHeader {
  std::uint64_t width = 0;
  std::uint64_t height = 0;
  unsigned depth = 8;
  unsigned colour_type = 0;
  bool interlaced = false;
  bool transparent_colour = false;  ///< a tRNS chunk, where there is no palette
  std::uint64_t compressed = 0;     ///< what the decoder allocates for the IDAT chunks: see PngDataBuffer
};

/// The buffer that collects IDAT chunks: as large as the first, then doubled until the next fits.
class PngDataBuffer {
 public:
  void append(std::uint64_t bytes) {
    constexpr std::uint64_t kLeast = 4096;
    if (size_ == 0) size_ = bytes > kLeast ? bytes : kLeast;
    used_ += bytes;
    while (used_ > size_) size_ *= 2;
  }
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  std::uint64_t used_ = 0;
  std::uint64_t size_ = 0;
};

/// The most bytes that decoding holds at a time, the resulting RGB picture included, the file excluded. Exact
/// for files that hold what they announce; files that do not may stop at less. PNG data that inflates to more
/// than the picture needs takes up to twice that.
std::uint64_t jpeg_decoder_bytes(const JpegFrame& frame);
/// What libjpeg-turbo 2.1 holds at most beside the picture; with the `coefficients` of all of it, if it comes
/// in several scans.
std::uint64_t libjpeg_bytes(const JpegFrame& frame, bool coefficients);
std::uint64_t png_decoder_bytes(const PngHeader& header);

/// The decoder's own state while it looks for JPEG markers, which it does with every file. Defined in
/// image_io.cpp.
std::size_t jpeg_state_bytes();

}  // namespace fcn::tools
