// SPDX-License-Identifier: MIT
// The three standard streams, which may be closed, full or broken: text that cannot be written to standard
// error is lost without further effect; a failed write to standard output is an error.
#pragma once

#include <string_view>

#include "fcn/result.hpp"

namespace fcn::tools {

/// Replaces streams that the caller closed by ones that can be neither read nor written. Otherwise the next
/// file opened would take their number, and messages would go into it. For the start of main().
void hold_standard_streams();

/// Writes text to standard error; failures are ignored.
void write_to_stderr(std::string_view text) noexcept;

/// One line on standard error, "PROGRAM: WHERE: MESSAGE", which cannot steer a terminal. Where there is no
/// memory for it, it says that.
void tell_error(const char* program, const Error& error) noexcept;

/// Writes text to standard output and flushes it.
Status write_to_stdout(std::string_view text);

}  // namespace fcn::tools
