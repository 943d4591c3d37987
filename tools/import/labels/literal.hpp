// SPDX-License-Identifier: MIT
// One value as JSON or Python writes it: lists, tuples, dictionaries, texts, numbers, each with its line.
// Data only; nothing is evaluated. Not here: strict JSON of the project's own files (fcn/file/json.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fcn/limits.hpp"
#include "fcn/result.hpp"

namespace fcn::tools {

struct Literal {
  enum class Kind { none, boolean, integer, real, text, list, dictionary };

  Kind kind = Kind::none;
  int line = 0;
  std::string text;  ///< of a text; of a boolean "true" or "false"
  std::int64_t integer = 0;
  double real = 0;             ///< of both kinds of number
  std::vector<Literal> keys;   ///< of a dictionary, each the key of the item at its place
  std::vector<Literal> items;  ///< of a list or dictionary, in the order of the text

  /// The item of that key in a dictionary; null if there is none.
  [[nodiscard]] const Literal* find(std::string_view key) const;
  [[nodiscard]] bool is_number() const { return kind == Kind::integer || kind == Kind::real; }
};

/// The one value that `text` is. Python's quotes, tuples, trailing commas and None are read as well as JSON;
/// duplicate keys, deep nesting and anything behind the value are Errors with a line.
Result<Literal> parse_literal(std::string_view text, const Limits& limits = {});

}  // namespace fcn::tools
