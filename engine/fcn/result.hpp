// SPDX-License-Identifier: MIT
// Errors as values. Every fallible function of the library returns Result<T> (or Status for "nothing, or an
// Error"); none prints, throws or aborts, so the library works under -fno-exceptions.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "fcn/config.hpp"

namespace fcn::inline FCN_ABI {

/// What kind of thing went wrong. Tools map a code to an exit code; a caller may branch on it.
enum class ErrorCode {
  invalid_argument,  ///< the caller asked for something that has no meaning (a class that does not exist,
                     ///< stride 0)
  io,                ///< the operating system refused: open, read, write, rename
  truncated,         ///< the bytes end before the structure they announce
  malformed,         ///< the bytes contradict their format or themselves
  unsupported,       ///< well-formed, but outside what this library does
  limit_exceeded,    ///< a figure of Limits would be passed
  too_small,         ///< an image smaller than the model's window
  out_of_memory,     ///< the allocator refused
  mismatch,          ///< a check of results failed (self-test, checksum)
  cancelled,         ///< the caller asked a run to end (RunHooks::cancel)
  busy,              ///< another thread is running the same session
};

constexpr const char* to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
      return "invalid argument";
    case ErrorCode::io:
      return "input/output";
    case ErrorCode::truncated:
      return "truncated";
    case ErrorCode::malformed:
      return "malformed";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::limit_exceeded:
      return "limit exceeded";
    case ErrorCode::too_small:
      return "too small";
    case ErrorCode::out_of_memory:
      return "out of memory";
    case ErrorCode::mismatch:
      return "mismatch";
    case ErrorCode::cancelled:
      return "cancelled";
    case ErrorCode::busy:
      return "busy";
  }
  return "unknown";
}

/// One failure. `message` is one line for a person: what was expected, what was found, what to do.
/// `where` is the file, tensor, node or field it concerns, outermost first ("model.fcn: tensor
/// conv1.weight"); may be empty.
struct Error {
  ErrorCode code = ErrorCode::invalid_argument;  ///< what programs branch on
  std::string message;                           ///< for a person, one line
  std::string where;                             ///< what it concerns; may be empty

  /// The same error seen from one level further out: `where` gets `outer` in front.
  [[nodiscard]] Error at(const std::string& outer) const& {
    return {code, message, where.empty() ? outer : outer + ": " + where};
  }
  /// "where: message", the one line that tools print.
  [[nodiscard]] std::string to_string() const { return where.empty() ? message : where + ": " + message; }
};

/// A T, or the Error that kept it from being made. Test it like a pointer before looking inside.
template <class T>
class [[nodiscard]] Result {
 public:
  /// A value.
  Result(T value) : value_(std::move(value)) {}  // NOLINT(google-explicit-constructor)
  /// What kept it from being made.
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  /// Whether there is a value, and no error.
  explicit operator bool() const { return value_.has_value(); }
  /// The same.
  [[nodiscard]] bool has_value() const { return value_.has_value(); }

  /// The value, which must be there, as through -> below.
  T& operator*() & {
    FCN_ASSERT(value_);
    return *value_;
  }
  /// The same, to be read.
  const T& operator*() const& {
    FCN_ASSERT(value_);
    return *value_;
  }
  /// The same, to be moved from.
  T&& operator*() && {
    FCN_ASSERT(value_);
    return std::move(*value_);
  }
  /// A member of the value.
  T* operator->() {
    FCN_ASSERT(value_);
    return &*value_;
  }
  /// The same, to be read.
  const T* operator->() const {
    FCN_ASSERT(value_);
    return &*value_;
  }

  /// The error; only if there is no value.
  [[nodiscard]] const Error& error() const& {
    FCN_ASSERT(!value_);
    return error_;
  }
  /// The same, to be moved from.
  [[nodiscard]] Error&& error() && {
    FCN_ASSERT(!value_);
    return std::move(error_);
  }

 private:
  std::optional<T> value_;
  Error error_;
};

/// Success, or an Error. Converts to true on success.
class [[nodiscard]] Status {
 public:
  Status() = default;
  /// What went wrong.
  Status(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  /// Whether there is no error.
  explicit operator bool() const { return !error_.has_value(); }
  /// The error, which must be there.
  [[nodiscard]] const Error& error() const {
    FCN_ASSERT(error_);
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

}  // namespace fcn::inline FCN_ABI
