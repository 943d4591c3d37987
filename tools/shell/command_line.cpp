// SPDX-License-Identifier: MIT
// Options in CLI11's terms. Numbers are parsed by from_chars: CLI11's own reading would take "010" for eight.
#include "tools/shell/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <utility>

#include "fcn/config.hpp"
#include "tools/shell/generate/completions.hpp"
#include "tools/shell/generate/man_page.hpp"

namespace fcn::tools {
namespace {

/// As choices are listed: "a, b or c".
std::string in_words(const std::vector<std::string>& words) {
  std::string text = words.front();
  for (std::size_t i = 1; i < words.size(); ++i) text += (i + 1 < words.size() ? ", " : " or ") + words[i];
  return text;
}

Status set_number(int& target, const std::string& text, int low, int high) {
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto [parsed_to, failed] = std::from_chars(text.data(), end, number);
  if (failed != std::errc() || parsed_to != end || number < low || number > high)
    return Error{ErrorCode::invalid_argument,
                 fmt::format("\"{}\" is not a whole number from {} to {}", text, low, high), ""};
  target = number;
  return {};
}

/// The arguments, last one first as CLI11 takes them. Its optional values would swallow whatever comes next,
/// so one that is left out is put there, empty.
std::vector<std::string> reversed(int argc, const char* const* argv, const CLI::App& app) {
  std::vector<std::string> arguments;
  for (int i = argc - 1; i > 0; --i) {
    const CLI::Option* const option = app.get_option_no_throw(argv[i]);
    const bool value_may_miss =
        option != nullptr && option->get_items_expected_min() == 0 && option->get_items_expected_max() == 1;
    const char next = i + 1 < argc ? argv[i + 1][0] : '\0';
    if (value_may_miss && (next < '0' || next > '9')) arguments.emplace_back();
    arguments.emplace_back(argv[i]);
  }
  return arguments;
}

/// A callback that sets `target`, a double or an optional one, to a number in [0, 1].
template <class Target>
auto fraction_into(Target& target) {
  return [&target](const std::string& text) -> Status {
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [parsed_to, failed] = std::from_chars(text.data(), end, number);
    if (failed != std::errc() || parsed_to != end || !(number >= 0 && number <= 1))
      return Error{ErrorCode::invalid_argument, fmt::format("\"{}\" is not a number from 0 to 1", text), ""};
    target = number;
    return {};
  };
}

/// Help as one line. A line that ends in the hyphen of a word goes on without a space.
std::string unwrapped(const std::string& text) {
  std::string line;
  for (const char c : text) {
    const bool in_word = line.size() > 1 && line.back() == '-' && line[line.size() - 2] != ' ';
    if (c != '\n')
      line += c;
    else if (!in_word)
      line += ' ';
  }
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

OptionOutline option_outline(const CLI::Option& option, const OptionGroup::Words& words) {
  OptionOutline outline;
  for (const std::string& name : option.get_snames()) outline.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) outline.names.push_back("--" + name);
  if (option.get_items_expected_max() > 0) outline.type = option.get_type_name();
  outline.help = unwrapped(option.get_description());
  if (const auto found = words.find(&option); found != words.end()) outline.words = found->second;
  outline.value_optional = !outline.type.empty() && option.get_items_expected_min() == 0;
  outline.repeats = option.get_expected_max() > 1;
  return outline;
}

CommandOutline command_outline(const CLI::App& app, const OptionGroup::Words& words) {
  CommandOutline outline;
  outline.name = app.get_name();
  outline.description = unwrapped(app.get_description());
  for (const CLI::Option* const option : app.get_options()) {
    if (option->get_positional()) {
      outline.operand = {option->get_single_name(), unwrapped(option->get_description()),
                         option->get_expected_max() > 1, option->get_required()};
      continue;
    }
    if (outline.groups.empty() || outline.groups.back().heading != option->get_group())
      outline.groups.push_back({option->get_group(), {}});
    outline.groups.back().options.push_back(option_outline(*option, words));
  }
  for (const CLI::App* const command : app.get_subcommands([](const CLI::App*) { return true; }))
    outline.commands.push_back(command_outline(*command, words));
  return outline;
}

/// What "--generate KIND" prints; empty for any other kind.
std::string generate(const std::string& kind, const CommandOutline& program) {
  if (kind == "man") return man_page(program, FCN_VERSION);
  if (kind == "bash") return bash_completion(program);
  if (kind == "zsh") return zsh_completion(program);
  return kind == "fish" ? fish_completion(program) : "";
}

}  // namespace

void OptionGroup::argument(const std::string& name, std::string& target, const std::string& help,
                           bool required) {
  app_.add_option(name, target, help)->required(required);
}

void OptionGroup::arguments(const std::string& name, std::vector<std::string>& target,
                            const std::string& help) {
  app_.add_option(name, target, help);
}

void OptionGroup::flag(const std::string& names, bool& target, const std::string& help, bool set_to) {
  app_.add_flag_callback(
          names, [&target, set_to] { target = set_to; }, help)
      ->group(heading_);
}

void OptionGroup::text(const std::string& names, const std::string& type, std::string& target,
                       const std::string& help) {
  CLI::Option* const option = app_.add_option(names, target, help)->type_name(type)->group(heading_);
  if (type.starts_with("FILE"))
    option->check(
        [](const std::string& text) { return text.empty() ? "the name of the file is empty" : ""; });
}

void OptionGroup::texts(const std::string& names, const std::string& type, std::vector<std::string>& target,
                        const std::string& help) {
  app_.add_option(names, target, help)->type_name(type)->group(heading_)->allow_extra_args(false);
}

void OptionGroup::number(const std::string& names, int& target, int low, int high, const std::string& help) {
  const auto take = [&target, low, high](const std::string& text) {
    return set_number(target, text, low, high);
  };
  value(names, "N", take, help);
}

void OptionGroup::optional_number(const std::string& names, const std::string& type,
                                  std::optional<int>& target, int alone, int low, int high,
                                  const std::string& help) {
  const auto take = [=, &target](const std::string& text) {
    target = alone;
    return text.empty() ? Status() : set_number(*target, text, low, high);
  };
  value(names, "[" + type + "]", take, help);
  app_.get_option(names)->expected(0, 1);
}

void OptionGroup::fraction(const std::string& names, double& target, const std::string& help) {
  value(names, "P", fraction_into(target), help);
}

void OptionGroup::fraction(const std::string& names, std::optional<double>& target, const std::string& help) {
  value(names, "P", fraction_into(target), help);
}

void OptionGroup::choice(const std::string& names, const std::vector<std::string>& words,
                         std::function<void(std::size_t taken)> take, const std::string& help) {
  const auto take_word = [words, take = std::move(take)](const std::string& text) -> Status {
    const auto found = std::find(words.begin(), words.end(), text);
    if (found == words.end())
      return Error{ErrorCode::invalid_argument, fmt::format("\"{}\" is not {}", text, in_words(words)), ""};
    take(static_cast<std::size_t>(found - words.begin()));
    return {};
  };
  value(names, "KIND", take_word, help);
  words_[app_.get_option(names.substr(names.find("--")))] = words;
}

void OptionGroup::value(const std::string& names, const std::string& type,
                        std::function<Status(const std::string& text)> take, const std::string& help) {
  const auto take_or_throw = [names, take = std::move(take)](const std::string& text) {
    if (const Status taken = take(text); !taken)
      throw CLI::ValidationError(names.substr(names.find("--")), taken.error().message);
  };
  app_.add_option_function<std::string>(names, take_or_throw, help)->type_name(type)->group(heading_);
}

CommandLine::CommandLine(const std::string& program, const std::string& description,
                         const std::string& footer)
    : app_(std::make_unique<CLI::App>(description, program)) {
  app_->footer(footer);
  app_->get_formatter()->column_width(24);
}

CommandLine::~CommandLine() = default;

OptionGroup CommandLine::group(const std::string& heading) {
  return {*app_, words_, heading};
}

OptionGroup CommandLine::command(const std::string& name, const std::string& description, bool& given) {
  CLI::App* const app = app_->add_subcommand(name, description);
  app->callback([&given] { given = true; });
  app_->require_subcommand(0, 1);
  return {*app, words_, "Options"};
}

Result<CommandLine::Outcome> CommandLine::parse(int argc, const char* const* argv) {
  if (argc == 3 && argv[1] == std::string("--generate")) {
    CommandOutline outline = command_outline(*app_, words_);
    outline.exit_codes = unwrapped(app_->get_footer());
    if (outline.exit_codes.starts_with("Exit codes: ")) outline.exit_codes.erase(0, 12);
    generated_ = generate(argv[2], outline);
    if (!generated_.empty()) return Outcome::help_wanted;
  }
  try {
    app_->parse(reversed(argc, argv, *app_));
  } catch (const CLI::CallForHelp&) {
    return Outcome::help_wanted;
  } catch (const CLI::Error& error) {
    return Error{ErrorCode::invalid_argument, error.what(), ""};
  }
  return Outcome::parsed;
}

std::string CommandLine::help() const {
  if (!generated_.empty()) return generated_;
  std::string text = app_->help();
  // CLI11 leaves two lines between groups where one would do.
  for (std::size_t gap = text.find("\n\n\n"); gap != std::string::npos; gap = text.find("\n\n\n", gap))
    text.erase(gap, 1);
  return text;
}

}  // namespace fcn::tools
