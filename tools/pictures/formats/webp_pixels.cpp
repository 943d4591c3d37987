// SPDX-License-Identifier: MIT
// The only file that names libwebp. It decodes straight into the picture's rows.
#include "tools/pictures/formats/webp_pixels.hpp"

#include <webp/decode.h>

#include <algorithm>
#include <string>

#include "fcn/base/memory_count.hpp"

namespace fcn::tools {
namespace {

Error webp_library_error(VP8StatusCode code) {
  switch (code) {
    case VP8_STATUS_OUT_OF_MEMORY:
      return {ErrorCode::out_of_memory, "no memory to decode the picture", ""};
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED:
      return {ErrorCode::truncated, "WebP ends within its picture", ""};
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      return {ErrorCode::unsupported, "WebP uses a feature that libwebp does not read", ""};
    default:
      return {ErrorCode::malformed, "the picture cannot be decoded (libwebp finds its data damaged)", ""};
  }
}

/// Lossy: a row of macroblocks with what filters and predictors remember of the last one.
std::uint64_t lossy_bytes(const WebpFrameSize& size) {
  constexpr std::uint64_t kStateBytes = 32 << 10, kMacroblockBytes = 2400;
  return kStateBytes + kMacroblockBytes * ((size.width + 15) / 16 + 1);
}

/// Lossless: all pixels with their alpha, 17 rows more, and at a sixteenth of the size each the pictures of
/// two transforms and of which codes are used where; then the codes.
std::uint64_t lossless_bytes(const WebpFrameSize& size, std::uint64_t chunk_bytes) {
  constexpr std::uint64_t kStateBytes = 64 << 10, kPixelBytes = 4;
  constexpr std::uint64_t kCodesBytes = 5004 * 4 + 600;  // a group of five, at most
  constexpr std::uint64_t kLeastBits = 20, kMostGroups = 65536;
  const std::uint64_t width = size.width, height = size.height;
  const std::uint64_t tiles = ((width + 3) / 4) * ((height + 3) / 4);
  const std::uint64_t groups = std::min({tiles, 8 * chunk_bytes / kLeastBits + 1, kMostGroups});
  return kStateBytes + kPixelBytes * (width * height + 17 * width + 3 * tiles) + groups * kCodesBytes;
}

}  // namespace

Result<WebpFrameSize> webp_frame_size(PictureBytes chunk) {
  WebPBitstreamFeatures features;
  const VP8StatusCode code = WebPGetFeatures(chunk.data(), chunk.size(), &features);
  if (code != VP8_STATUS_OK) return webp_library_error(code);
  if (features.width <= 0 || features.height <= 0)
    return Error{ErrorCode::malformed, "the picture is empty", ""};
  constexpr int kLossless = 2;
  return WebpFrameSize{static_cast<std::uint32_t>(features.width),
                       static_cast<std::uint32_t>(features.height), features.format == kLossless};
}

void add_webp_memory(const WebpFrameSize& size, PictureStructure& found) {
  found.library_bytes = size.lossless ? lossless_bytes(size, found.frame.bytes) : lossy_bytes(size);
  found.decoder_bytes = 3ull * found.width * found.height + found.library_bytes;
}

Result<Picture> decode_webp(PictureBytes bytes, const PictureStructure& structure, const Limits& limits) {
  const CountedBytes library(static_cast<std::size_t>(structure.library_bytes));
  auto picture = make_picture(static_cast<int>(structure.width), static_cast<int>(structure.height), limits);
  if (!picture) return picture;
  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0)
    return Error{ErrorCode::unsupported, "this libwebp is not the one that fcn-infer was built for", ""};
  const PictureStructure::Frame& frame = structure.frame;
  const std::size_t left = std::size_t{3} * frame.left;
  config.output.colorspace = MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = picture->row(static_cast<int>(frame.top)) + left;
  config.output.u.RGBA.stride = static_cast<int>(picture->row_bytes());
  config.output.u.RGBA.size = picture->row_bytes() * frame.height - left;
  const PictureBytes data = bytes.subspan(frame.at, frame.bytes);
  const VP8StatusCode code = WebPDecode(data.data(), data.size(), &config);
  if (code != VP8_STATUS_OK) return webp_library_error(code);
  return picture;
}

}  // namespace fcn::tools
