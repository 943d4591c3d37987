// SPDX-License-Identifier: MIT
// Names files that are handed over as pictures and are not read: other picture formats, and what is no
// picture at all. Goes by content only, and is asked after every format that is read has declined.
#pragma once

#include "fcn/result.hpp"
#include "tools/pictures/formats/picture_structure.hpp"

namespace fcn::tools {

/// ErrorCode::unsupported: what the file is and what to do instead; where that is not known, which formats
/// are read.
Error foreign_picture_error(PictureBytes bytes);

}  // namespace fcn::tools
