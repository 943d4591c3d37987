// SPDX-License-Identifier: MIT
#include "tools/import/labels/literal.hpp"

#include <charconv>
#include <cmath>
#include <cstddef>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "fcn/base/printable.hpp"
#include "tools/import/labels/label_text.hpp"
#include "tools/import/labels/quoted_text.hpp"

namespace fcn::tools {
namespace {

constexpr std::size_t kMostValues = std::size_t{1} << 20;

/// Each function gives false after an Error, which is kept.
class Reader {
 public:
  Reader(std::string_view text, const Limits& limits) : text_(text), limits_(limits) {}

  Result<Literal> run() {
    Literal value;
    if (!read(value, 0)) return *error_;
    skip_blanks();
    if (at_ < text_.size()) return error_at_line(line_, "there is more behind the end of the value");
    return value;
  }

 private:
  bool fail(const std::string& message) {
    if (!error_) error_ = error_at_line(line_, message);
    return false;
  }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip_blanks() {
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\n')
        ++line_;
      else if (text_[at_] != ' ' && text_[at_] != '\t' && text_[at_] != '\r')
        return;
    }
  }

  bool read(Literal& value, std::uint32_t depth) {
    skip_blanks();
    if (++values_ > kMostValues) return fail("more than " + std::to_string(kMostValues) + " values");
    if (depth > limits_.max_json_depth)
      return fail("nested deeper than " + std::to_string(limits_.max_json_depth));
    value.line = line_;
    switch (peek()) {
      case '{':
        return read_container(value, '}', depth);
      case '[':
        return read_container(value, ']', depth);
      case '(':
        return read_container(value, ')', depth);
      case '"':
      case '\'':
        value.kind = Literal::Kind::text;
        return read_text(value.text);
      default:
        return read_word(value);
    }
  }

  bool read_text(std::string& text) {
    std::size_t length = 0;
    auto read = unquote(text_.substr(at_), length);
    if (!read) return fail(read.error().message);
    at_ += length;
    text = *std::move(read);
    return true;
  }

  bool read_container(Literal& value, char close, std::uint32_t depth) {
    value.kind = close == '}' ? Literal::Kind::dictionary : Literal::Kind::list;
    std::set<std::string> seen;
    ++at_;
    for (;;) {
      skip_blanks();
      if (peek() == close && at_ < text_.size()) return ++at_, true;
      if (close == '}' && !read_key(value, seen, depth)) return false;
      value.items.emplace_back();
      if (!read(value.items.back(), depth + 1)) return false;
      skip_blanks();
      if (peek() == ',')
        ++at_;
      else if (peek() != close)
        return fail(std::string("expected a comma or ") + close + found());
    }
  }

  bool read_key(Literal& value, std::set<std::string>& seen, std::uint32_t depth) {
    Literal key;
    if (!read(key, depth + 1)) return false;
    if (key.kind != Literal::Kind::text && key.kind != Literal::Kind::integer)
      return fail("a key must be a text or a whole number");
    const std::string name = key.kind == Literal::Kind::text ? "\"" + key.text : std::to_string(key.integer);
    if (!seen.insert(name).second)
      return fail("the key " + (key.kind == Literal::Kind::text ? "\"" + key.text + "\"" : name) +
                  " stands there a second time");
    value.keys.push_back(std::move(key));
    skip_blanks();
    if (peek() != ':') return fail("expected a colon behind a key" + found());
    ++at_;
    return true;
  }

  bool read_word(Literal& value) {
    const std::size_t end = std::min(text_.find_first_of(" \t\n\r,:]})[{(\"'", at_), text_.size());
    const std::string_view word = text_.substr(at_, end - at_);
    if (word.empty()) return fail("expected a value" + found());
    if (word == "null" || word == "None") {
      value.kind = Literal::Kind::none;
    } else if (word == "true" || word == "True" || word == "false" || word == "False") {
      value.kind = Literal::Kind::boolean;
      value.text = word.front() == 't' || word.front() == 'T' ? "true" : "false";
    } else if (!read_number(word, value)) {
      return fail("expected a value" + found());
    }
    at_ = end;
    return true;
  }

  static bool read_number(std::string_view word, Literal& value) {
    const char* const end = word.data() + word.size();
    const auto whole = std::from_chars(word.data(), end, value.integer);
    if (whole.ec == std::errc() && whole.ptr == end) {
      value.kind = Literal::Kind::integer;
      value.real = static_cast<double>(value.integer);
      return true;
    }
    const auto real = std::from_chars(word.data(), end, value.real);
    value.kind = Literal::Kind::real;
    return real.ec == std::errc() && real.ptr == end && std::isfinite(value.real);
  }

  /// ", found ..." for messages.
  [[nodiscard]] std::string found() const {
    if (at_ >= text_.size()) return ", found the end of the text";
    constexpr std::size_t shown = 20;
    const std::string_view rest = text_.substr(at_, shown);
    return ", found \"" + printable(rest.substr(0, rest.find('\n'))) + "\"";
  }

  std::string_view text_;
  const Limits& limits_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::size_t values_ = 0;
  std::optional<Error> error_;
};

}  // namespace

const Literal* Literal::find(std::string_view key) const {
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (keys[i].kind == Kind::text && keys[i].text == key) return &items[i];
  return nullptr;
}

Result<Literal> parse_literal(std::string_view text, const Limits& limits) {
  return Reader(text, limits).run();
}

}  // namespace fcn::tools
