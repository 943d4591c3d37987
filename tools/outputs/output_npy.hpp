// SPDX-License-Identifier: MIT
// A whole score map as a NumPy file.
#pragma once

#include "fcn/result.hpp"
#include "tools/outputs/picture_result.hpp"
#include "tools/shell/atomic_file.hpp"

namespace fcn::tools {

/// Writes the map as .npy (format 1.0): little-endian float32, C order, classes x rows x cols. The caller
/// commits.
Status write_npy(AtomicFile& file, const PictureResult& result);

}  // namespace fcn::tools
