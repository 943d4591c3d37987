// SPDX-License-Identifier: MIT
// Shared by the parts of the zip reader: signatures, fixed-layout fields, and where the central directory
// is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "fcn/base/byte_reader.hpp"
#include "fcn/base/byte_source.hpp"
#include "fcn/result.hpp"

namespace fcn::tools {

/// A 32-bit field of a zip record whose value is in a 64-bit one.
inline constexpr std::uint32_t kZipIn64 = 0xffff'ffff;

inline Error zip_error(std::string message, ErrorCode code = ErrorCode::malformed) {
  return {code, std::move(message), "zip archive"};
}

/// Fields of fixed layout, one after the other; after a short read everything is zero and ok() false.
class ZipFields {
 public:
  explicit ZipFields(std::span<const std::byte> bytes) : reader_(bytes) {}
  std::uint16_t u16() { return take<std::uint16_t>(); }
  std::uint32_t u32() { return take<std::uint32_t>(); }
  std::uint64_t u64() { return take<std::uint64_t>(); }
  std::string text(std::size_t count) {
    const auto found = reader_.text(count);
    ok_ = ok_ && found;
    return ok_ ? std::string(*found) : std::string();
  }
  void skip(std::uint64_t count) { ok_ = ok_ && reader_.skip(count); }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t remaining() const { return reader_.remaining(); }

 private:
  template <class T>
  T take() {
    const auto value = reader_.number<T>();
    ok_ = ok_ && value;
    return ok_ ? *value : T{0};
  }
  ByteReader reader_;
  bool ok_ = true;
};

struct ZipDirectory {
  std::uint64_t begin = 0;
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;
};

/// Finds the central directory from the end of the file: the end record stands last but for a comment, whose
/// length must reach the end of the file exactly.
Result<ZipDirectory> find_zip_directory(const ByteSource& source);

}  // namespace fcn::tools
