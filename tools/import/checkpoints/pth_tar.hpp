// SPDX-License-Identifier: MIT
// The oldest PyTorch checkpoints, of torch 0.1.1 to 0.1.10: a tar archive of three files. "storages" holds
// raw bytes, each run behind a pickle that names it; "tensors" says in binary which elements of which storage
// every tensor shows; "pickle" is the object, with tensors as persistent ids. As torch.load's legacy_load
// reads them. A tar library would copy each file out; tensors are read where they lie instead.
#pragma once

#include <string_view>

#include "fcn/base/byte_source.hpp"
#include "fcn/limits.hpp"
#include "fcn/result.hpp"
#include "tools/import/checkpoints/checkpoint.hpp"

namespace fcn::tools {

/// Whether the file begins with a tar header.
bool looks_like_tar(const ByteSource& source);

/// The tensors of such a file, placed in it; `key` as in choose_state_dict().
Result<CheckpointContent> read_pth_tar(const ByteSource& source, const Limits& limits, std::string_view key);

}  // namespace fcn::tools
