// SPDX-License-Identifier: MIT
// fcn-export's two reading commands: inspect describes a file, verify checks that a model still gives its
// self-test's logits. Both return text; nothing is printed here.
#pragma once

#include <optional>
#include <string>

#include "fcn/graph/graph.hpp"
#include "fcn/result.hpp"

namespace fcn::tools {

struct InspectOptions {
  std::optional<Extent> size;  ///< of the input; by default the training window (224 x 224 if unknown)
  int pool_stride = 0;  ///< 0 shows a classifier as trained; else the FCN it converts to, with this step
};

/// Describes a model file or a checkpoint, with the shapes of its layers.
Result<std::string> inspect_file(const std::string& path, const InspectOptions& options = {});

/// Replays a model's self-test with the reference kernels and with the best ones of this machine.
Result<std::string> verify_model(const std::string& path);

}  // namespace fcn::tools
