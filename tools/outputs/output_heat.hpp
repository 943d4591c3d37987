// SPDX-License-Identifier: MIT
// The map of one class alone, as colours with a scale.
#pragma once

#include <cstdint>

#include "fcn/result.hpp"
#include "tools/outputs/picture_result.hpp"
#include "tools/shell/atomic_file.hpp"

namespace fcn::tools {

/// Writes a PNG into `file` (the caller commits). Grey where no cell looked.
Status write_heat(AtomicFile& file, const PictureResult& result);
/// Bytes that write_heat() holds at most beside the picture.
std::uint64_t heat_bytes(const OutputNeeds& needs);

}  // namespace fcn::tools
