// SPDX-License-Identifier: MIT
// The files of one call of fcn-export, as its sandbox's (shell/sandbox.hpp).
#pragma once

#include "fcn/result.hpp"
#include "tools/export/export_options.hpp"

namespace fcn::tools {

/// --sandbox: leaves to be read the network's file, the files beside it (an ONNX file's weights may be in
/// them, its labels in others) and --labels; to be written, and read back, the folder of the output.
Status enter_export_sandbox(const ExportOptions& options);

}  // namespace fcn::tools
