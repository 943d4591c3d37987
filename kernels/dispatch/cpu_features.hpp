// SPDX-License-Identifier: MIT
// Which instruction-set features this CPU has and the operating system keeps across context switches. It
// queries the CPU itself: xsimd 8.1's probe reads a wrong register and ignores the operating system.
#pragma once

#include <string_view>

namespace fcn::kernels {

/// True if every feature of the list (compiler flag names without -m, separated by spaces) can be used. An
/// unknown name counts as missing.
bool cpu_has(std::string_view features);

}  // namespace fcn::kernels
