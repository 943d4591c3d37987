// SPDX-License-Identifier: MIT
// Completion by fish: one `complete` an option. Operands are files, which fish completes by itself.
#include <string_view>

#include "tools/shell/generate/completions.hpp"

namespace fcn::tools {
namespace {

std::string fish_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string fish_value(const OptionOutline& option) {
  switch (value_kind(option)) {
    case ValueKind::none:
      return "";
    case ValueKind::words: {
      std::string words;
      for (const std::string& word : option.words) words += (words.empty() ? "" : " ") + word;
      return " -x -a " + fish_quoted(words);
    }
    case ValueKind::files:
      return " -r -F";
    case ValueKind::folders:
      return " -x -a '(__fish_complete_directories)'";
    case ValueKind::other:
      break;
  }
  return option.value_optional ? "" : " -x";
}

/// The lines of a command's options; `start` is what each begins with.
std::string fish_options(const CommandOutline& command, const std::string& start) {
  std::string text;
  for (const OptionGroupOutline& group : command.groups)
    for (const OptionOutline& option : group.options) {
      text += start;
      for (const std::string& name : option.names)
        text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      text += fish_value(option) + " -d " + fish_quoted(option.help) + "\n";
    }
  return text;
}

}  // namespace

std::string fish_completion(const CommandOutline& program) {
  const std::string start = "complete -c " + program.name;
  std::string text = "# Generated from the options of " + program.name + ".\n";
  if (program.commands.empty()) return text + fish_options(program, start);
  std::string commands;
  for (const CommandOutline& command : program.commands) commands += " " + command.name;
  const std::string outside = start + " -n 'not __fish_seen_subcommand_from" + commands + "'";
  text += fish_options(program, outside);
  for (const CommandOutline& command : program.commands) {
    text += start + " -n '__fish_use_subcommand' -a " + command.name + " -d " +
            fish_quoted(command.description) + "\n";
    text += fish_options(command, start + " -n '__fish_seen_subcommand_from " + command.name + "'");
  }
  return text;
}

}  // namespace fcn::tools
