// SPDX-License-Identifier: MIT
// The bytes of a label file as lines of UTF-8: byte-order marks, UTF-16, and the line ends of every system.
// Not here: what the lines mean (label_file.hpp).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fcn/result.hpp"

namespace fcn::tools {

struct TextLine {
  int number = 0;         ///< from 1, as editors count
  std::string_view text;  ///< of the text that was split, blanks around it left out
  bool indented = false;  ///< whether there were any before it
};

/// The same as UTF-8 without a byte-order mark, lines ended by '\n' alone. An Error names the line and byte
/// of anything that is not text: Latin-1, NULs, control characters.
Result<std::string> to_utf8_lines(std::string_view bytes);

/// All lines but the empty ones at the end. `text` must outlive them.
std::vector<TextLine> split_lines(std::string_view text);

std::string_view trimmed(std::string_view text);

/// "line 7: ...", for a mistake in the file.
Error error_at_line(int line, const std::string& message);

}  // namespace fcn::tools
