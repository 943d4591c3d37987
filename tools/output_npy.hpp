// SPDX-License-Identifier: MIT
// A whole score map as a NumPy file.
#pragma once

#include "engine/result.hpp"
#include "tools/atomic_file.hpp"
#include "tools/picture_result.hpp"

namespace fcn::tools {

/// Writes the map as .npy (format 1.0): little-endian float32, C order, classes x rows x cols. The caller
/// commits.
Status write_npy(AtomicFile& file, const PictureResult& result);

}  // namespace fcn::tools
