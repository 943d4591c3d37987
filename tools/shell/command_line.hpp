// SPDX-License-Identifier: MIT
// A command line as headings with options below them, so that a theme's options can stand in a file of their
// own. CLI11 parses it and lays out --help; only command_line.cpp includes it, because it takes long to
// compile. Not here: which options there are (infer_options*.cpp, export_options.cpp).
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fcn/result.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace fcn::tools {

/// The options under one heading of --help. Names are CLI11's: "-k,--top". What `target` or a callback refers
/// to must live until CommandLine::parse() has returned.
class OptionGroup {
 public:
  /// The words that options take, which CLI11 does not keep.
  using Words = std::map<const CLI::Option*, std::vector<std::string>>;

  OptionGroup(CLI::App& app, Words& words, std::string heading)
      : app_(app), words_(words), heading_(std::move(heading)) {}

  /// The only positional argument; `required` or not.
  void argument(const std::string& name, std::string& target, const std::string& help, bool required);
  /// All positional arguments.
  void arguments(const std::string& name, std::vector<std::string>& target, const std::string& help);
  /// Sets `target` to `set_to` if the flag is given.
  void flag(const std::string& names, bool& target, const std::string& help, bool set_to = true);
  /// Takes a word unchanged; `type` names it in --help: "FILE", which must not be empty.
  void text(const std::string& names, const std::string& type, std::string& target, const std::string& help);
  /// As text(), but may be given several times: `--class A --class B`.
  void texts(const std::string& names, const std::string& type, std::vector<std::string>& target,
             const std::string& help);
  /// A whole number in [low, high], in decimal.
  void number(const std::string& names, int& target, int low, int high, const std::string& help);
  /// The same, or nothing, which sets `target` to `alone`. What follows the option counts as its number if it
  /// begins with a digit.
  void optional_number(const std::string& names, const std::string& type, std::optional<int>& target,
                       int alone, int low, int high, const std::string& help);
  /// A number in [0, 1].
  void fraction(const std::string& names, double& target, const std::string& help);
  void fraction(const std::string& names, std::optional<double>& target, const std::string& help);
  /// One of a few words; `take` gets the index of the one given.
  void choice(const std::string& names, const std::vector<std::string>& words,
              std::function<void(std::size_t taken)> take, const std::string& help);
  /// A word that `take` understands; otherwise an Error that quotes it and says what is expected.
  void value(const std::string& names, const std::string& type,
             std::function<Status(const std::string& text)> take, const std::string& help);

 private:
  CLI::App& app_;
  Words& words_;
  std::string heading_;
};

class CommandLine {
 public:
  enum class Outcome { parsed, help_wanted };

  CommandLine(const std::string& program, const std::string& description, const std::string& footer);
  ~CommandLine();

  OptionGroup group(const std::string& heading);
  /// The options of a subcommand: one of several words, of which at most one may stand on the line and then
  /// sets `given`. After parse() help() is the subcommand's.
  OptionGroup command(const std::string& name, const std::string& description, bool& given);

  /// ErrorCode::invalid_argument for what the options do not allow. "--generate man" and bash, zsh or fish,
  /// alone on the line and not in --help, want the manual page or a completion in place of the help.
  Result<Outcome> parse(int argc, const char* const* argv);
  [[nodiscard]] std::string help() const;

 private:
  std::unique_ptr<CLI::App> app_;
  OptionGroup::Words words_;
  std::string generated_;  ///< in place of the help
};

}  // namespace fcn::tools
