// SPDX-License-Identifier: MIT
// Fits text from files into the columns of a table on a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fcn::tools {

/// `text` escaped and cut or padded with blanks to `columns`, a character a column.
std::string in_columns(std::string_view text, std::size_t columns);

}  // namespace fcn::tools
