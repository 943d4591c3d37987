// SPDX-License-Identifier: MIT
// Families of networks as text: the tensors that identify a family, and its layers in order, one a line, with
// what names and shapes do not tell (strides, activations, epsilons). docs/families.md is the guide. Here the
// text becomes lines. Not here: what they mean (family_builder.hpp).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fcn/result.hpp"

namespace fcn::tools {

/// One line: words, options (word=value) and the lines indented below it. Views into the text.
struct FamilyLine {
  std::string_view op;
  std::vector<std::string_view> words;
  std::vector<std::pair<std::string_view, std::string_view>> options;
  std::vector<FamilyLine> body;
  int number = 0;

  [[nodiscard]] std::string_view option(std::string_view name) const;
};

/// Lines by indentation; # begins a comment. `text` must outlive the result.
Result<std::vector<FamilyLine>> parse_family_text(std::string_view text);

}  // namespace fcn::tools
