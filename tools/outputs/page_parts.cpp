// SPDX-License-Identifier: MIT
#include "tools/outputs/page_parts.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>

#include "tools/pictures/png_writer.hpp"
#include "tools/shell/base64_writer.hpp"

namespace fcn::tools {

Status write_until(AtomicFile& file, std::string_view& page, std::string_view place) {
  const std::size_t at = page.find(place);
  FCN_ASSERT(at != std::string_view::npos);
  Status written = file.write(page.substr(0, at));
  page.remove_prefix(at + place.size());
  return written;
}

PictureSize page_size(const PictureSize& size) {
  constexpr double kMostPixels = 1.2e6;
  const double scale =
      std::sqrt(kMostPixels / (static_cast<double>(size.width) * static_cast<double>(size.height)));
  if (scale >= 1) return size;
  const auto reduced = [scale](std::int64_t side) {
    return std::max<std::int64_t>(std::llround(static_cast<double>(side) * scale), 1);
  };
  return {reduced(size.width), reduced(size.height)};
}

Status write_page_picture(AtomicFile& file, const Picture& picture, const Limits& limits) {
  const PictureSize size = page_size({picture.width, picture.height});
  std::optional<Picture> small;
  if (size.width != picture.width || size.height != picture.height) {
    auto resized =
        resize_bilinear(picture, static_cast<int>(size.width), static_cast<int>(size.height), limits);
    if (!resized) return resized.error();
    small = *std::move(resized);
  }
  const Picture& shown = small ? *small : picture;
  Base64Writer base64(file);
  const ByteSink encode = [&base64](std::span<const std::byte> bytes) { return base64.write(bytes); };
  if (Status png = write_png(encode, shown.width, shown.height, PngPixels::rgb,
                             [&shown](int y) { return shown.row(y); });
      !png)
    return png;
  return base64.finish();
}

std::uint64_t page_picture_bytes(const PictureSize& size) {
  const PictureSize reduced = page_size(size);
  if (reduced.width == size.width && reduced.height == size.height) return 0;
  return 3 * static_cast<std::uint64_t>(reduced.width) * static_cast<std::uint64_t>(reduced.height) +
         resize_scratch_bytes(size, reduced);
}

std::string for_script(const std::string& json) {
  std::string text;
  for (const char c : json) {
    if (c == '<')
      text += "\\u003c";
    else
      text += c;
  }
  return text;
}

}  // namespace fcn::tools
