// SPDX-License-Identifier: MIT
// Files that are no network fcn-export reads: what they are, told by their bytes (or, where these say
// nothing, by their name), and what to do instead. Only words: nothing here reads a file any further.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fcn/base/byte_source.hpp"

namespace fcn::tools {

/// One line, or nothing if the bytes are of no kind known here.
std::optional<std::string> foreign_file(const ByteSource& source);

/// The same of a file whose bytes nothing recognised, by the end of its name.
std::optional<std::string> foreign_name(std::string_view path);

/// What a zip archive is that holds no checkpoint.
std::string foreign_archive(const std::vector<std::string>& members);

/// What a folder is, given in place of a file.
std::optional<std::string> foreign_folder(const std::string& path);

}  // namespace fcn::tools
