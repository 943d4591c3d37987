// SPDX-License-Identifier: MIT
// Writes JSON by appending: compact text, members in the order in which they are added, always well formed.
// Not here: reading JSON (fcn/file/json.hpp) and which members there are (report/).
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace fcn::tools {

/// The text of a number; null for those that JSON cannot represent (NaN, infinities).
class JsonNumber {
 public:
  /// The shortest decimal that reads back as this float: 0.9, where its exact value is 0.89999997615814209.
  JsonNumber(float value);
  JsonNumber(double value);
  template <std::integral Integer>
  requires(!std::same_as<Integer, bool>) JsonNumber(Integer value) {
    if constexpr (std::is_signed_v<Integer>)
      set_integer(static_cast<std::int64_t>(value));
    else
      set_integer(static_cast<std::uint64_t>(value));
  }

  [[nodiscard]] std::string_view text() const { return {text_.data(), size_}; }

 private:
  void set_integer(std::int64_t value);
  void set_integer(std::uint64_t value);
  void set_double(double value);
  void append(std::string_view text);

  std::array<char, 31> text_;  // a double takes 24 at most
  std::uint8_t size_ = 0;
};

/// Usage:
///   JsonWriter json;
///   json.object([&] {
///     json.member("name", "Bag");
///     json.member("box", {x, y, width, height});
///     json.array("parts", [&] { for (const Part& part : parts) json.add(part.id); });
///   });
///   return json.take();
class JsonWriter {
 public:
  /// With room for a text of so many bytes.
  explicit JsonWriter(std::size_t bytes = 0) { text_.reserve(bytes); }

  /// A value of an array, or the whole text: a string, a number, true or false, null (nullptr). Bytes of a
  /// string that are not UTF-8 become the replacement character.
  template <class Value>
  void add(const Value& value) {
    separate();
    if constexpr (std::is_same_v<Value, bool>)
      text_ += value ? "true" : "false";
    else if constexpr (std::is_same_v<Value, std::nullptr_t>)
      text_ += "null";
    else if constexpr (std::is_convertible_v<const Value&, std::string_view>)
      append_string(value);
    else
      text_ += JsonNumber(value).text();
  }
  /// An array of numbers.
  void add(std::initializer_list<JsonNumber> numbers);
  /// An object or an array, filled by the function given.
  template <std::invocable Members>
  void object(const Members& members) {
    open('{');
    members();
    text_ += '}';
  }
  template <std::invocable Elements>
  void array(const Elements& elements) {
    open('[');
    elements();
    text_ += ']';
  }

  /// The same as members of the object that is being filled.
  template <class Value>
  void member(std::string_view name, const Value& value) {
    key(name);
    add(value);
  }
  void member(std::string_view name, std::initializer_list<JsonNumber> numbers) {
    key(name);
    add(numbers);
  }
  template <std::invocable Members>
  void object(std::string_view name, const Members& members) {
    key(name);
    object(members);
  }
  template <std::invocable Elements>
  void array(std::string_view name, const Elements& elements) {
    key(name);
    array(elements);
  }

  /// The text so far; the writer is empty afterwards.
  [[nodiscard]] std::string take() { return std::exchange(text_, {}); }

 private:
  /// Adds the comma before all but the first value of an object or array.
  void separate();
  void open(char bracket);
  void key(std::string_view name);
  void append_string(std::string_view string);

  std::string text_;
};

/// One value on its own.
template <class Value>
std::string json_text(const Value& value) {
  JsonWriter json;
  json.add(value);
  return json.take();
}

}  // namespace fcn::tools
