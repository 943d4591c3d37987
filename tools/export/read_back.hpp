// SPDX-License-Identifier: MIT
// Reads the written file back from the disk, as its users will, and runs it on the self-test's picture before
// it replaces anything. Not here: the replay of an existing model (inspect_file.hpp).
#pragma once

#include "fcn/graph/graph.hpp"
#include "fcn/kernels/kernel_table.hpp"
#include "fcn/model_info.hpp"
#include "fcn/result.hpp"
#include "tools/shell/atomic_file.hpp"

namespace fcn::tools {

/// A model file must give the bits of its self-test, which these kernels made. Output to a device or a pipe
/// cannot be read back.
Status read_back_model(AtomicFile& file, const kernels::KernelTable& table);

/// An ONNX file must give the logits of `info`'s self-test but for rounding: its operators need not be
/// `graph`'s nodes one by one.
Status read_back_onnx(AtomicFile& file, const Graph& graph, const ModelInfo& info,
                      const kernels::KernelTable& table);

}  // namespace fcn::tools
