// SPDX-License-Identifier: MIT
#include "tools/report/label_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>

#include "fcn/base/printable.hpp"
#include "tools/report/geo_report.hpp"
#include "tools/report/json_members.hpp"
#include "tools/report/terminal_report.hpp"

namespace fcn::tools {
namespace {

double label_share(const LabelReport& report, int label) {
  const double pixels = static_cast<double>(report.width) * report.height;
  return static_cast<double>(report.census->counts()[static_cast<std::size_t>(label)]) / pixels;
}

std::string label_text(const LabelReport& report, int label) {
  return label_name(*report.info, report.classes, label);
}

/// A share in percent. It reads 100 only if every pixel has the label, and never 0.
std::string share_text(double share) {
  if (share < 0.0001) return "< 0.01 %";
  if (share < 1 && share > 0.9999) return "> 99.99 %";
  return fmt::format("{:.2f} %", 100 * share);
}

bool is_padded(const LabelReport& report) {
  if (!report.part.is_empty()) return false;
  return report.padded_width != report.width || report.padded_height != report.height;
}

std::string run_line(const LabelReport& report) {
  if (report.tiles.count == 1)
    return fmt::format("  (one tile of {} x {})\n", report.tiles.size.x, report.tiles.size.y);
  if (report.tiles.count != 0)
    return fmt::format("  ({} tiles of {} x {}, their logits averaged where they overlap)\n",
                       report.tiles.count, report.tiles.size.x, report.tiles.size.y);
  if (!is_padded(report)) return "";
  return fmt::format(
      "  (run as {} x {}, its edge pixels repeated, and cut back: the network accepts only some "
      "sizes)\n",
      report.padded_width, report.padded_height);
}

void add_label(JsonWriter& json, const LabelReport& report, int label) {
  json.object([&] {
    json.member("class", label);
    json.member("label", label_text(report, label));
    json.member("pixels", report.census->counts()[static_cast<std::size_t>(label)]);
    json.member("share", json_measured(label_share(report, label)));
    json.array("runs", [&] {
      if (const LabelRuns* const runs = report.census->runs(); runs != nullptr)
        runs->for_each(label, [&](std::uint64_t length) { json.add(length); });
    });
  });
}

}  // namespace

std::string label_table(const LabelReport& report) {
  const auto present = report.census->present();
  std::string text =
      fmt::format("{}\n  {} x {} pixels, each labelled with one of {} classes\n", printable(report.image),
                  report.width, report.height, report.census->counts().size());
  if (!report.frame.is_identity())
    text += fmt::format("  (of these pixels; the file has {} x {}{})\n", report.frame.width,
                        report.frame.height, is_turned(report.frame.orientation) ? ", turned by EXIF" : "");
  if (!report.part.is_empty())
    text += fmt::format("  (the part at ({}, {}) of {} x {} pixels)\n", report.part.x, report.part.y,
                        report.frame.run_width, report.frame.run_height);
  if (report.page) text += page_line(*report.page);
  text += run_line(report) + "\n";
  for (const int label : present)
    text += fmt::format(
        "  {:>4}  {} {:>12} pixels  {:>9}\n", label, in_columns(label_text(report, label), 24),
        report.census->counts()[static_cast<std::size_t>(label)], share_text(label_share(report, label)));
  const double total = report.decode_ms + report.preprocess_ms + report.plan_ms + report.infer_ms;
  text += fmt::format("\n  {:.0f} ms ({} thread{}, {}): decode {:.0f}", total, report.threads,
                      report.threads == 1 ? "" : "s", report.arch, report.decode_ms);
  if (report.preprocess_ms > 0) text += fmt::format(", resize {:.0f}", report.preprocess_ms);
  return text + fmt::format(", plan {:.0f}, infer and write {:.0f}\n", report.plan_ms, report.infer_ms);
}

std::string label_line(const LabelReport& report) {
  constexpr std::size_t kShown = 4;
  std::string text = printable(report.image) + ":";
  const auto present = report.census->present();
  for (std::size_t i = 0; i < present.size() && i < kShown; ++i)
    text += fmt::format("{} {} {}", i == 0 ? "" : ",", printable(label_text(report, present[i])),
                        share_text(label_share(report, present[i])));
  if (present.size() > kShown) text += fmt::format(", and {} more", present.size() - kShown);
  return text + "\n";
}

std::uint64_t label_json_bytes(const LabelReport& report) {
  constexpr std::uint64_t kMembers = 1024, kLabelMembers = 128,
                          kEscaped = 6;  // bytes; of a character of a name
  std::uint64_t bytes = kMembers + kEscaped * (report.image.size() + report.model.size());
  for (const int label : report.census->present()) {
    bytes += kLabelMembers + kEscaped * label_text(report, label).size();
    if (const LabelRuns* const runs = report.census->runs(); runs != nullptr)
      runs->for_each(label, [&](std::uint64_t length) { bytes += JsonNumber(length).text().size() + 1; });
  }
  return bytes;
}

std::string label_json(const LabelReport& report, Cost cost) {
  JsonWriter json(static_cast<std::size_t>(label_json_bytes(report)));
  json.object([&] {
    json.member("schema", "fcn-infer-labels/1");
    json.member("image", report.image);
    if (report.page) add_page(json, *report.page);
    json.member("width", report.width);
    json.member("height", report.height);
    if (!report.part.is_empty())
      json.member("part_px", {report.part.x, report.part.y, report.part.width, report.part.height});
    json.member("model", report.model);
    json.member("classes", report.classes);
    json.array("labels", [&] {
      for (const int label : report.census->present()) add_label(json, report, label);
    });
    json.object("original", [&] {
      json.member("width", report.frame.width);
      json.member("height", report.frame.height);
      json.member("exif_orientation", report.frame.orientation);
    });
    add_georeference(json, report.georeference);
    if (report.tiles.count != 0)
      json.object("tiles", [&] {
        json.member("count", report.tiles.count);
        json.member("width", report.tiles.size.x);
        json.member("height", report.tiles.size.y);
      });
    if (is_padded(report)) add_size(json, "padded", {report.padded_height, report.padded_width});
    if (cost == Cost::told) add_cost(json, report);
  });
  return json.take();
}

}  // namespace fcn::tools
