// SPDX-License-Identifier: MIT
// Versions, codes and the error text of fcn.h.
#include "interfaces/c/boundary.hpp"

#include <cstdio>

namespace fcn::c {
namespace {

constexpr std::size_t kTextBytes = 1024;
thread_local char error_text[kTextBytes] = "";

fcn_code code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
      return FCN_INVALID_ARGUMENT;
    case ErrorCode::io:
      return FCN_IO;
    case ErrorCode::truncated:
      return FCN_TRUNCATED;
    case ErrorCode::malformed:
      return FCN_MALFORMED;
    case ErrorCode::unsupported:
      return FCN_UNSUPPORTED;
    case ErrorCode::limit_exceeded:
      return FCN_LIMIT_EXCEEDED;
    case ErrorCode::too_small:
      return FCN_TOO_SMALL;
    case ErrorCode::out_of_memory:
      return FCN_OUT_OF_MEMORY;
    case ErrorCode::mismatch:
      return FCN_MISMATCH;
    case ErrorCode::cancelled:
      return FCN_CANCELLED;
    case ErrorCode::busy:
      return FCN_BUSY;
  }
  return FCN_INTERNAL;
}

}  // namespace

fcn_code fail(fcn_code code, const char* function, const char* text) noexcept {
  std::snprintf(error_text, kTextBytes, "%s: %s", function, text);
  return code;
}

fcn_code fail(const char* function, const Error& error) {
  return fail(code_of(error.code), function, error.to_string().c_str());
}

}  // namespace fcn::c

extern "C" {

int fcn_version_number(void) {
  return 10000 * FCN_VERSION_MAJOR + 100 * FCN_VERSION_MINOR + FCN_VERSION_PATCH;
}

const char* fcn_version_text(void) {
  return FCN_VERSION;
}

const char* fcn_code_text(fcn_code code) {
  switch (code) {
    case FCN_OK:
      return "success";
    case FCN_INTERNAL:
      return "internal error";
    case FCN_INVALID_ARGUMENT:
      return "invalid argument";
    case FCN_IO:
      return "input/output";
    case FCN_TRUNCATED:
      return "truncated";
    case FCN_MALFORMED:
      return "malformed";
    case FCN_UNSUPPORTED:
      return "unsupported";
    case FCN_LIMIT_EXCEEDED:
      return "limit exceeded";
    case FCN_TOO_SMALL:
      return "too small";
    case FCN_OUT_OF_MEMORY:
      return "out of memory";
    case FCN_MISMATCH:
      return "mismatch";
    case FCN_CANCELLED:
      return "cancelled";
    case FCN_BUSY:
      return "busy";
    default:
      return "unknown";
  }
}

const char* fcn_error_text(void) {
  return fcn::c::error_text;
}

}  // extern "C"
