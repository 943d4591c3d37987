// SPDX-License-Identifier: MIT
// A name for everything that a picture's result depends on besides the picture, so that results of different
// models or options are never taken for those of one run.
#pragma once

#include <string>

#include "fcn/result.hpp"
#include "tools/runs/infer_options.hpp"

namespace fcn::tools {

/// 16 hexadecimal digits: the beginning of the SHA-256 of the version, the decoder of JPEG, the model's name
/// and SHA-256, and the options that change a line of results. Threads, arch, limits and other outputs do
/// not.
Result<std::string> run_identity(const std::string& model_path, const InferOptions& options);

}  // namespace fcn::tools
