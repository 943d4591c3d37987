// SPDX-License-Identifier: MIT
#include "tools/outputs/output_writers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "fcn/base/printable.hpp"
#include "fcn/maps/argmax.hpp"
#include "tools/draw/caption.hpp"
#include "tools/draw/heat_layer.hpp"
#include "tools/draw/label_colours.hpp"
#include "tools/draw/png_drawing.hpp"

namespace fcn::tools {
namespace {

constexpr Colour kOthersColour{160, 160, 160};
constexpr std::size_t kOthers =
    kDistinctColours.size();  ///< all classes after those with colours of their own
constexpr int kLegendColumns = 3;
constexpr int kLegendRows = 4;
constexpr double kLegendCapitals = 1.6 + 2.0 * kLegendRows;
constexpr double kCover = 0.6;

/// The classes that win cells, and their colours.
struct Winners {
  std::map<int, std::size_t> colours;
  std::vector<std::string> legend;  ///< in the order of kDistinctColours, then the others

  explicit Winners(const RunReport& report);
};

Winners::Winners(const RunReport& report) {
  const ScoreMap& map = *report.map;
  std::map<int, int> cells_of;
  for (int row = 0; row < map.rows(); ++row)
    for (int col = 0; col < map.cols(); ++col)
      if (const auto winner = map.winner(row, col)) ++cells_of[*winner];
  std::vector<std::pair<int, int>> order(cells_of.begin(), cells_of.end());
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  int others = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto [id, count] = order[i];
    colours[id] = std::min(i, kOthers);
    if (i < kOthers)
      legend.push_back(fmt::format("{}: {}", printable(class_label(*report.info, id)), count));
    else
      others += count;
  }
  if (others > 0) legend.push_back(fmt::format("{} others: {}", order.size() - kOthers, others));
}

const Colour& colour_of(std::size_t number) {
  return number < kOthers ? kDistinctColours[number] : kOthersColour;
}

void draw_cells(const Canvas& canvas, const Winners& winners, maps::ArgmaxRows& rows) {
  for (int y = canvas.top; y < canvas.bottom; ++y) {
    const int* const ids = rows.row(y);
    for (int x = 0; x < canvas.width; ++x)
      if (ids[x] != maps::ArgmaxRows::kNone)
        blend_pixel(canvas, x, y, colour_of(winners.colours.at(ids[x])), kCover);
  }
}

void draw_legend(const Canvas& strip, const Winners& winners, const Measures& sizes) {
  const TextStyle text = sizes.small(kWhite);
  const double column = static_cast<double>(strip.width - sizes.pad) / kLegendColumns;
  const int swatch = static_cast<int>(std::lround(1.2 * sizes.cap));
  draw_text(strip, sizes.pad, sizes.pad + sizes.cap,
            winners.legend.empty() ? "no cell is won by any class" : "cells won by each class",
            sizes.small(kGrey));
  for (std::size_t i = 0; i < winners.legend.size(); ++i) {
    const double left = sizes.pad + column * static_cast<double>(i % kLegendColumns);
    const double line = static_cast<double>(i / kLegendColumns);
    const double baseline = sizes.pad + sizes.cap * (3.2 + 2.0 * line);
    const Box box{static_cast<int>(left), static_cast<int>(baseline) - swatch,
                  static_cast<int>(left) + swatch, static_cast<int>(baseline) + 1};
    fill_box(strip, box, colour_of(i), 1);
    draw_text(strip, left + 1.6 * swatch, baseline,
              fitted(winners.legend[i], column - 2.0 * swatch - sizes.pad, text), text);
  }
}

}  // namespace

std::uint64_t argmax_bytes(const OutputNeeds& needs) {
  return captioned_bytes(needs.size);
}

Status write_argmax(AtomicFile& file, const PictureResult& result) {
  const auto& [picture, report, limits] = result;
  const PictureSize size{picture.width(), picture.height()};
  const CaptionedLayout layout(size, kLegendCapitals);
  auto scaled = ScaledPicture::create(picture, layout.drawn, limits);
  if (!scaled) return scaled.error();
  const Winners winners(report);
  const maps::PlacedAxes axes =
      maps::PlacedAxes::create(report.placement, *report.map, map_size(size), map_size(layout.drawn));
  maps::ArgmaxRows rows(*report.map, axes);
  const Status drawn = write_drawing(file, layout.width, layout.height, limits, [&](const Canvas& canvas) {
    fill_box(canvas, {0, 0, layout.width, layout.height}, kDark, 1);
    const Canvas panel = canvas.panel(layout.picture);
    scaled->draw(panel);
    dim_picture(panel);
    draw_cells(panel, winners, rows);
    draw_legend(canvas.panel(layout.caption), winners, Measures(layout.width));
  });
  return scaled->status() ? drawn : scaled->status();
}

}  // namespace fcn::tools
