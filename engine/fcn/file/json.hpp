// SPDX-License-Identifier: MIT
// Strict JSON in and out, without exceptions: the one place that includes nlohmann-json. Parsing limits depth
// and size and refuses duplicate keys, because two readers of one file must never see different things.
// JsonView and JsonFields read typed values and name the field in every Error. Writing never emits a bare
// NaN.
#pragma once

#include <cstddef>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fcn/limits.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI {

using Json = nlohmann::json;                 ///< what parse_json() gives: members sorted by key
using OrderedJson = nlohmann::ordered_json;  ///< for writing: members in the order they were added

/// A parsed text. Json's own destructor allocates for each container that is not empty, which ends a program
/// that has no memory left; this one empties them first, the innermost before the others.
class JsonDocument : public Json {
 public:
  JsonDocument() = default;
  JsonDocument(JsonDocument&&) noexcept = default;
  JsonDocument& operator=(JsonDocument&&) = delete;
  using Json::operator=;
  ~JsonDocument() { empty(*this); }

  /// A copy as plain Json. (Without this Json takes a document for a range, and makes an array of it.)
  friend void to_json(Json& copy, const JsonDocument& document) { copy = static_cast<const Json&>(document); }

 private:
  static void empty(Json& value);  // calls itself for what the value holds; max_json_depth is the limit
};

/// Parses one JSON text. Comments, trailing bytes, duplicate keys and invalid UTF-8 are errors.
Result<JsonDocument> parse_json(std::string_view text, const Limits& limits = {});

/// Compact text. Numbers that JSON cannot hold become null, invalid UTF-8 the replacement character.
template <class AnyJson>
std::string dump_json(const AnyJson& value, int indent = -1) {
  return value.dump(indent, ' ', false, AnyJson::error_handler_t::replace);
}

/// A float as the double whose shortest text is the float's own shortest text (0.485, not
/// 0.48500001430511475), provided that it narrows back to the same float.
double json_number(float value);

/// A value and the path that led to it ("graph.nodes[3].kernel"). Borrows the Json.
class JsonView {
 public:
  JsonView(const Json& value, std::string path) : value_(&value), path_(std::move(path)) {}

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const Json& value() const { return *value_; }
  [[nodiscard]] bool is_null() const { return value_->is_null(); }

  [[nodiscard]] Error error(std::string message) const {
    return {ErrorCode::malformed, std::move(message), path_.empty() ? "" : "field " + path_};
  }
  [[nodiscard]] Error expected(const std::string& what) const {
    return error("expected " + what + ", found " + describe());
  }

  [[nodiscard]] Result<std::string> string() const {
    if (!value_->is_string()) return expected("a string");
    return *value_->get_ptr<const Json::string_t*>();
  }
  [[nodiscard]] Result<bool> boolean() const {
    if (!value_->is_boolean()) return expected("true or false");
    return *value_->get_ptr<const Json::boolean_t*>();
  }
  /// An integer within [low, high]; 1.0 is not one.
  [[nodiscard]] Result<std::int64_t> integer(std::int64_t low, std::int64_t high) const {
    const std::string range = "an integer from " + std::to_string(low) + " to " + std::to_string(high);
    if (!value_->is_number_integer()) return expected(range);
    // Unsigned beyond int64 would wrap in a plain get<>().
    if (const auto* large = value_->get_ptr<const Json::number_unsigned_t*>())
      if (*large > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return expected(range);
    const auto number = value_->get<std::int64_t>();
    if (number < low || number > high) return expected(range);
    return number;
  }
  [[nodiscard]] Result<std::uint64_t> unsigned_integer() const {
    if (!value_->is_number_unsigned()) return expected("a non-negative integer");
    return *value_->get_ptr<const Json::number_unsigned_t*>();
  }
  /// A number that a double holds; finite by construction.
  [[nodiscard]] Result<double> number() const {
    if (!value_->is_number()) return expected("a number");
    return value_->get<double>();
  }
  /// The elements of an array of at most `max_count`.
  [[nodiscard]] Result<std::vector<JsonView>> elements(std::size_t max_count) const {
    if (!value_->is_array()) return expected("an array");
    if (value_->size() > max_count)
      return error("has " + std::to_string(value_->size()) + " elements, expected at most " +
                   std::to_string(max_count));
    std::vector<JsonView> views;
    views.reserve(value_->size());
    for (const Json& element : *value_)
      views.emplace_back(element, path_ + "[" + std::to_string(views.size()) + "]");
    return views;
  }

 private:
  /// The value itself if it is short, or its kind.
  [[nodiscard]] std::string describe() const {
    constexpr std::size_t longest = 40;
    if (value_->is_object()) return "an object";
    if (value_->is_array()) return "an array of " + std::to_string(value_->size());
    if (const auto* text = value_->get_ptr<const Json::string_t*>();
        text != nullptr && text->size() > longest)
      return "a string of " + std::to_string(text->size()) + " bytes";
    return dump_json(*value_);
  }

  const Json* value_;
  std::string path_;
};

}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/file/json_inl.hpp"
#endif
