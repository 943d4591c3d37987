// SPDX-License-Identifier: MIT
// The picture under the colours of its labels, above a legend of those that most pixels have.
#pragma once

#include <memory>

#include "fcn/result.hpp"
#include "tools/outputs/label_outputs.hpp"
#include "tools/shell/atomic_file.hpp"

namespace fcn::tools {

/// `file` and the request's picture must outlive the writer.
Result<std::unique_ptr<LabelOutput>> make_label_overlay(AtomicFile& file, const LabelRequest& request);

}  // namespace fcn::tools
