// SPDX-License-Identifier: MIT
// Names in quotation marks are those of stb_image.
#include "tools/pictures/decoder_memory.hpp"

#include <algorithm>

namespace fcn::tools {
namespace {

/// Colours a decoded picture has here: red, green, blue.
constexpr std::uint64_t kChannels = 3;

struct PassSize {
  std::uint64_t width = 0;
  std::uint64_t height = 0;
};

/// One of the seven passes of an interlaced PNG (PNG specification, 8.2).
PassSize interlace_pass(const PngHeader& header, std::size_t pass) {
  constexpr std::uint64_t first_x[] = {0, 4, 0, 2, 0, 1, 0}, first_y[] = {0, 0, 4, 0, 2, 0, 1};
  constexpr std::uint64_t step_x[] = {8, 8, 4, 4, 2, 2, 1}, step_y[] = {8, 8, 8, 4, 4, 2, 2};
  return {(header.width + step_x[pass] - 1 - first_x[pass]) / step_x[pass],
          (header.height + step_y[pass] - 1 - first_y[pass]) / step_y[pass]};
}

/// Samples of a pixel as the file has them: an index into a palette is one.
std::uint64_t stored_samples(const PngHeader& header) {
  if (header.colour_type == 3) return 1;
  return ((header.colour_type & 2) != 0 ? 3u : 1u) + ((header.colour_type & 4) != 0 ? 1u : 0u);
}

/// Rows with their filter bytes, as inflated.
std::uint64_t filtered_bytes(const PngHeader& header, PassSize size) {
  if (size.width == 0 || size.height == 0) return 0;
  return ((stored_samples(header) * size.width * header.depth + 7) / 8 + 1) * size.height;
}

/// "expanded": begins at a guess that suits pictures without interlacing and doubles until all fits.
std::uint64_t inflated_bytes(const PngHeader& header) {
  std::uint64_t needed = filtered_bytes(header, {header.width, header.height});
  if (header.interlaced) {
    needed = 0;
    for (std::size_t pass = 0; pass < 7; ++pass)
      needed += filtered_bytes(header, interlace_pass(header, pass));
  }
  const std::uint64_t line = (header.width * header.depth + 7) / 8;
  std::uint64_t size = line * header.height * stored_samples(header) + header.height;
  while (size < needed) size *= 2;
  return size;
}

}  // namespace

std::uint64_t jpeg_decoder_bytes(const JpegFrame& frame) {
  unsigned across = 1, down = 1;
  const std::size_t components = std::min(frame.components, frame.component.size());
  for (std::size_t i = 0; i < components; ++i) {
    across = std::max(across, frame.component[i].across);
    down = std::max(down, frame.component[i].down);
  }
  const std::uint64_t blocks_x = (frame.width + 8 * across - 1) / (8 * across);
  const std::uint64_t blocks_y = (frame.height + 8 * down - 1) / (8 * down);
  constexpr std::uint64_t kAlignment = 15;
  std::uint64_t bytes = jpeg_state_bytes();
  for (std::size_t i = 0; i < components; ++i) {
    const std::uint64_t plane =
        blocks_x * frame.component[i].across * 8 * blocks_y * frame.component[i].down * 8;
    bytes += plane + kAlignment;                             // "raw_data"
    if (frame.progressive) bytes += 2 * plane + kAlignment;  // "raw_coeff", 16 bits each
    bytes += frame.width + 3;                                // "linebuf"
  }
  return bytes + kChannels * frame.width * frame.height + 1;
}

std::uint64_t libjpeg_bytes(const JpegFrame& frame, bool coefficients) {
  // Its state with all tables and the buffer of the file; rows of blocks before and after upsampling, with
  // those above and below.
  constexpr std::uint64_t kStateBytes = 192 << 10, kRows = 48;
  std::uint64_t down = 1, across = 1, bytes = kStateBytes;
  const std::size_t components = std::min(frame.components, frame.component.size());
  for (std::size_t i = 0; i < components; ++i) {
    across = std::max<std::uint64_t>(across, frame.component[i].across);
    down = std::max<std::uint64_t>(down, frame.component[i].down);
  }
  const std::uint64_t wide = (frame.width + 8 * across - 1) / (8 * across) * 8 * across;
  const std::uint64_t high = (frame.height + 8 * down - 1) / (8 * down) * 8 * down;
  bytes += components * wide * kRows * down;
  for (std::size_t i = 0; coefficients && i < components; ++i)
    bytes += 2 * (wide * frame.component[i].across / across) * (high * frame.component[i].down / down);
  return bytes;
}

std::uint64_t png_decoder_bytes(const PngHeader& header) {
  const std::uint64_t pixels = header.width * header.height;
  const std::uint64_t sample = header.depth == 16 ? 2 : 1;
  const std::uint64_t samples = stored_samples(header) + (header.transparent_colour ? 1 : 0);
  const std::uint64_t inflated = inflated_bytes(header);
  const std::uint64_t unfiltered = pixels * samples * sample;  // "out"

  std::uint64_t most = std::max<std::uint64_t>(header.compressed + inflated, jpeg_state_bytes());
  std::uint64_t largest_pass = 0;
  if (header.interlaced)
    for (std::size_t pass = 0; pass < 7; ++pass) {
      const PassSize size = interlace_pass(header, pass);
      largest_pass = std::max(largest_pass, size.width * size.height * samples * sample);
    }
  most = std::max(most, inflated + unfiltered + largest_pass);
  if (header.colour_type == 3) return std::max(most, inflated + unfiltered + kChannels * pixels);
  if (samples != kChannels) most = std::max(most, unfiltered + kChannels * pixels * sample);
  if (sample == 2) most = std::max(most, kChannels * pixels * sample + kChannels * pixels);
  return most;
}

}  // namespace fcn::tools
