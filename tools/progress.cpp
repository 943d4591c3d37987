// SPDX-License-Identifier: MIT
// The bar is redrawn on its line with carriage return and erase-to-end, which every terminal knows.
#include "tools/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "tools/terminal_report.hpp"

namespace fcn::tools {

Progress::Progress(std::size_t total, bool wanted)
    : total_(total), active_(wanted && total > 1 && ::isatty(STDERR_FILENO) == 1) {}

void Progress::show(std::size_t done, std::string_view name) {
  if (!active_) return;
  constexpr std::size_t kBar = 30;
  const std::size_t filled = kBar * done / total_;
  std::string bar;
  for (std::size_t i = 0; i < kBar; ++i) bar += i < filled ? "━" : "╌";
  fmt::print(stderr, "\r\x1b[K{} {}/{} {}", bar, done, total_, in_columns(name, 32));
  std::fflush(stderr);
  visible_ = true;
}

void Progress::clear() {
  if (!visible_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  visible_ = false;
}

}  // namespace fcn::tools
