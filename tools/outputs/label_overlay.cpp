// SPDX-License-Identifier: MIT
#include "tools/outputs/label_overlay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "fcn/base/printable.hpp"
#include "tools/draw/caption.hpp"
#include "tools/draw/label_colours.hpp"
#include "tools/pictures/png_writer.hpp"

namespace fcn::tools {
namespace {

constexpr int kLabelColumns = 3;
constexpr int kMostLabelRows = 4;
constexpr double kLabelCover = 0.55;
constexpr int kStripRows = 16;

int label_rows(int labels) {
  return std::min((labels + kLabelColumns - 1) / kLabelColumns, kMostLabelRows);
}

class LabelOverlay : public LabelOutput {
 public:
  LabelOverlay(PngRows png, const LabelRequest& request, const CaptionedLayout& layout)
      : png_(std::move(png)),
        picture_(request.picture),
        layout_(layout),
        background_(background_label(request.info, request.classes)),
        rows_(label_rows(label_count(request.classes))),
        colours_(label_colours(label_count(request.classes), background_)),
        line_(static_cast<std::size_t>(layout.width) * 3) {}

  void take(int row, std::span<const std::uint16_t> labels) override {
    const Canvas canvas{layout_.width, 0, 1, line_.data(), static_cast<std::ptrdiff_t>(line_.size())};
    fill_box(canvas, {0, 0, layout_.width, 1}, kDark, 1);
    const int enlarged = layout_.enlarged();
    const std::uint8_t* from = picture_.row(row);
    if (status_) status_ = picture_.status();
    for (std::size_t x = 0; x < labels.size(); ++x, from += 3)
      for (int i = 0; i < enlarged; ++i) {
        const int at = layout_.picture.left + static_cast<int>(x) * enlarged + i;
        std::copy_n(from, 3, line_.begin() + std::ptrdiff_t{3} * at);
        if (labels[x] != background_) blend_pixel(canvas, at, 0, colour(labels[x]), kLabelCover);
      }
    for (int i = 0; i < enlarged && status_; ++i) status_ = png_.add(line_.data());
  }

  Status finish(const LabelReport& report) override {
    const int height = layout_.height - layout_.picture.bottom;
    const Box caption{layout_.caption.left, layout_.caption.top - layout_.picture.bottom,
                      layout_.caption.right, layout_.caption.bottom - layout_.picture.bottom};
    // A few rows at a time: under a wide picture the legend is large.
    std::vector<std::uint8_t> strip(line_.size() * kStripRows);
    for (int top = 0; top < height && status_; top += kStripRows) {
      const int bottom = std::min(top + kStripRows, height);
      const Canvas canvas{layout_.width, top, bottom, strip.data(),
                          static_cast<std::ptrdiff_t>(line_.size())};
      fill_box(canvas, {0, top, layout_.width, bottom}, kDark, 1);
      draw_legend(canvas.panel(caption), report);
      for (int y = top; y < bottom && status_; ++y) status_ = png_.add(canvas.row(y));
    }
    return status_ ? png_.finish() : status_;
  }

 private:
  [[nodiscard]] Colour colour(std::size_t label) const { return colours_[label % colours_.size()]; }

  void draw_legend(const Canvas& strip, const LabelReport& report) const {
    const Measures sizes(layout_.width);
    const TextStyle text = sizes.small(kWhite);
    const double column = static_cast<double>(strip.width - sizes.pad) / kLabelColumns;
    const int swatch = static_cast<int>(std::lround(1.2 * sizes.cap));
    const auto present = report.census->present();
    const std::size_t places = static_cast<std::size_t>(rows_) * kLabelColumns;
    for (std::size_t i = 0; i < std::min(present.size(), places); ++i) {
      const double left = sizes.pad + column * static_cast<double>(i % kLabelColumns);
      const double baseline = sizes.pad + sizes.cap * (1.2 + 2.0 * static_cast<double>(i / kLabelColumns));
      const Box box{static_cast<int>(left), static_cast<int>(baseline) - swatch,
                    static_cast<int>(left) + swatch, static_cast<int>(baseline) + 1};
      const bool others = i + 1 == places && present.size() > places;
      fill_box(strip, box, others ? kGrey : colour(static_cast<std::size_t>(present[i])), 1);
      draw_text(strip, left + 1.6 * swatch, baseline,
                fitted(others ? fmt::format("and {} more", present.size() - i) : entry(report, present[i]),
                       column - 2.0 * swatch - sizes.pad, text),
                text);
    }
  }

  static std::string entry(const LabelReport& report, int label) {
    const double pixels = static_cast<double>(report.width) * report.height;
    const auto count = static_cast<double>(report.census->counts()[static_cast<std::size_t>(label)]);
    return fmt::format("{} {:.1f} %", printable(label_name(*report.info, report.classes, label)),
                       100 * count / pixels);
  }

  PngRows png_;
  PictureReader picture_;
  CaptionedLayout layout_;
  int background_;
  int rows_;
  std::vector<Colour> colours_;
  std::vector<std::uint8_t> line_;
  Status status_;
};

}  // namespace

Result<std::unique_ptr<LabelOutput>> make_label_overlay(AtomicFile& file, const LabelRequest& request) {
  const PictureSize size{request.picture.width(), request.picture.height()};
  const CaptionedLayout layout(size, 0.4 + 2.0 * label_rows(label_count(request.classes)));
  auto png = PngRows::create(file, layout.width, layout.height, PngPixels::rgb);
  if (!png) return png.error();
  return std::unique_ptr<LabelOutput>(std::make_unique<LabelOverlay>(*std::move(png), request, layout));
}

}  // namespace fcn::tools
