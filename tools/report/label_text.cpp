// SPDX-License-Identifier: MIT
#include "tools/report/label_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>

#include "fcn/base/printable.hpp"
#include "tools/report/json_numbers.hpp"
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

std::string label_padding(const LabelReport& report) {
  if (report.padded_width == report.width && report.padded_height == report.height) return "";
  return fmt::format(
      "  (run as {} x {}, its edge pixels repeated, and cut back: the network accepts only some "
      "sizes)\n",
      report.padded_width, report.padded_height);
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
  text += label_padding(report) + "\n";
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

std::string label_json(const LabelReport& report) {
  Json labels = Json::array();
  for (const int label : report.census->present())
    labels.push_back({{"class", label},
                      {"label", label_text(report, label)},
                      {"pixels", report.census->counts()[static_cast<std::size_t>(label)]},
                      {"share", json_measured(label_share(report, label))},
                      {"runs", report.census->runs_of(label)}});
  Json line = {{"schema", "fcn-infer-labels/1"},
               {"image", report.image},
               {"width", report.width},
               {"height", report.height},
               {"model", report.model},
               {"classes", report.classes},
               {"labels", std::move(labels)},
               {"original",
                {{"width", report.frame.width},
                 {"height", report.frame.height},
                 {"exif_orientation", report.frame.orientation}}}};
  if (report.padded_width != report.width || report.padded_height != report.height)
    line["padded"] = {{"width", report.padded_width}, {"height", report.padded_height}};
  line["time_ms"] = {{"decode", json_milliseconds(report.decode_ms)},
                     {"preprocess", json_milliseconds(report.preprocess_ms)},
                     {"plan", json_milliseconds(report.plan_ms)},
                     {"infer", json_milliseconds(report.infer_ms)}};
  line["peak_bytes"] = report.peak_bytes;
  line["threads"] = report.threads;
  line["arch"] = report.arch;
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace fcn::tools
