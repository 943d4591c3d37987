// SPDX-License-Identifier: MIT
// Members of a zip archive that stores them uncompressed, as torch.save writes it. The central directory is
// authoritative and must agree with the local headers; members may not overlap or be encrypted, and what is
// read of them may not be compressed. Not here: what the members mean (pth_zip.hpp,
// pt2/file/pt2_archive.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fcn/base/byte_source.hpp"
#include "fcn/limits.hpp"
#include "fcn/result.hpp"

namespace fcn::tools {

struct ZipEntry {
  std::string name;
  std::uint64_t data_begin = 0;  ///< offset of its bytes in the file
  std::uint64_t bytes = 0;
  std::uint16_t method = 0;  ///< how it is compressed; 0 is stored
  std::uint32_t crc = 0;     ///< of what it is when it is no longer compressed
};

/// Whether the file begins like a zip archive.
bool looks_like_zip(const ByteSource& source);

/// The members in the directory's order, with all that the directory says of them checked, but unread.
Result<std::vector<ZipEntry>> list_zip_members(const ByteSource& source, const Limits& limits);

/// Whether the member is stored and its CRC right.
Status check_zip_member(const ByteSource& source, const ZipEntry& entry);

/// list_zip_members(), and check_zip_member() of each.
Result<std::vector<ZipEntry>> read_zip_directory(const ByteSource& source, const Limits& limits);

}  // namespace fcn::tools
