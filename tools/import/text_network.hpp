// SPDX-License-Identifier: MIT
// A small network written by hand as JSON, its filters included: for teaching, where a trained checkpoint
// would hide what a filter does. It is a chain of layers that work at every place already, so nothing is
// converted.
//
//   {"name": "edges", "channels": 1,
//    "layers": [{"name": "edges", "op": "conv", "filters": [[[-1, -2, -1], [0, 0, 0], [1, 2, 1]], ...]},
//               {"op": "relu"},
//               {"op": "max_pool", "size": 2}]}
//
// docs/export.md has all members. Pixels enter as 0..1.
#pragma once

#include "fcn/base/byte_source.hpp"
#include "fcn/result.hpp"
#include "tools/import/imported_network.hpp"

namespace fcn::tools {

/// Whether the file begins as a JSON object does.
bool looks_like_text_network(const ByteSource& source);

/// Reads such a file. Its window is what one cell of its map sees.
Result<ImportedNetwork> import_text_network(const ByteSource& source, const Limits& limits = {});

}  // namespace fcn::tools
