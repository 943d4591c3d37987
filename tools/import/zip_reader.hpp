// SPDX-License-Identifier: MIT
// Members of a zip archive that stores them plainly, as torch.save writes it. The central directory is
// authoritative and must agree with the local headers; members may not overlap, be compressed or encrypted;
// their CRCs are verified when the archive is opened. Not here: what the members mean (pth_zip.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/byte_source.hpp"
#include "engine/limits.hpp"
#include "engine/result.hpp"

namespace fcn::tools {

struct ZipEntry {
  std::string name;
  std::uint64_t data_begin = 0;  ///< offset of its bytes in the file
  std::uint64_t bytes = 0;
};

/// Whether the file begins like a zip archive.
bool looks_like_zip(const ByteSource& source);

/// The members in the directory's order, all of them checked.
Result<std::vector<ZipEntry>> read_zip_directory(const ByteSource& source, const Limits& limits);

}  // namespace fcn::tools
