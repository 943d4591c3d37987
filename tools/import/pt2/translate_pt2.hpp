// SPDX-License-Identifier: MIT
// An exported program in the neutral form that the ONNX importer lowers: the calls that the outputs depend
// on, in the vocabulary of ONNX's operators. Not here: single operators (aten_ops.hpp).
#pragma once

#include "tools/import/onnx/file/onnx_model.hpp"
#include "tools/import/pt2/file/pt2_archive.hpp"
#include "tools/import/pt2/file/pt2_program.hpp"

namespace fcn::tools {

/// Reads the weights that are needed and translates every call. An Error names the call and its operator.
Result<OnnxModel> translate_program(AtenProgram program, const Pt2Archive& archive, const Limits& limits);

}  // namespace fcn::tools
