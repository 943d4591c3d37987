// SPDX-License-Identifier: MIT
// Reads the members of one JSON object, each exactly once, keeping the first Error: decoders list their
// fields and check at the end. A member that is never read is an Error too, because it may change what the
// rest means.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fcn/file/json.hpp"

namespace fcn::inline FCN_ABI {

/// The float nearest to a number; nothing if that is infinite. The largest float's shortest
/// text, 3.4028235e38, lies beyond it as a double.
inline std::optional<float> nearest_float(double value) {
  constexpr double kMost = std::numeric_limits<float>::max();
  constexpr double kBeyond = 0x1.ffffffp127;  // half a unit in the last place more
  if (!(std::abs(value) < kBeyond)) return std::nullopt;
  return static_cast<float>(std::clamp(value, -kMost, kMost));
}

class JsonFields {
 public:
  explicit JsonFields(JsonView object) : object_(std::move(object)) {
    if (!object_.value().is_object()) fail(object_.expected("an object"));
  }

  /// Member `key`; a view of null, and an Error kept, if there is none.
  JsonView member(const char* key) {
    if (auto found = optional_member(key)) return *found;
    static const Json null;
    JsonView missing(null, path_of(key));
    fail(missing.error("is missing"));
    return missing;
  }

  std::optional<JsonView> optional_member(const char* key) {
    if (!object_.value().is_object()) return std::nullopt;
    const auto found = object_.value().find(key);
    if (found == object_.value().end()) return std::nullopt;
    ++read_;
    return JsonView(*found, path_of(key));
  }

  // Typed members. After an Error they give empty values, and finish() reports the first.
  std::string string(const char* key) { return keep(member(key).string()); }
  bool boolean(const char* key) { return keep(member(key).boolean()); }
  double number(const char* key) { return keep(member(key).number()); }
  std::uint64_t unsigned_integer(const char* key) { return keep(member(key).unsigned_integer()); }
  int integer(const char* key, int low, int high = std::numeric_limits<int>::max()) {
    return static_cast<int>(keep(member(key).integer(low, high)));
  }
  std::vector<JsonView> elements(const char* key, std::size_t max_count) {
    return keep(member(key).elements(max_count));
  }
  std::vector<std::string> strings(const char* key, std::size_t max_count) {
    std::vector<std::string> values;
    for (const JsonView& element : elements(key, max_count)) values.push_back(keep(element.string()));
    return values;
  }
  std::vector<int> integers(const char* key, std::size_t max_count, int low, int high) {
    std::vector<int> values;
    for (const JsonView& element : elements(key, max_count))
      values.push_back(static_cast<int>(keep(element.integer(low, high))));
    return values;
  }
  /// Numbers, each finite as a float.
  std::vector<float> floats(const char* key, std::size_t max_count) {
    std::vector<float> values;
    for (const JsonView& element : elements(key, max_count)) {
      const auto value = nearest_float(keep(element.number()));
      if (!value) fail(element.error("is beyond a float"));
      values.push_back(value.value_or(0.0f));
    }
    return values;
  }

  /// Records an Error that a decoder found itself; the first one stays.
  void fail(Error error) {
    if (!error_) error_ = std::move(error);
  }
  /// Unwraps a Result, keeping its Error.
  template <class T>
  T keep(Result<T> result) {
    if (result) return *std::move(result);
    fail(result.error());
    return T{};
  }

  /// The first Error so far.
  [[nodiscard]] Status status() const { return error_ ? Status(*error_) : Status(); }

  /// The first Error of all reads; or, if every one went well, of a member that was never read.
  [[nodiscard]] Status finish() const {
    if (error_) return status();
    if (read_ != object_.value().size())
      return object_.error("has " + std::to_string(object_.value().size()) + " members, " +
                           std::to_string(read_) + " are known: was it written by a newer version?");
    return {};
  }

 private:
  [[nodiscard]] std::string path_of(const char* key) const {
    return object_.path().empty() ? key : object_.path() + "." + key;
  }

  JsonView object_;
  std::size_t read_ = 0;
  std::optional<Error> error_;
};

}  // namespace fcn::inline FCN_ABI
