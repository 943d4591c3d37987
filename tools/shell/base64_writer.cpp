// SPDX-License-Identifier: MIT
#include "tools/shell/base64_writer.hpp"

#include <cstdint>
#include <string_view>

namespace fcn::tools {

Status Base64Writer::write(std::span<const std::byte> bytes) {
  constexpr std::size_t kPiece = 1u << 16;  // a system call each
  for (const std::byte byte : bytes) {
    group_[held_++] = byte;
    if (held_ < group_.size()) continue;
    encode_group();
    if (text_.size() < kPiece) continue;
    if (Status written = flush(); !written) return written;
  }
  return {};
}

Status Base64Writer::finish() {
  if (held_ > 0) encode_group();
  return flush();
}

void Base64Writer::encode_group() {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < 3; ++i)
    bits = bits << 8 | (i < held_ ? std::to_integer<std::uint32_t>(group_[i]) : 0);
  for (std::size_t i = 0; i < 4; ++i) text_ += i <= held_ ? kDigits[bits >> (18 - 6 * i) & 63] : '=';
  held_ = 0;
}

Status Base64Writer::flush() {
  Status written = file_.write(text_);
  text_.clear();
  return written;
}

}  // namespace fcn::tools
