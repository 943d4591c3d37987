// SPDX-License-Identifier: MIT
// A progress bar on standard error, with rate and time left, while several pictures run. Draws nothing unless
// standard error is a terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace fcn::tools {

/// The text of the bar: `done` of `total` pictures are finished, `ran` of them in these seconds (the others
/// were there before), `name` is next. 79 columns at most.
std::string progress_line(std::size_t done, std::size_t total, std::size_t ran, double seconds,
                          std::string_view name);

class Progress {
 public:
  /// Draws only if `wanted`, total > 1 and standard error is a terminal.
  Progress(std::size_t total, bool wanted);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }

  /// `done` pictures are finished, `ran` of them in this run, `name` is next.
  void show(std::size_t done, std::size_t ran, std::string_view name);
  /// Erases the bar, so that something else can be printed.
  void clear();

 private:
  std::size_t total_;
  bool active_;
  bool visible_ = false;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace fcn::tools
