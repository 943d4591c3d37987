// SPDX-License-Identifier: MIT
// Pixels of binary PGM (P5) and PPM (P6) files, of any depth. Their header is read by inspect_pnm().
#pragma once

#include "tools/picture.hpp"
#include "tools/picture_structure.hpp"

namespace fcn::tools {

/// `structure` must come from inspect_pnm() of the same bytes.
Result<Picture> decode_pnm(PictureBytes bytes, const PictureStructure& structure, const Limits& limits);

}  // namespace fcn::tools
