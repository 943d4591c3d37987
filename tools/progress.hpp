// SPDX-License-Identifier: MIT
// A bar on standard error while several pictures run; nothing unless that is a terminal.
#pragma once

#include <cstddef>
#include <string_view>

namespace fcn::tools {

class Progress {
 public:
  /// Draws only if `wanted`, total > 1 and standard error is a terminal.
  Progress(std::size_t total, bool wanted);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }

  /// `done` pictures are finished, `name` is next.
  void show(std::size_t done, std::string_view name);
  /// Takes the bar away, so that something else can be printed.
  void clear();

 private:
  std::size_t total_;
  bool active_;
  bool visible_ = false;
};

}  // namespace fcn::tools
