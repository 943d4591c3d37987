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
#include "tools/outputs/page_parts.hpp"
#include "tools/report/json_members.hpp"
#include "tools/shell/base64_writer.hpp"

namespace fcn::tools {
namespace {

constexpr std::size_t kMostScores = 2'000'000;  // 5.3 MB as the page holds them
constexpr std::uint16_t kNotANumber = 65'535;
constexpr float kSteps = 65'534;

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
    if (report.frame.is_identity() && report.part.is_empty())
      json.member("original", nullptr);
    else
      add_original(json, report.frame, whole_geometry(report));
    json.member("all_classes", map.classes());
    json.array("classes", [&] { add_classes(json, report, ids, ranges); });
    json.member("shown", shown - ids.begin());
    json.array("colours", [&] { add_colours(json); });
  });
  return for_script(json.take());
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

}  // namespace

Status write_explore(AtomicFile& file, const PictureResult& result) {
  const RunReport& report = result.report;
  const std::vector<int> ids = kept_classes(report);
  std::vector<CodedRange> ranges;
  for (const int id : ids) ranges.push_back(score_range(*report.map, id));

  std::string_view page = explore_page();
  if (Status before = write_until(file, page, "@@picture@@"); !before) return before;
  if (Status written = write_page_picture(file, *result.picture.held(), result.limits); !written)
    return written;
  if (Status before = write_until(file, page, "@@result@@"); !before) return before;
  if (Status written = file.write(result_text(report, ids, ranges)); !written) return written;
  if (Status before = write_until(file, page, "@@scores@@"); !before) return before;
  if (Status written = write_scores(file, *report.map, ids, ranges); !written) return written;
  return file.write(page);
}

std::uint64_t explore_bytes(const OutputNeeds& needs) {
  return page_picture_bytes(needs.size);
}

}  // namespace fcn::tools
