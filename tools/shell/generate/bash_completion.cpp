// SPDX-License-Identifier: MIT
// Completion by bash alone, without the functions of the bash-completion package. What the function leaves
// empty is completed by readline with the names of files.
#include <string_view>

#include "tools/shell/generate/completions.hpp"

namespace fcn::tools {
namespace {

/// "fcn-export to-header" as the name of a function: "_fcn_export_to_header".
std::string function_name(const std::string& command) {
  std::string name = "_" + command;
  for (char& c : name)
    if (c == '-' || c == ' ') c = '_';
  return name;
}

std::string separated(const std::vector<std::string>& words, std::string_view separator) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += separator;
    text += word;
  }
  return text;
}

std::string reply(const std::string& kind, const std::string& value) {
  return "mapfile -t COMPREPLY < <(compgen " + kind + (value.empty() ? "" : " '" + value + "'") +
         " -- \"$current\")";
}

/// The branch of `case` that completes the option's value; none for a flag.
std::string value_branch(const OptionOutline& option) {
  const std::string branch = "    " + separated(option.names, " | ") + ")";
  switch (value_kind(option)) {
    case ValueKind::none:
      return "";
    case ValueKind::words:
      return branch + " " + reply("-W", separated(option.words, " ")) + "; return ;;\n";
    case ValueKind::files:
      return branch + " return ;;\n";
    case ValueKind::folders:
      return branch + " " + reply("-d", "") + "; return ;;\n";
    case ValueKind::other:
      break;
  }
  return branch + (option.value_optional ? " ;;\n" : " compopt +o default +o bashdefault; return ;;\n");
}

/// The function of a program or of one of its subcommands.
std::string function(const std::string& full_name, const CommandOutline& command) {
  std::string text = function_name(full_name) + "() {\n";
  text +=
      "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n  COMPREPLY=()\n";
  if (!command.commands.empty()) {
    text += "  case ${COMP_WORDS[1]} in\n";
    std::string names;
    for (const CommandOutline& sub : command.commands) {
      text += "    " + sub.name + ") [ \"$COMP_CWORD\" -eq 1 ] || { " +
              function_name(full_name + " " + sub.name) + "; return; } ;;\n";
      names += (names.empty() ? "" : " ") + sub.name;
    }
    text += "  esac\n  if [[ $COMP_CWORD -eq 1 && $current != -* ]]; then\n    " + reply("-f -W", names) +
            "\n    return\n  fi\n";
  }
  // "--option=value" arrives as three words.
  text += "  [ \"$current\" != = ] || { current=; previous==; COMP_CWORD=$((COMP_CWORD + 1)); }\n";
  text += "  [ \"$previous\" != = ] || previous=${COMP_WORDS[COMP_CWORD - 2]}\n  case $previous in\n";
  std::vector<std::string> names;
  for (const OptionGroupOutline& group : command.groups)
    for (const OptionOutline& option : group.options) {
      text += value_branch(option);
      names.insert(names.end(), option.names.begin(), option.names.end());
    }
  text += "    *) ;;\n  esac\n  if [[ $current == -* ]]; then\n    " + reply("-W", separated(names, " ")) +
          "\n  fi\n}\n";
  return text;
}

}  // namespace

std::string bash_completion(const CommandOutline& program) {
  std::string text = "# Generated from the options of " + program.name + ".\n";
  for (const CommandOutline& command : program.commands)
    text += function(program.name + " " + command.name, command);
  text += function(program.name, program);
  return text + "complete -o bashdefault -o default -F " + function_name(program.name) + " " + program.name +
         "\n";
}

}  // namespace fcn::tools
