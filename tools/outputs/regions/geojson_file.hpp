// SPDX-License-Identifier: MIT
// Whether a picture's regions can be written as GeoJSON. Not here: their writer, write_geojson()
// (output_writers.hpp).
#pragma once

#include <optional>

#include "fcn/result.hpp"
#include "tools/pictures/geo/georeference.hpp"
#include "tools/runs/infer_options.hpp"

namespace fcn::tools {

/// Asked before anything of a picture is decoded. An Error if --geojson is asked for, and the file does not
/// say where its pixels lie, or not in which coordinate reference system.
Status check_georeference(const InferOptions& options,
                          const std::optional<Result<Georeference>>& georeference);

}  // namespace fcn::tools
