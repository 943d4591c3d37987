// SPDX-License-Identifier: MIT
// Completion by zsh: the specifications of _arguments, one an option.
#include <string_view>

#include "tools/shell/generate/completions.hpp"

namespace fcn::tools {
namespace {

/// `text` with a backslash before each of `special`, inside single quotes of a shell.
std::string zsh_text(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
      continue;
    }
    if (special.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

/// ":message:action" of the option's value.
std::string zsh_value(const OptionOutline& option) {
  const ValueKind kind = value_kind(option);
  if (kind == ValueKind::none) return "";
  std::string text = (option.value_optional ? "::" : ":") + zsh_text(option.type, ":[]\\") + ":";
  if (kind == ValueKind::files) return text + "_files";
  if (kind == ValueKind::folders) return text + "_files -/";
  if (kind == ValueKind::other) return text + " ";
  text += "(";
  for (const std::string& word : option.words) text += (text.back() == '(' ? "" : " ") + word;
  return text + ")";
}

/// One specification: '(-k --top)'{-k,--top=}'[help]:N: '.
std::string zsh_option(const OptionOutline& option) {
  std::string all, braces;
  for (const std::string& name : option.names) {
    all += (all.empty() ? "" : " ") + name;
    const bool takes_value = !option.type.empty() && !option.value_optional;
    braces += (braces.empty() ? "" : ",") + name + (!takes_value ? "" : name.starts_with("--") ? "=" : "+");
  }
  const std::string rest = "[" + zsh_text(option.help, "[]\\") + "]" + zsh_value(option) + "'";
  const std::string first = option.repeats ? "'*'" : "'(" + all + ")'";
  if (option.names.size() > 1) return first + "{" + braces + "}'" + rest;
  return first + "'" + braces + rest;
}

/// The call of _arguments for the options and operands of one command, indented.
std::string zsh_arguments(const CommandOutline& command, const std::string& indent) {
  std::string text = indent + "_arguments -s -S";
  for (const OptionGroupOutline& group : command.groups)
    for (const OptionOutline& option : group.options) text += " \\\n" + indent + "  " + zsh_option(option);
  if (command.operand)
    text += " \\\n" + indent + "  '" + (command.operand->repeats ? "*" : "1") + ":" +
            zsh_text(command.operand->name, ":\\") + ":_files'";
  return text + "\n";
}

}  // namespace

std::string zsh_completion(const CommandOutline& program) {
  std::string text = "#compdef " + program.name + "\n# Generated from the options of " + program.name + ".\n";
  if (program.commands.empty()) return text + zsh_arguments(program, "");
  text += "if (( CURRENT > 2 )); then\n  case $words[2] in\n";
  std::string described;
  for (const CommandOutline& command : program.commands) {
    text += "    " + command.name + ")\n      shift words\n      (( CURRENT-- ))\n" +
            zsh_arguments(command, "      ") + "      return ;;\n";
    described += " '" + command.name + ":" + zsh_text(command.description, ":\\") + "'";
  }
  text += "  esac\nelif [[ $words[2] != -* ]]; then\n  local -a commands=(" + described.substr(1) +
          ")\n  _describe command commands\nfi\n";
  return text + zsh_arguments(program, "");
}

}  // namespace fcn::tools
