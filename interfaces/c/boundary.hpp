// SPDX-License-Identifier: MIT
// The boundary between C and C++: results as codes, the thread's error text, exceptions that stop here, and
// structs of callers that were compiled against another version. Not here: what the functions do.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>

#include "fcn/result.hpp"
#include "interfaces/c/fcn.h"

namespace fcn::c {

/// Keeps the text for fcn_error_text() and returns the code. Allocates nothing.
fcn_code fail(fcn_code code, const char* function, const char* text) noexcept;
/// The same of an Error.
fcn_code fail(const char* function, const Error& error);

/// Calls `body`, which returns a code, and turns an exception into one.
template <class Body>
fcn_code guarded(const char* function, const Body& body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return fail(FCN_OUT_OF_MEMORY, function, "out of memory");
  } catch (...) {
    return fail(FCN_INTERNAL, function, "an exception, which is a defect of the library; please report it");
  }
}

/// The size of a struct in version 0.1, the least that a caller can have. Once a member is added, this
/// becomes the offset of the first new one.
template <class Struct>
inline constexpr std::size_t kFirstSize = sizeof(Struct);
/// What no version will reach: a larger size is that of a struct without one.
inline constexpr std::size_t kMostSize = 4096;

/// Copies the caller's struct; members that the caller does not know are 0. False if its size is impossible,
/// or if it is of a later version and uses a member that is not known here.
template <class Struct>
bool read_sized(const Struct& given, Struct& known) {
  const std::size_t size = given.struct_size;
  if (size < kFirstSize<Struct> || size > kMostSize) return false;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(&given);
  for (std::size_t at = sizeof(Struct); at < size; ++at)
    if (bytes[at] != 0) return false;
  known = Struct{};
  std::memcpy(&known, &given, std::min(size, sizeof(Struct)));
  return true;
}

/// Writes what the caller's struct has room for; members that are not known here become 0. False if its size
/// is impossible.
template <class Struct>
bool write_sized(const Struct& known, Struct& given) {
  const std::size_t size = given.struct_size;
  if (size < kFirstSize<Struct> || size > kMostSize) return false;
  auto* const bytes = reinterpret_cast<unsigned char*>(&given);
  std::memset(bytes, 0, size);
  std::memcpy(bytes, &known, std::min(size, sizeof(Struct)));
  given.struct_size = size;
  return true;
}

/// What a caller with such a struct is told.
inline constexpr const char* kWrongSize =
    "struct_size is not the size of the struct, or a member that this version does not know is not 0";

}  // namespace fcn::c
