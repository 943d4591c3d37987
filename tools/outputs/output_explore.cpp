// SPDX-License-Identifier: MIT
// Fills the page: the picture as a PNG, the facts as JSON, the scores class by class in 16 bits, binary parts
// as base64.
#include "tools/outputs/output_writers.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/draw/drawing.hpp"
#include "tools/outputs/explore_page.hpp"
#include "tools/pictures/png_writer.hpp"
#include "tools/report/json_members.hpp"
#include "tools/shell/base64_writer.hpp"

namespace fcn::tools {
namespace {

constexpr double kMostPixels = 1.2e6;
constexpr std::size_t kMostScores = 2'000'000;  // 5.3 MB as the page holds them
constexpr std::uint16_t kNotANumber = 65'535;
constexpr float kSteps = 65'534;

PictureSize reduced_size(const PictureSize& size) {
  const double scale =
      std::sqrt(kMostPixels / (static_cast<double>(size.width) * static_cast<double>(size.height)));
  if (scale >= 1) return size;
  const auto reduced = [scale](std::int64_t side) {
    return std::max<std::int64_t>(std::llround(static_cast<double>(side) * scale), 1);
  };
  return {reduced(size.width), reduced(size.height)};
}

/// What a class's 16-bit scores run between: its finite scores.
struct CodedRange {
  float low = 0;
  float high = 0;
};

CodedRange score_range(const ScoreMap& map, int id) {
  std::optional<CodedRange> range;
  for (int row = 0; row < map.rows(); ++row)
    for (int col = 0; col < map.cols(); ++col) {
      const float score = map.at(id, row, col);
      if (!std::isfinite(score)) continue;
      range = range ? CodedRange{std::min(range->low, score), std::max(range->high, score)}
                    : CodedRange{score, score};
    }
  return range.value_or(CodedRange{});
}

/// 0 to 65534, evenly from low to high.
std::uint16_t coded(float score, const CodedRange& range) {
  if (!std::isfinite(score)) return kNotANumber;
  const float share = range.high > range.low ? (score - range.low) / (range.high - range.low) : 0.0F;
  return static_cast<std::uint16_t>(std::lround(share * kSteps));
}

/// The classes that the page has, best peak first; the background, if there is room, after all others.
std::vector<int> kept_classes(const RunReport& report) {
  const ScoreMap& map = *report.map;
  const std::size_t cells = static_cast<std::size_t>(map.rows()) * static_cast<std::size_t>(map.cols());
  const std::size_t room = std::max<std::size_t>(kMostScores / cells, 1);
  std::vector<int> ids = map.top(static_cast<int>(std::min<std::size_t>(room, 1'000'000)));
  const auto lacks = [&ids](int id) { return std::find(ids.begin(), ids.end(), id) == ids.end(); };
  if (const auto shown = shown_class(report); shown && lacks(*shown)) {
    if (ids.size() == room) ids.pop_back();
    ids.push_back(*shown);
  }
  if (map.background() && ids.size() < room && lacks(*map.background())) ids.push_back(*map.background());
  return ids;
}

void add_classes(JsonWriter& json, const RunReport& report, const std::vector<int>& ids,
                 const std::vector<CodedRange>& ranges) {
  for (std::size_t i = 0; i < ids.size(); ++i)
    json.object([&] {
      const ClassPeak peak = class_peak(report, ids[i]);
      json.member("id", peak.id);
      json.member("label", peak.label);
      json.member("background", report.map->background() == ids[i]);
      json.member("score", peak.score);
      json.member("row", peak.row);
      json.member("col", peak.col);
      json.member("low", ranges[i].low);
      json.member("high", ranges[i].high);
    });
}

void add_colours(JsonWriter& json) {
  constexpr int kPageColours = 17;
  for (int i = 0; i < kPageColours; ++i) {
    const Colour colour = heat_colour(static_cast<double>(i) / (kPageColours - 1));
    json.add({colour.red, colour.green, colour.blue});
  }
}

void add_map(JsonWriter& json, const ScoreMap& map) {
  const MapGeometry& geometry = map.geometry();
  json.object("map", [&] {
    json.member("rows", map.rows());
    json.member("cols", map.cols());
    add_point(json, "stride_px", {geometry.x.stride, geometry.y.stride});
    add_point(json, "first_center_px", {geometry.center_x(0), geometry.center_y(0)});
    json.member("window_size_px", {geometry.window.x, geometry.window.y});
  });
}

/// As JSON that cannot end the script element it stands in, nor begin a comment there: "<" is written as
/// \u003c, which JSON allows in strings, and it occurs nowhere else.
std::string result_text(const RunReport& report, const std::vector<int>& ids,
                        const std::vector<CodedRange>& ranges) {
  const ScoreMap& map = *report.map;
  const auto shown = std::find(ids.begin(), ids.end(), shown_class(report).value_or(ids.front()));
  JsonWriter json;
  json.object([&] {
    json.member("image", report.image);
    json.member("model", report.model);
    json.member("width", report.width);
    json.member("height", report.height);
    json.member("kind", map.kind() == ScoreKind::probabilities ? "probabilities" : "logits");
    json.member("threshold", report.region_request.threshold);
    add_map(json, map);
    if (report.frame.is_identity())
      json.member("original", nullptr);
    else
      add_original(json, report.frame, map.geometry());
    json.member("all_classes", map.classes());
    json.array("classes", [&] { add_classes(json, report, ids, ranges); });
    json.member("shown", shown - ids.begin());
    json.array("colours", [&] { add_colours(json); });
  });
  std::string text;
  for (const char c : json.take()) {
    if (c == '<')
      text += "\\u003c";
    else
      text += c;
  }
  return text;
}

Status write_picture(AtomicFile& file, const PictureResult& result) {
  const Picture& picture = result.picture;
  const PictureSize size = reduced_size({picture.width, picture.height});
  std::optional<Picture> small;
  if (size.width != picture.width || size.height != picture.height) {
    auto resized =
        resize_bilinear(picture, static_cast<int>(size.width), static_cast<int>(size.height), result.limits);
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

Status write_scores(AtomicFile& file, const ScoreMap& map, const std::vector<int>& ids,
                    const std::vector<CodedRange>& ranges) {
  Base64Writer base64(file);
  for (std::size_t i = 0; i < ids.size(); ++i)
    for (int row = 0; row < map.rows(); ++row)
      for (int col = 0; col < map.cols(); ++col) {
        const std::uint16_t code = coded(map.at(ids[i], row, col), ranges[i]);
        const std::array<std::byte, 2> bytes = {static_cast<std::byte>(code & 0xff),
                                                static_cast<std::byte>(code >> 8)};
        if (Status written = base64.write(bytes); !written) return written;
      }
  return base64.finish();
}

/// Writes the page up to `place`, which is left out, and removes both from its front.
Status write_until(AtomicFile& file, std::string_view& page, std::string_view place) {
  const std::size_t at = page.find(place);
  FCN_ASSERT(at != std::string_view::npos);
  Status written = file.write(page.substr(0, at));
  page.remove_prefix(at + place.size());
  return written;
}

}  // namespace

Status write_explore(AtomicFile& file, const PictureResult& result) {
  const RunReport& report = result.report;
  const std::vector<int> ids = kept_classes(report);
  std::vector<CodedRange> ranges;
  for (const int id : ids) ranges.push_back(score_range(*report.map, id));

  std::string_view page = explore_page();
  if (Status before = write_until(file, page, "@@picture@@"); !before) return before;
  if (Status written = write_picture(file, result); !written) return written;
  if (Status before = write_until(file, page, "@@result@@"); !before) return before;
  if (Status written = file.write(result_text(report, ids, ranges)); !written) return written;
  if (Status before = write_until(file, page, "@@scores@@"); !before) return before;
  if (Status written = write_scores(file, *report.map, ids, ranges); !written) return written;
  return file.write(page);
}

std::uint64_t explore_bytes(const OutputNeeds& needs) {
  const PictureSize& size = needs.size;
  const PictureSize reduced = reduced_size(size);
  if (reduced.width == size.width && reduced.height == size.height) return 0;
  return 3 * static_cast<std::uint64_t>(reduced.width) * static_cast<std::uint64_t>(reduced.height) +
         resize_scratch_bytes(size, reduced);
}

}  // namespace fcn::tools
