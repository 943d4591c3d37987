// SPDX-License-Identifier: MIT
// PyTorch checkpoints before torch 1.6 (and _use_new_zipfile_serialization=False since): five pickles one
// after the other (magic number, protocol version, system, object, storage keys), then the storages' raw
// bytes.
#pragma once

#include <string_view>

#include "fcn/base/byte_source.hpp"
#include "fcn/limits.hpp"
#include "fcn/result.hpp"
#include "tools/import/checkpoints/checkpoint.hpp"

namespace fcn::tools {

/// Whether the file begins with a pickle of any kind.
bool looks_like_pickle(const ByteSource& source);

/// The tensors of such a file, placed in it; `key` as in choose_state_dict().
Result<CheckpointContent> read_pth_legacy(const ByteSource& source, const Limits& limits,
                                          std::string_view key);

}  // namespace fcn::tools
