// SPDX-License-Identifier: MIT
// The three streams that a program is given, which may be closed, full or broken: what cannot be said on
// standard error is lost and changes nothing else, what cannot be written to standard output is an error.
#pragma once

#include <string_view>

#include "fcn/result.hpp"

namespace fcn::tools {

/// Puts something that can be neither read nor written in the place of streams that the caller closed, or the
/// next file opened would take their number, and messages would go into it. For the start of main().
void hold_standard_streams();

/// Text to standard error, as far as that is possible.
void write_to_stderr(std::string_view text) noexcept;

/// Text to standard output, and out of its buffer.
Status write_to_stdout(std::string_view text);

}  // namespace fcn::tools
