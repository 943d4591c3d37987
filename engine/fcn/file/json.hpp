// SPDX-License-Identifier: MIT
// Strict JSON in and out, without exceptions: the one place that includes nlohmann-json. Parsing limits depth
// and size and refuses duplicate keys, for two readers of one file must never see different things. JsonView
// and JsonFields read typed values and name the field in every Error. Writing never emits a bare NaN.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "fcn/limits.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI {

using Json = nlohmann::json;                 ///< what parse_json() gives: members sorted by key
using OrderedJson = nlohmann::ordered_json;  ///< for writing: members in the order they were added

namespace detail {

/// Values of one text. A model's header needs 14 a tensor at most (name, type, 8 dimensions, 2 offsets, 3
/// containers), so this covers Limits::max_tensors; it keeps "[[],[],..." from costing 20 times its size.
inline constexpr std::size_t kMaxJsonValues = std::size_t{1} << 20;

/// Receives nlohmann's parse events and builds a Json; a false return stops the parser.
class JsonBuilder {
 public:
  explicit JsonBuilder(const Limits& limits) : limits_(limits) {}

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(std::int64_t value) { return add(value); }
  bool number_unsigned(std::uint64_t value) { return add(value); }
  bool number_float(double value, const std::string&) { return add(value); }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(Json::binary_t&) { return refuse("binary values are not JSON"); }
  bool start_object(std::size_t) { return open(Json::object()); }
  bool start_array(std::size_t) { return open(Json::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    Json& object = *open_.back();
    if (object.contains(name)) return refuse("duplicate key \"" + name + "\"");
    member_ = &object[name];
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) {
    error_ = {ErrorCode::malformed, "not valid JSON at byte " + std::to_string(position), ""};
    return false;
  }

  Json root;
  [[nodiscard]] const Error& error() const { return error_; }

 private:
  bool refuse(std::string message, ErrorCode code = ErrorCode::malformed) {
    error_ = {code, std::move(message), ""};
    return false;
  }

  /// Puts a value where the text has it: the root, the member just named, or the end of the open array.
  Json* place(Json value) {
    if (open_.empty()) return &(root = std::move(value));
    if (open_.back()->is_object()) return &(*member_ = std::move(value));
    open_.back()->push_back(std::move(value));
    return &open_.back()->back();
  }
  bool add(Json value) {
    if (++values_ > kMaxJsonValues)
      return refuse("more than " + std::to_string(kMaxJsonValues) + " JSON values",
                    ErrorCode::limit_exceeded);
    place(std::move(value));
    return true;
  }
  bool open(Json container) {
    if (open_.size() >= limits_.max_json_depth)
      return refuse("JSON nested deeper than " + std::to_string(limits_.max_json_depth),
                    ErrorCode::limit_exceeded);
    if (++values_ > kMaxJsonValues)
      return refuse("more than " + std::to_string(kMaxJsonValues) + " JSON values",
                    ErrorCode::limit_exceeded);
    open_.push_back(place(std::move(container)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  const Limits& limits_;
  Error error_{ErrorCode::malformed, "not valid JSON", ""};
  std::vector<Json*> open_;  ///< containers not closed yet, outermost first
  Json* member_ = nullptr;   ///< where the value of the last key goes
  std::size_t values_ = 0;
};

}  // namespace detail

/// Parses one JSON text. Comments, trailing bytes, duplicate keys and invalid UTF-8 are errors.
inline Result<Json> parse_json(std::string_view text, const Limits& limits = {}) {
  // nlohmann's lexer takes a NUL for the end of the text and would not look at what follows.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
    return Error{ErrorCode::malformed, "not valid JSON at byte " + std::to_string(nul + 1), ""};
  detail::JsonBuilder builder(limits);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) return builder.error();
  return std::move(builder.root);
}

/// Compact text. Numbers that JSON cannot hold become null, invalid UTF-8 the replacement character.
template <class AnyJson>
std::string dump_json(const AnyJson& value, int indent = -1) {
  return value.dump(indent, ' ', false, AnyJson::error_handler_t::replace);
}

/// A float as the double whose shortest text is the float's own shortest text (0.485, not
/// 0.48500001430511475), provided that it narrows back to the same float.
inline double json_number(float value) {
  char text[32];
  const auto [end, status] = std::to_chars(text, text + sizeof text, value);
  double shortest = value;
  if (status == std::errc{}) std::from_chars(text, end, shortest);
  return static_cast<float>(shortest) == value ? shortest : static_cast<double>(value);
}

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
      return error("has " + std::to_string(value_->size()) + " elements, the most is " +
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
