// SPDX-License-Identifier: MIT
// fcn-export's two reading commands: what a file holds, and whether a model still gives its self-test's
// logits. Both return text; nothing is printed here.
#pragma once

#include <optional>
#include <string>

#include "engine/graph.hpp"
#include "engine/result.hpp"

namespace fcn::tools {

/// Describes a model file or a checkpoint. Shapes are for an input of `size`; by default for the training
/// window (224 x 224 for a checkpoint, which does not say).
Result<std::string> inspect_file(const std::string& path, std::optional<Extent> size);

/// Replays a model's self-test with the reference kernels and with the best ones of this machine.
Result<std::string> verify_model(const std::string& path);

}  // namespace fcn::tools
