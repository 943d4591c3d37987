// SPDX-License-Identifier: MIT
// The files of one call of fcn-infer, as its sandbox's (shell/sandbox.hpp).
#pragma once

#include <string>

#include "tools/infer/input_list.hpp"
#include "tools/runs/infer_options.hpp"

namespace fcn::tools {

/// --sandbox: leaves only the model and the pictures to be read, and the folders of outputs to be written.
/// Folders of outputs and a results file that are missing are made first.
Status enter_infer_sandbox(const InferOptions& options, const std::string& model_path,
                           const InputList& inputs);

}  // namespace fcn::tools
