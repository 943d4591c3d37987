// SPDX-License-Identifier: MIT
// Which class wins where: every cell of the map as a patch of its winner's colour over the picture.
#pragma once

#include <cstdint>

#include "fcn/result.hpp"
#include "tools/outputs/picture_result.hpp"
#include "tools/shell/atomic_file.hpp"

namespace fcn::tools {

/// Writes a PNG into `file` (the caller commits). A pixel shows the winner of the cell nearest to it, the
/// picture itself where that is the background. The classes that win most cells have colours of their own.
Status write_argmax(AtomicFile& file, const PictureResult& result);
/// Bytes that write_argmax() holds at most beside the picture.
std::uint64_t argmax_bytes(const OutputNeeds& needs);

}  // namespace fcn::tools
