// SPDX-License-Identifier: MIT
// Which value of an ONNX file is the classifier's scores. Files have several outputs (features, auxiliary
// heads, logits beside probabilities), and nodes after the scores that pick the best class or look up its
// label: those are left out and their labels kept. A last softmax or sigmoid belongs to the scores and stays.
#pragma once

#include <string>
#include <vector>

#include "tools/import/onnx/file/onnx_model.hpp"

namespace fcn::tools {

struct ChosenOutput {
  std::string value;                ///< its name
  std::vector<std::string> labels;  ///< that the nodes left out hold; empty if none does
  std::vector<std::string> notes;   ///< a line each: what was chosen, what was left out
};

/// `asked` is an output's or any node's value; empty for the classifier's. A Refusal lists the outputs if
/// that is ambiguous.
ChosenOutput choose_output(const OnnxModel& model, const std::string& asked);

}  // namespace fcn::tools
