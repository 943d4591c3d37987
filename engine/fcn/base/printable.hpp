// SPDX-License-Identifier: MIT
// Makes text from a file safe to print: whatever a terminal would interpret, or could deceive a reader,
// becomes a visible escape. Every string that stems from a file passes through here before it is printed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fcn/config.hpp"

namespace fcn::inline FCN_ABI {

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t bytes = 0;  ///< 0 if the bytes are not UTF-8
};

/// The code point at the front of `text`, which must not be empty. Overlong forms and surrogates are not
/// UTF-8.
CodePoint decode_utf8(std::string_view text);

/// Whether all of `text` is UTF-8.
bool is_utf8(std::string_view text);

/// Whether a code point may be shown as it is: it is no control character, and does not hide or reorder text.
bool is_printable(std::uint32_t code);

/// `text` with each byte that is not UTF-8 or belongs to a code point that is not printable written as \xNN.
std::string printable(std::string_view text);

}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/base/printable_inl.hpp"
#endif
