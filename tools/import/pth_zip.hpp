// SPDX-License-Identifier: MIT
// PyTorch checkpoints since torch 1.6: a zip archive with <root>/data.pkl, <root>/data/<key> for each storage
// and perhaps <root>/byteorder.
#pragma once

#include <vector>

#include "engine/byte_source.hpp"
#include "engine/limits.hpp"
#include "engine/result.hpp"
#include "tools/import/checkpoint.hpp"

namespace fcn::tools {

/// The tensors of such a file, placed in it.
Result<std::vector<CheckpointTensor>> read_pth_zip(const ByteSource& source, const Limits& limits);

}  // namespace fcn::tools
