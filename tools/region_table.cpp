// SPDX-License-Identifier: MIT
#include "tools/region_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/terminal_report.hpp"

namespace fcn::tools {
namespace {

constexpr std::size_t kMostLines = 20;

}  // namespace

std::string region_table(const RunReport& report) {
  const double percent = 100 * report.region_request.threshold;
  const bool tutorial = report.region_request.kind == RegionKind::tutorial;
  if (report.regions.empty())
    return fmt::format("  No region {} {:g} %\n", tutorial ? "above" : "of", percent);
  std::string text = fmt::format("  {:<24}     peak     mean    box x, y, w x h\n",
                                 tutorial ? fmt::format("Tutorial's box, > {:g} %", percent)
                                          : fmt::format("Regions of {:g} % or more", percent));
  const std::size_t lines = std::min(report.regions.size(), kMostLines);
  for (std::size_t i = 0; i < lines; ++i) {
    const Region& region = report.regions[i];
    text += fmt::format("  {} {:>8} {:>8}    {}, {}, {} x {}\n",
                        in_columns(class_label(*report.info, region.class_id), 24),
                        score_text(region.peak, ScoreKind::probabilities),
                        score_text(static_cast<float>(region.mean), ScoreKind::probabilities), region.x,
                        region.y, region.width, region.height);
  }
  if (report.regions.size() > lines)
    text += fmt::format("  and {} more; --json lists them all\n", report.regions.size() - lines);
  return text;
}

}  // namespace fcn::tools
