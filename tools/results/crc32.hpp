// SPDX-License-Identifier: MIT
// The CRC-32 of zlib, gzip and PNG: the checksum of a line of results, and the hash that divides pictures
// among workers. Python's zlib.crc32() computes the same.
#pragma once

#include <cstdint>
#include <string_view>

namespace fcn::tools {

std::uint32_t crc32_of(std::string_view bytes);

}  // namespace fcn::tools
