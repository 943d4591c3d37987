// SPDX-License-Identifier: MIT
// Writes bytes to a file as base64 (RFC 4648, with padding, without line breaks) as they arrive.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>

#include "fcn/result.hpp"
#include "tools/shell/atomic_file.hpp"

namespace fcn::tools {

class Base64Writer {
 public:
  explicit Base64Writer(AtomicFile& file) : file_(file) {}

  Status write(std::span<const std::byte> bytes);
  /// The last one or two bytes, and what is still held back. Nothing may be written after it.
  Status finish();

 private:
  void encode_group();
  Status flush();

  AtomicFile& file_;
  std::array<std::byte, 3> group_{};
  std::size_t held_ = 0;  ///< bytes in group_
  std::string text_;
};

}  // namespace fcn::tools
