// SPDX-License-Identifier: MIT
// Manual pages in man(7)'s macros. All text passes through roff_text(), which quotes what troff would obey.
#include "tools/shell/generate/man_page.hpp"

#include <cctype>
#include <string_view>

namespace fcn::tools {
namespace {

constexpr std::string_view kPrograms[] = {"fcn-infer", "fcn-export", "fcn-merge"};

std::string upper_case(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

/// Text that troff prints as it is: hyphens that can be copied, no escapes, no requests.
std::string roff_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool starts_line = out.empty() || out.back() == '\n';
    if (starts_line && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if (c == '\'')
      out += "\\(aq";
    else
      out += c;
  }
  return out;
}

std::string bold(std::string_view text) {
  return "\\fB" + roff_text(text) + "\\fR";
}

std::string italic(std::string_view text) {
  return "\\fI" + roff_text(text) + "\\fR";
}

std::string option_head(const OptionOutline& option) {
  std::string head;
  for (const std::string& name : option.names) head += (head.empty() ? "" : ", ") + bold(name);
  if (!option.type.empty()) head += " " + italic(option.type);
  return head;
}

std::string tagged(const std::string& head, const std::string& help) {
  return ".TP\n" + head + "\n" + roff_text(help) + "\n";
}

std::string synopsis(const std::string& name, const CommandOutline& command) {
  std::string line = bold(name) + " [" + italic("OPTIONS") + "]";
  if (command.operand) {
    const std::string operand = italic(command.operand->name) + (command.operand->repeats ? "..." : "");
    line += command.operand->required ? " " + operand : " [" + operand + "]";
  }
  return line + "\n";
}

std::string operand_and_options(const CommandOutline& command, bool headings) {
  std::string text;
  if (command.operand) text += tagged(italic(command.operand->name), command.operand->help);
  for (const OptionGroupOutline& group : command.groups) {
    if (headings) text += ".SS " + roff_text(group.heading) + "\n";
    for (const OptionOutline& option : group.options) text += tagged(option_head(option), option.help);
  }
  return text;
}

/// The first sentence as whatis(1) wants it: no capital, no period.
std::string summary(const std::string& description) {
  std::string text = description.substr(0, description.find_first_of(".:"));
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

}  // namespace

std::string man_page(const CommandOutline& program, const std::string& version) {
  std::string page = ".\\\" Generated from the options of " + program.name + ".\n";
  page +=
      ".TH " + upper_case(roff_text(program.name)) + " 1 \"\" \"fcn " + version + "\" \"User Commands\"\n";
  page += ".SH NAME\n" + roff_text(program.name + " - ");
  page += roff_text(summary(program.description)) + "\n.SH SYNOPSIS\n" + synopsis(program.name, program);
  for (const CommandOutline& command : program.commands)
    page += ".br\n" + synopsis(program.name + " " + command.name, command);
  page += ".SH DESCRIPTION\n" + roff_text(program.description) + "\n.SH OPTIONS\n";
  page += operand_and_options(program, true);
  if (!program.commands.empty()) page += ".SH COMMANDS\n";
  for (const CommandOutline& command : program.commands) {
    page += ".SS " + roff_text(program.name + " " + command.name) + "\n" + roff_text(command.description);
    page += "\n" + operand_and_options(command, false);
  }
  if (!program.exit_codes.empty()) page += ".SH EXIT STATUS\n" + roff_text(program.exit_codes) + "\n";
  page += ".SH SEE ALSO\n";
  std::string others;
  for (const std::string_view other : kPrograms)
    if (other != program.name) others += (others.empty() ? "" : ",\n") + bold(other) + "(1)";
  return page + others + "\n";
}

}  // namespace fcn::tools
