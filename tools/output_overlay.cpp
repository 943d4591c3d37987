// SPDX-License-Identifier: MIT
// Puts the overlay together: the picture with its heat layer, the frame and the tag at the best cell, and
// below them a caption with the class, its score and the colour scale.
#include "tools/output_overlay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "engine/printable.hpp"
#include "tools/counted_memory.hpp"
#include "tools/drawing.hpp"
#include "tools/heat_layer.hpp"
#include "tools/png_writer.hpp"
#include "tools/resize.hpp"
#include "tools/stroke_font.hpp"

namespace fcn::tools {
namespace {

constexpr Colour kWhite{255, 255, 255};
constexpr Colour kGrey{170, 170, 178};
constexpr Colour kDark{20, 20, 26};
constexpr Colour kFrame{90, 230, 255};  // the one hue that inferno lacks

/// Sizes that follow the overlay's width, so that it reads the same shrunk to a screen or at its own size.
struct Measures {
  double cap;  // height of a capital of the small text
  int pad;
  int line;  // of the frame

  explicit Measures(int width)
      : cap(std::max(10.0, width / 96.0)),
        pad(static_cast<int>(std::lround(cap))),
        line(std::max(2, static_cast<int>(std::lround(cap / 4.5)))) {}

  [[nodiscard]] int caption_height() const { return static_cast<int>(std::lround(cap * 4.4)) + 2 * pad; }
  [[nodiscard]] TextStyle small(Colour colour) const { return {cap, std::max(1.2, cap * 0.13), colour}; }
  [[nodiscard]] TextStyle large(Colour colour) const {
    return {cap * 1.5, std::max(1.8, cap * 0.24), colour};
  }
};

constexpr int kReadableWidth = 480;

/// By how much a small picture is enlarged: whole times, so that cells and pixels stay aligned.
int enlargement(int width, int height) {
  return std::max(1, kReadableWidth / std::max(width, height));
}

/// `text` cut to fit `width`, with dots where something is missing.
std::string fitted(std::string text, double width, const TextStyle& style) {
  if (text_width(text, style) <= width) return text;
  while (!text.empty() && text_width(text + "...", style) > width) text.pop_back();
  return text + "...";
}

/// Names a box: a bright label on its upper edge, or under it where the picture ends above.
void draw_tag(Picture& picture, Box box, const std::string& text, const Measures& sizes) {
  const TextStyle style = sizes.small(kDark);
  const int pad = std::max(4, sizes.pad / 2);
  const int height = static_cast<int>(std::lround(sizes.cap)) + 2 * pad;
  const int width = static_cast<int>(std::lround(text_width(text, style))) + 2 * pad;
  const int left = std::clamp(box.left, 0, std::max(0, picture.width - width));
  int top = box.top - height;
  if (top < 0) top = box.bottom + height <= picture.height ? box.bottom : std::max(box.top, 0);
  fill_box(picture, {left, top, left + width, top + height}, kFrame, 1);
  draw_text(picture, left + pad, top + height - pad, text, style);
}

/// The nominal window of the best cell, its true centre, and its name.
void draw_peak(Picture& picture, int enlarged, const ClassPeak& peak, const std::string& text,
               const Measures& sizes) {
  const auto scaled = [enlarged](std::int64_t pixel) { return static_cast<int>(pixel * enlarged); };
  const Box window{scaled(peak.window_x), scaled(peak.window_y), scaled(peak.window_x + peak.window_width),
                   scaled(peak.window_y + peak.window_height)};
  const int edge = std::max(1, sizes.line / 2);
  draw_frame(picture, window, sizes.line + 2 * edge, kDark);
  draw_frame(picture, {window.left + edge, window.top + edge, window.right - edge, window.bottom - edge},
             sizes.line, kFrame);
  const double x = (peak.center_x + 0.5) * enlarged - 0.5;
  const double y = (peak.center_y + 0.5) * enlarged - 0.5;
  draw_ring(picture, x, y, sizes.cap * 0.55, sizes.line + 2.0 * edge, kDark);
  draw_ring(picture, x, y, sizes.cap * 0.55, sizes.line, kFrame);
  draw_tag(picture, window, text, sizes);
}

/// The colour scale with its two ends written below, right-aligned.
void draw_scale(Picture& strip, Box bar, const HeatScale& scale, ScoreKind kind, const Measures& sizes) {
  for (int x = bar.left; x < bar.right; ++x) {
    const double heat = static_cast<double>(x - bar.left) / std::max(1, bar.right - bar.left - 1);
    fill_box(strip, {x, bar.top, x + 1, bar.bottom}, heat_colour(0.15 + 0.85 * heat),
             0.25 + 0.75 * std::sqrt(heat));
  }
  const TextStyle style = sizes.small(kGrey);
  const double baseline = bar.bottom + 1.7 * sizes.cap;
  const bool logits = kind == ScoreKind::logits;
  const std::string low = logits ? score_text(static_cast<float>(scale.low), kind) : "0";
  const std::string high = logits ? score_text(static_cast<float>(scale.high), kind) : "100 %";
  draw_text(strip, bar.left, baseline, low, style);
  draw_text(strip, bar.right - text_width(high, style), baseline, high, style);
}

Result<Picture> make_caption(int width, const RunReport& report, const std::optional<ClassPeak>& peak,
                             const Measures& sizes, const Limits& limits) {
  const int pad = sizes.pad;
  const int height = sizes.caption_height();
  auto strip = make_picture(width, height, limits);
  if (!strip) return strip;
  fill_box(*strip, {0, 0, width, height}, kDark, 1);
  const double first_line = pad + 1.6 * sizes.cap;
  const double second_line = pad + 4.1 * sizes.cap;
  if (!peak) {
    draw_text(*strip, pad, first_line, "nothing but background", sizes.large(kWhite));
    return strip;
  }
  const ScoreKind kind = report.map->kind();
  const int bar_width = width / 4;
  const Box bar{width - pad - bar_width, pad + static_cast<int>(0.2 * sizes.cap), width - pad,
                pad + static_cast<int>(1.7 * sizes.cap)};
  const double room = bar.left - 2.0 * pad;
  const std::string title = fmt::format("{}  {}", printable(peak->label), score_text(peak->score, kind));
  draw_text(*strip, pad, first_line, fitted(title, room, sizes.large(kWhite)), sizes.large(kWhite));
  const std::string note =
      fmt::format("frame: the best {}x{} window", peak->window_width, peak->window_height);
  draw_text(*strip, pad, second_line, fitted(note, room, sizes.small(kGrey)), sizes.small(kGrey));
  draw_scale(*strip, bar, heat_scale(*report.map, peak->id), kind, sizes);
  return strip;
}

/// Writes picture above caption, the narrower picture in the middle of the caption's width.
Status write_stacked(AtomicFile& file, const Picture& picture, const Picture& caption) {
  const int left = (caption.width - picture.width) / 2;
  ByteVector padded(left > 0 ? caption.row_bytes() : 0);
  for (std::size_t i = 0; i < padded.size(); ++i) padded[i] = i % 3 == 2 ? kDark.blue : kDark.red;
  const auto row = [&](int y) -> const std::uint8_t* {
    if (y >= picture.height) return caption.row(y - picture.height);
    if (left <= 0) return picture.row(y);
    std::copy_n(picture.row(y), picture.row_bytes(), padded.data() + 3 * static_cast<std::ptrdiff_t>(left));
    return padded.data();
  };
  return write_png(file, caption.width, picture.height + caption.height, row);
}

/// The picture to draw upon.
Result<Picture> working_copy(const Picture& picture, int enlarged, const Limits& limits) {
  if (enlarged > 1)
    return resize_bilinear(picture, picture.width * enlarged, picture.height * enlarged, limits);
  auto copy = make_picture(picture.width, picture.height, limits);
  if (copy)
    std::copy_n(picture.rgb.get(), picture.row_bytes() * static_cast<std::size_t>(picture.height),
                copy->rgb.get());
  return copy;
}

}  // namespace

std::uint64_t overlay_bytes(const PictureSize& size) {
  const auto pixels = [](std::int64_t width, std::int64_t height) {
    return 3 * static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height);
  };
  const int enlarged = enlargement(static_cast<int>(size.width), static_cast<int>(size.height));
  const PictureSize drawn{size.width * enlarged, size.height * enlarged};
  const std::int64_t width = std::max<std::int64_t>(drawn.width, kReadableWidth);
  const std::uint64_t caption = pixels(width, Measures(static_cast<int>(width)).caption_height());
  const std::uint64_t padded = width - drawn.width > 1 ? pixels(width, 1) : 0;
  const std::uint64_t writing = pixels(drawn.width, drawn.height) + caption + padded;
  if (enlarged == 1) return writing;
  return std::max(writing, pixels(drawn.width, drawn.height) + resize_scratch_bytes(size, drawn));
}

Status write_overlay(AtomicFile& file, const PictureResult& result) {
  const auto& [original, report, limits] = result;
  const int enlarged = enlargement(original.width, original.height);
  auto copy = working_copy(original, enlarged, limits);
  if (!copy) return copy.error();
  Picture& picture = *copy;
  const int width = std::max(picture.width, kReadableWidth);
  const Measures sizes(width);
  const auto shown = shown_class(report);
  std::optional<ClassPeak> peak;
  if (shown) {
    peak = class_peak(report, *shown);
    draw_heat(picture, enlarged, *report.map, *shown);
    const std::string text =
        fmt::format("{} {}", printable(peak->label), score_text(peak->score, report.map->kind()));
    draw_peak(picture, enlarged, *peak, fitted(text, picture.width - 2.0 * sizes.pad, sizes.small(kDark)),
              sizes);
  }
  const auto caption = make_caption(width, report, peak, sizes, limits);
  if (!caption) return caption.error();
  return write_stacked(file, picture, *caption);
}

}  // namespace fcn::tools
