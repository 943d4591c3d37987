// SPDX-License-Identifier: MIT
// A command line as data: what manual pages and completions are written from. Not here: parsing, and the
// options themselves (command_line.hpp makes this of them).
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace fcn::tools {

struct OptionOutline {
  std::vector<std::string> names;  ///< "-k", "--top"
  std::string type;                ///< of its value, as in --help; empty for a flag
  std::string help;                ///< one line
  std::vector<std::string> words;  ///< the values, if they are a few words
  bool value_optional = false;
  bool repeats = false;
};

struct OptionGroupOutline {
  std::string heading;
  std::vector<OptionOutline> options;
};

struct OperandOutline {
  std::string name;
  std::string help;  ///< one line
  bool repeats = false;
  bool required = false;
};

/// A program or one of its subcommands.
struct CommandOutline {
  std::string name;
  std::string description;  ///< one line
  std::string exit_codes;   ///< one line; of a program
  std::optional<OperandOutline> operand;
  std::vector<OptionGroupOutline> groups;
  std::vector<CommandOutline> commands;
};

/// What the value of an option may be completed with.
enum class ValueKind { none, words, files, folders, other };

/// `none` for a flag; types that name a FILE are files, DIR alone is folders.
inline ValueKind value_kind(const OptionOutline& option) {
  if (option.type.empty()) return ValueKind::none;
  if (!option.words.empty()) return ValueKind::words;
  if (option.type.find("FILE") != std::string::npos) return ValueKind::files;
  return option.type == "DIR" ? ValueKind::folders : ValueKind::other;
}

}  // namespace fcn::tools
