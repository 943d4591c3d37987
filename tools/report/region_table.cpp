// SPDX-License-Identifier: MIT
#include "tools/report/region_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/report/terminal_report.hpp"
#include "tools/shell/columns.hpp"

namespace fcn::tools {
namespace {

constexpr std::size_t kMostLines = 20;

}  // namespace

std::string region_table(const RunReport& report) {
  const ScoreKind kind = report.map->kind();
  const std::string threshold = threshold_text(report);
  const bool tutorial = report.region_request.kind == RegionKind::tutorial;
  if (report.regions.empty()) return fmt::format("  No region {} {}\n", tutorial ? "above" : "of", threshold);
  std::string text = fmt::format("  {:<24}     peak     mean    box x, y, w x h\n",
                                 tutorial ? fmt::format("Tutorial's box, > {}", threshold)
                                          : fmt::format("Regions of {} or more", threshold));
  const std::size_t lines = std::min(report.regions.size(), kMostLines);
  for (std::size_t i = 0; i < lines; ++i) {
    const maps::Region region = whole_region(report, report.regions[i]);
    text += fmt::format("  {} {:>8} {:>8}    {}, {}, {} x {}\n",
                        in_columns(class_label(*report.info, region.class_id), 24),
                        score_text(region.peak, kind), score_text(static_cast<float>(region.mean), kind),
                        region.x, region.y, region.width, region.height);
  }
  if (report.regions.size() > lines)
    text += fmt::format("  and {} more; --json lists them all\n", report.regions.size() - lines);
  return text;
}

}  // namespace fcn::tools
