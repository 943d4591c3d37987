// SPDX-License-Identifier: MIT
// Follows a family's lines and builds its network: loops over stages and blocks as far as there are tensors,
// conditions on tensors, shapes and variables, and one line a layer.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/import/families/family_library.hpp"
#include "tools/import/families/layer_builder.hpp"

namespace fcn::tools {

class FamilyBuilder {
 public:
  FamilyBuilder(const FamilyLibrary& library, const Family& family, WeightSource& weights)
      : library_(library), family_(family), layers_(weights) {}

  /// Whether the family's needs are met.
  bool recognises();
  /// Errors go to the WeightSource.
  void build();

  /// Nothing if the family is strict and no member has these depths.
  [[nodiscard]] std::optional<std::string> name();
  [[nodiscard]] std::vector<std::string> notes();
  [[nodiscard]] Graph& graph() { return layers_.graph(); }

 private:
  /// Where names and variables of a line are looked up.
  struct Scope {
    std::string prefix;
    std::map<std::string, std::string> variables;
  };
  /// A line with its variables filled in.
  struct Call {
    std::string op;
    std::vector<std::string> words;
    std::map<std::string, std::string> options;
    std::string prefix;

    /// The tensors that a word names; those that begin with ^ from the family's root on.
    [[nodiscard]] std::string tensor(std::size_t word) const {
      return words.at(word).starts_with('^') ? words[word].substr(1) : prefix + words[word];
    }
    [[nodiscard]] int number(const std::string& option, int otherwise) const;
    [[nodiscard]] bool flag(std::string_view word) const;
  };

  void run(const std::vector<FamilyLine>& lines, Scope& scope);
  void run_line(const FamilyLine& line, Scope& scope);
  void each(const FamilyLine& line, Scope& scope);
  void use(const FamilyLine& line, const Scope& scope);
  void sequential(const Call& call);
  void layer(const Call& call);
  bool layer_with_tensors(const Call& call);
  bool layer_without_tensors(const Call& call);

  bool holds(const std::vector<std::string_view>& words, const Scope& scope);
  bool term_holds(std::string term, const Scope& scope);
  std::string value_of(const std::string& side, const Scope& scope);
  static std::string expand(std::string_view word, const Scope& scope);
  Call call_of(const FamilyLine& line, const Scope& scope) const;

  const FamilyLibrary& library_;
  const Family& family_;
  LayerBuilder layers_;
  std::string blocks_;  // counts of the loops marked so: "2,2,2,2"
  std::vector<std::string> notes_;
};

}  // namespace fcn::tools
