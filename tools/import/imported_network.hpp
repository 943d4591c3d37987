// SPDX-License-Identifier: MIT
// The result of every importer: a classifier as it was trained, and what its file states about it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fcn/graph/graph.hpp"
#include "fcn/model_info.hpp"
#include "tools/import/input_start.hpp"

namespace fcn::tools {

/// For networks whose file does not say: what nearly all are trained on.
inline constexpr Extent kUsualWindow{224, 224};

struct ImportedNetwork {
  std::string name;     ///< "resnet18"
  std::string format;   ///< of the file, for messages: "PyTorch zip"
  Graph graph;          ///< nothing folded, fused or converted; nodes are named as the file names them
  bool is_fcn = false;  ///< it works at every place already and has no head to convert
  std::optional<Extent> window;     ///< the crop it was trained on, if the file says
  std::vector<std::string> labels;  ///< likewise; empty if the file does not say
  std::vector<float> mean;          ///< likewise
  std::vector<float> std;
  std::optional<ScoreActivation> activation;  ///< likewise, where the graph does not end in it
  std::optional<ChannelOrder> channels;       ///< likewise
  std::optional<ResizeRecipe> recipe;
  std::vector<std::string> other_files;  ///< that were read beside the file: weights, labels, configurations
  std::vector<std::string> notes;        ///< choices and assumptions, a sentence each
  // Where in the file, or beside it, these were found; empty for the file itself.
  std::string window_source;
  std::string labels_source;
  std::string preprocessing_source;
};

}  // namespace fcn::tools
