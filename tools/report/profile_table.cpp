// SPDX-License-Identifier: MIT
#include "tools/report/profile_table.hpp"

#include <fmt/format.h>

#include <string_view>

#include "tools/report/terminal_report.hpp"
#include "tools/shell/columns.hpp"

namespace fcn::tools {
namespace {

std::string table_row(std::string_view name, std::string_view output, std::string_view algorithm,
                      std::string_view ms, std::string_view gflops, std::string_view share) {
  return fmt::format("  {} {} {} {:>8} {:>8} {:>8}\n", in_columns(name, 23), in_columns(output, 16),
                     in_columns(algorithm, 9), ms, gflops, share);
}

std::string milliseconds(double ms) {
  return fmt::format("{:.{}f}", ms, ms < 100 ? 2 : 0);
}

std::string layer_row(const RunProfile& profile, const LayerProfile& layer) {
  const std::string output =
      fmt::format("{}x{}x{}", layer.output.channels, layer.output.height, layer.output.width);
  if (!layer.algorithm) return table_row(layer.name, output, "", milliseconds(layer.ms), "", "");
  return table_row(layer.name, output, to_string(*layer.algorithm), milliseconds(layer.ms),
                   fmt::format("{:.1f}", layer.gflops),
                   fmt::format("{:.0f} %", 100 * profile.peak_share(layer)));
}

}  // namespace

std::string profile_table(const RunProfile& profile) {
  std::string text = fmt::format(
      "\n  Mean of {} run{}. GFLOP/s count direct convolution's multiply-adds, so Winograd\n"
      "  may exceed 100 % of the measured peak, {:.1f} GFLOP/s.\n\n",
      profile.runs, profile.runs == 1 ? "" : "s", profile.peak_gflops);
  text += table_row("layer", "c x h x w", "algorithm", "ms", "GFLOP/s", "of peak");
  double layers_ms = 0;
  for (const LayerProfile& layer : profile.layers) {
    text += layer_row(profile, layer);
    layers_ms += layer.ms;
  }
  text += table_row("scores, and the rest", "", "", milliseconds(profile.run_ms - layers_ms), "", "");
  return text + table_row("all", "", "", milliseconds(profile.run_ms), "", "");
}

}  // namespace fcn::tools
