// SPDX-License-Identifier: MIT
// The georeference of the page of a TIFF that is open. libtiff reads the tags by itself; libgeotiff would add
// PROJ, with its database, to name coordinate systems whose code is all that is passed on.
#pragma once

#include <optional>

#include "fcn/result.hpp"
#include "tools/pictures/formats/tiff_file.hpp"
#include "tools/pictures/geo/georeference.hpp"

namespace fcn::tools {

/// Nothing for a page without such tags; an Error if they cannot be used.
std::optional<Result<Georeference>> tiff_georeference(const TiffFile& file);

}  // namespace fcn::tools
