// SPDX-License-Identifier: MIT
// PyTorch checkpoints since torch 1.6: a zip archive with <root>/data.pkl, <root>/data/<key> for each storage
// and perhaps <root>/byteorder.
#pragma once

#include <string_view>

#include "fcn/base/byte_source.hpp"
#include "fcn/limits.hpp"
#include "fcn/result.hpp"
#include "tools/import/checkpoints/checkpoint.hpp"

namespace fcn::tools {

/// The tensors of such a file, placed in it; `key` as in choose_state_dict().
Result<CheckpointContent> read_pth_zip(const ByteSource& source, const Limits& limits, std::string_view key);

}  // namespace fcn::tools
