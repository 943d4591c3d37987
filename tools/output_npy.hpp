// SPDX-License-Identifier: MIT
// A whole score map as a NumPy file.
#pragma once

#include "engine/result.hpp"
#include "engine/score_map.hpp"
#include "tools/atomic_file.hpp"

namespace fcn::tools {

/// Writes the map as .npy (format 1.0): little-endian float32, C order, classes x rows x cols. The caller
/// commits.
Status write_npy(AtomicFile& file, const ScoreMap& map);

}  // namespace fcn::tools
