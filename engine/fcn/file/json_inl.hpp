// SPDX-License-Identifier: MIT
// Definitions of json.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <charconv>
#include <cstdint>
#include <system_error>

#include "fcn/file/json.hpp"

namespace fcn::inline FCN_ABI {

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

  JsonDocument root;
  [[nodiscard]] const Error& error() const { return error_; }

 private:
  bool refuse(std::string message, ErrorCode code = ErrorCode::malformed) {
    error_ = {code, std::move(message), ""};
    return false;
  }

  /// Puts a value where the text has it: the root, the member just named, or the end of the open array.
  Json* place(Json value) {
    if (open_.empty()) {
      root = std::move(value);
      return &root;
    }
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

FCN_INLINE void JsonDocument::empty(Json& value) {
  if (!value.is_structured() || value.empty()) return;
  for (Json& inner : value) empty(inner);
  value.clear();
}

FCN_INLINE Result<JsonDocument> parse_json(std::string_view text, const Limits& limits) {
  // nlohmann's lexer takes a NUL for the end of the text and would not look at what follows.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
    return Error{ErrorCode::malformed, "not valid JSON at byte " + std::to_string(nul + 1), ""};
  detail::JsonBuilder builder(limits);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) return builder.error();
  return std::move(builder.root);
}

FCN_INLINE double json_number(float value) {
  char text[32];
  const auto [end, status] = std::to_chars(text, text + sizeof text, value);
  if (status != std::errc{}) return value;
  // Not std::from_chars, which LLVM's library lacks for double. A whole number is the double already.
  const auto parsed = parse_json({text, end});
  const double shortest =
      parsed && parsed->is_number_float() ? parsed->get<double>() : static_cast<double>(value);
  return static_cast<float>(shortest) == value ? shortest : static_cast<double>(value);
}

}  // namespace fcn::inline FCN_ABI
