// SPDX-License-Identifier: MIT
// A bounds-checked cursor over bytes in memory: the only code that walks raw bytes. Reads are little-endian
// and by copy, so alignment never matters. Not here: files (byte_source.hpp) and what the bytes mean.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI {

class ByteReader {
 public:
  /// `base` is where these bytes begin in their file; offsets in messages count from there.
  explicit ByteReader(std::span<const std::byte> bytes, std::uint64_t base = 0)
      : bytes_(bytes), base_(base) {}

  /// Position in the file.
  [[nodiscard]] std::uint64_t offset() const { return base_ + position_; }
  [[nodiscard]] std::size_t remaining() const { return bytes_.size() - position_; }

  /// The next `count` bytes, in place.
  Result<std::span<const std::byte>> bytes(std::uint64_t count) {
    if (count > remaining()) return short_of(count);
    const auto taken = bytes_.subspan(position_, static_cast<std::size_t>(count));
    position_ += taken.size();
    return taken;
  }

  /// The next `count` bytes as characters, in place.
  Result<std::string_view> text(std::uint64_t count) {
    const auto taken = bytes(count);
    if (!taken) return taken.error();
    return std::string_view(reinterpret_cast<const char*>(taken->data()), taken->size());
  }

  /// The characters before the next newline, which is consumed too.
  Result<std::string_view> line() {
    for (std::size_t n = 0; n < remaining(); ++n) {
      if (bytes_[position_ + n] != std::byte{'\n'}) continue;
      auto found = text(n);
      ++position_;
      return found;
    }
    return Error{ErrorCode::truncated,
                 "a line that starts at offset " + std::to_string(offset()) + " has no end", ""};
  }

  /// The next little-endian integer.
  template <std::unsigned_integral T>
  Result<T> number() {
    const auto taken = bytes(sizeof(T));
    if (!taken) return taken.error();
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
      value |= std::to_integer<std::uint64_t>((*taken)[i]) << (8 * i);
    return static_cast<T>(value);
  }

  Status skip(std::uint64_t count) {
    const auto taken = bytes(count);
    return taken ? Status{} : Status{taken.error()};
  }

 private:
  [[nodiscard]] Error short_of(std::uint64_t count) const {
    return {ErrorCode::truncated,
            "needs " + std::to_string(count) + " bytes at offset " + std::to_string(offset()) + ", has " +
                std::to_string(remaining()),
            ""};
  }

  std::span<const std::byte> bytes_;
  std::uint64_t base_ = 0;
  std::size_t position_ = 0;
};

}  // namespace fcn::inline FCN_ABI
