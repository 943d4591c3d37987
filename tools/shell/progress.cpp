// SPDX-License-Identifier: MIT
// The bar is redrawn on its line with carriage return and erase-to-end, which every terminal knows.
#include "tools/shell/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "tools/shell/columns.hpp"
#include "tools/shell/standard_streams.hpp"

namespace fcn::tools {

namespace {

/// "9 s", "3 min 20 s", "2 h 05 min".
std::string duration_text(double seconds) {
  const auto whole = std::llround(std::min(seconds, 3.6e8));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

/// Pictures a second, or a minute where that would be less than one.
std::string rate_text(double per_second) {
  return per_second >= 1 ? fmt::format("{:.1f}/s", per_second) : fmt::format("{:.1f}/min", 60 * per_second);
}

}  // namespace

std::string progress_line(std::size_t done, std::size_t total, std::size_t ran, double seconds,
                          std::string_view name) {
  constexpr std::size_t kBar = 16;
  const std::size_t filled = kBar * done / total;
  std::string line;
  for (std::size_t i = 0; i < kBar; ++i) line += i < filled ? "━" : "╌";
  line += fmt::format(" {}/{}", done, total);
  std::string pace;
  if (ran > 0 && seconds > 0) {
    const double rate = static_cast<double>(ran) / seconds;
    pace = fmt::format(", {}, {} left", rate_text(rate),
                       duration_text(static_cast<double>(total - done) / rate));
  }
  const std::size_t used = kBar + 2 * fmt::formatted_size("{}", total) + 2 + pace.size() + 2;
  return line + pace + "  " +
         in_columns(name, std::max<std::size_t>(79 - std::min<std::size_t>(used, 67), 12));
}

Progress::Progress(std::size_t total, bool wanted)
    : total_(total), active_(wanted && total > 1 && ::isatty(STDERR_FILENO) == 1) {}

void Progress::show(std::size_t done, std::size_t ran, std::string_view name) {
  if (!active_) return;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
  write_to_stderr("\r\x1b[K" + progress_line(done, total_, ran, elapsed.count(), name));
  visible_ = true;
}

void Progress::clear() {
  if (!visible_) return;
  write_to_stderr("\r\x1b[K");
  visible_ = false;
}

}  // namespace fcn::tools
