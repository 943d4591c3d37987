// SPDX-License-Identifier: MIT
// Milliseconds since a point in time, for reports.
#pragma once

#include <chrono>

namespace fcn::tools {

inline double milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace fcn::tools
