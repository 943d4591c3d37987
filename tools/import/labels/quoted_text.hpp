// SPDX-License-Identifier: MIT
// A text in single or double quotation marks, with the escapes that JSON, Python and YAML share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fcn/result.hpp"

namespace fcn::tools {

/// The content of the quoted text at the front of `text`; `length` becomes its length, quotation marks
/// included. It ends on its line.
Result<std::string> unquote(std::string_view text, std::size_t& length);

void append_utf8(std::string& text, std::uint32_t code);

}  // namespace fcn::tools
