// SPDX-License-Identifier: MIT
// Files that hold no network fcn-export reads: what they are, recognised by their bytes (or, failing that, by
// their name), and what to do instead. Messages only: nothing here reads a file any further.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fcn/base/byte_source.hpp"

namespace fcn::tools {

/// One line, or nothing if the bytes are of no known kind.
std::optional<std::string> foreign_file(const ByteSource& source);

/// The same for a file whose bytes were not recognised, by the end of its name.
std::optional<std::string> foreign_name(std::string_view path);

/// The same for a zip archive that holds no checkpoint.
std::string foreign_archive(const std::vector<std::string>& members);

/// The same for a folder given in place of a file.
std::optional<std::string> foreign_folder(const std::string& path);

}  // namespace fcn::tools
