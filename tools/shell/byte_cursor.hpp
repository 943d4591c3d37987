// SPDX-License-Identifier: MIT
// The picture readers' only access to raw bytes. A read past the end gives zeros and is remembered,
// so that a reader may check once after a group of fields instead of after each.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace fcn::tools {

class ByteCursor {
 public:
  explicit ByteCursor(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }  ///< nothing was read past the end so far
  [[nodiscard]] std::size_t position() const { return at_; }
  [[nodiscard]] std::size_t remaining() const { return bytes_.size() - at_; }

  /// Moves to an absolute position. Past the end is an error like any other.
  void seek(std::size_t position) {
    ok_ = ok_ && position <= bytes_.size();
    at_ = std::min(position, bytes_.size());
  }

  /// The next `count` bytes; empty if there are fewer.
  std::span<const std::uint8_t> take(std::size_t count) {
    if (count > remaining()) {
      ok_ = false;
      at_ = bytes_.size();
      return {};
    }
    at_ += count;
    return bytes_.subspan(at_ - count, count);
  }
  void skip(std::size_t count) { static_cast<void>(take(count)); }

  std::uint8_t u8() {
    const auto one = take(1);
    return one.empty() ? std::uint8_t{0} : one[0];
  }
  std::uint16_t be16() { return static_cast<std::uint16_t>(big_endian(2)); }
  std::uint32_t be32() { return big_endian(4); }
  std::uint16_t le16() { return static_cast<std::uint16_t>(little_endian(2)); }
  std::uint32_t le32() { return little_endian(4); }

 private:
  std::uint32_t big_endian(std::size_t count) {
    std::uint32_t value = 0;
    for (const std::uint8_t byte : take(count)) value = (value << 8) | byte;
    return value;
  }
  std::uint32_t little_endian(std::size_t count) {
    std::uint32_t value = 0;
    unsigned shift = 0;
    for (const std::uint8_t byte : take(count)) {
      value |= std::uint32_t{byte} << shift;
      shift += 8;
    }
    return value;
  }

  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace fcn::tools
