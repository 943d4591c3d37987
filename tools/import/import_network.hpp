// SPDX-License-Identifier: MIT
// Reads any file that holds a network into a Graph: ONNX, .pt2, a checkpoint whose network is recognised by
// its tensors, or a text with layers and filters. The bytes decide which it is.
#pragma once

#include <optional>
#include <string>

#include "fcn/base/byte_source.hpp"
#include "fcn/graph/graph.hpp"
#include "fcn/result.hpp"
#include "tools/import/imported_network.hpp"

namespace fcn::tools {

struct ImportOptions {
  std::optional<Extent> window{};  ///< instead of the file's own
  std::string key{};               ///< which of a checkpoint's state_dicts; empty for the best
  std::string output_name = {};    ///< of an ONNX file with several; empty for the classifier's
  bool external_data = true;       ///< whether an ONNX file's weights may lie in other files of its folder
};

/// The network and, in its `format`, what kind of file it came from. Errors begin with the path.
Result<ImportedNetwork> import_network(ByteSource source, const ImportOptions& options = {});

}  // namespace fcn::tools
