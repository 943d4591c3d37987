// SPDX-License-Identifier: MIT
#include "tools/draw/caption.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "fcn/base/printable.hpp"
#include "tools/draw/png_drawing.hpp"

namespace fcn::tools {
namespace {

constexpr int kReadableWidth = 480;

bool same_size(const PictureSize& a, const PictureSize& b) {
  return a.width == b.width && a.height == b.height;
}

std::uint64_t pixel_bytes(const PictureSize& size) {
  return 3 * static_cast<std::uint64_t>(size.width) * static_cast<std::uint64_t>(size.height);
}

/// The colour scale with its two ends written below.
void draw_scale(const Canvas& strip, const Box& bar, const Caption& caption, const Measures& sizes) {
  for (int x = bar.left; x < bar.right; ++x) {
    const double heat = static_cast<double>(x - bar.left) / std::max(1, bar.right - bar.left - 1);
    if (caption.plain)
      fill_box(strip, {x, bar.top, x + 1, bar.bottom}, heat_colour(heat), 1);
    else
      fill_box(strip, {x, bar.top, x + 1, bar.bottom}, heat_colour(0.15 + 0.85 * heat),
               0.25 + 0.75 * std::sqrt(heat));
  }
  const TextStyle style = sizes.small(kGrey);
  const double baseline = bar.bottom + 1.7 * sizes.cap;
  const bool logits = caption.kind == ScoreKind::logits;
  const std::string low = logits ? score_text(static_cast<float>(caption.scale->low), caption.kind) : "0";
  const std::string high =
      logits ? score_text(static_cast<float>(caption.scale->high), caption.kind) : "100 %";
  draw_text(strip, bar.left, baseline, low, style);
  draw_text(strip, bar.right - text_width(high, style), baseline, high, style);
}

}  // namespace

Measures::Measures(int width)
    : cap(std::max(10.0, width / 96.0)),
      pad(static_cast<int>(std::lround(cap))),
      line(std::max(2, static_cast<int>(std::lround(cap / 4.5)))) {}

TextStyle Measures::small(Colour colour) const {
  return {cap, std::max(1.2, cap * 0.13), colour};
}

TextStyle Measures::large(Colour colour) const {
  return {cap * 1.5, std::max(1.8, cap * 0.24), colour};
}

int Measures::strip_height(double capitals) const {
  return static_cast<int>(std::lround(cap * capitals)) + 2 * pad;
}

CaptionedLayout::CaptionedLayout(const PictureSize& size, double caption_height)
    // Whole times, so that cells and pixels stay aligned.
    : enlarged_(std::max(1, kReadableWidth / static_cast<int>(std::max(size.width, size.height)))) {
  drawn = {size.width * enlarged_, size.height * enlarged_};
  const auto drawn_width = static_cast<int>(drawn.width), drawn_height = static_cast<int>(drawn.height);
  width = std::max(drawn_width, kReadableWidth);
  height = drawn_height + Measures(width).strip_height(caption_height);
  const int left = (width - drawn_width) / 2;
  picture = {left, 0, left + drawn_width, drawn_height};
  caption = {0, drawn_height, width, height};
}

std::uint64_t captioned_bytes(const PictureSize& size) {
  const CaptionedLayout layout(size);
  return std::max(ScaledPicture::making_bytes(size, layout.drawn),
                  ScaledPicture::kept_bytes(size, layout.drawn) + drawing_bytes(layout.width, layout.height));
}

std::string class_title(const RunReport& report, int class_id, const char* between) {
  const ClassPeak peak = class_peak(report, class_id);
  return printable(peak.label) + between + score_text(peak.score, report.map->kind());
}

std::string fitted(std::string text, double width, const TextStyle& style) {
  if (text_width(text, style) <= width) return text;
  while (!text.empty() && text_width(text + "...", style) > width) text.pop_back();
  return text + "...";
}

void draw_tag(const Canvas& canvas, int picture_height, const Box& box, const std::string& text,
              Colour colour, const Measures& sizes) {
  const TextStyle style = sizes.small(kDark);
  const int pad = std::max(4, sizes.pad / 2);
  const int height = static_cast<int>(std::lround(sizes.cap)) + 2 * pad;
  const int width = static_cast<int>(std::lround(text_width(text, style))) + 2 * pad;
  const int left = std::clamp(box.left, 0, std::max(0, canvas.width - width));
  int top = box.top - height;
  if (top < 0) top = box.bottom + height <= picture_height ? box.bottom : std::max(box.top, 0);
  fill_box(canvas, {left, top, left + width, top + height}, colour, 1);
  draw_text(canvas, left + pad, top + height - pad, text, style);
}

void draw_caption(const Canvas& strip, const Caption& caption, const Measures& sizes) {
  fill_box(strip, {0, 0, strip.width, sizes.strip_height(kCaptionCapitals)}, kDark, 1);
  const int pad = sizes.pad;
  double room = strip.width - 2.0 * pad;
  if (caption.scale) {
    const Box bar{strip.width - pad - strip.width / 4, pad + static_cast<int>(0.2 * sizes.cap),
                  strip.width - pad, pad + static_cast<int>(1.7 * sizes.cap)};
    draw_scale(strip, bar, caption, sizes);
    room = bar.left - 2.0 * pad;
  }
  const TextStyle title = sizes.large(kWhite), note = sizes.small(kGrey);
  draw_text(strip, pad, pad + 1.6 * sizes.cap, fitted(caption.title, room, title), title);
  draw_text(strip, pad, pad + 4.1 * sizes.cap, fitted(caption.note, room, note), note);
}

Result<ScaledPicture> ScaledPicture::create(const PictureSource& picture, const PictureSize& size,
                                            const Limits& limits) {
  ScaledPicture scaled(picture, size);
  if (same_size({picture.width(), picture.height()}, size)) return scaled;
  FCN_ASSERT(picture.held() != nullptr);
  auto own =
      resize_bilinear(*picture.held(), static_cast<int>(size.width), static_cast<int>(size.height), limits);
  if (!own) return own.error();
  scaled.own_ = *std::move(own);
  return scaled;
}

void ScaledPicture::draw(const Canvas& canvas) {
  const auto pixels = static_cast<std::size_t>(std::min<std::int64_t>(canvas.width, size_.width));
  for (int y = canvas.top; y < std::min<std::int64_t>(canvas.bottom, size_.height); ++y)
    std::copy_n(own_.rgb ? own_.row(y) : original_.row(y), 3 * pixels, canvas.row(y));
}

std::uint64_t ScaledPicture::making_bytes(const PictureSize& from, const PictureSize& to) {
  return same_size(from, to) ? 0 : pixel_bytes(to) + resize_scratch_bytes(from, to);
}

std::uint64_t ScaledPicture::kept_bytes(const PictureSize& from, const PictureSize& to) {
  return same_size(from, to) ? 0 : pixel_bytes(to);
}

}  // namespace fcn::tools
