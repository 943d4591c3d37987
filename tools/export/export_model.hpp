// SPDX-License-Identifier: MIT
// From a checkpoint to a model file: import, prove the conversion, pass, self-test, write. Not here:
// arguments and messages (fcn_export.cpp).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fcn/graph/graph.hpp"
#include "fcn/model_info.hpp"
#include "fcn/passes/to_fcn.hpp"
#include "fcn/result.hpp"
#include "tools/export/pixel_head.hpp"
#include "tools/export/preprocessing.hpp"
#include "tools/export/score_meaning.hpp"
#include "tools/export/self_test.hpp"
#include "tools/import/labels/label_file.hpp"

namespace fcn::tools {

struct ExportRequest {
  std::string checkpoint;
  std::string output;
  LabelList labels;                       ///< empty for the file's own, if it has any
  std::optional<std::string> background;  ///< one of the labels
  std::string labels_source;              ///< where those come from, for messages
  PreprocessingRequest preprocessing;
  std::optional<Extent> window;  ///< nothing for the file's own or, if it does not say, 224 x 224
  std::string key;               ///< which of a checkpoint's state_dicts; empty for the best
  std::string output_name;       ///< of an ONNX file with several outputs; empty for the classifier's
  bool external_data = true;     ///< whether an ONNX file's weights may lie in other files of its folder
  std::optional<ScoreActivation>
      activation;                        ///< nothing for the network's own ending, or what its file states
  std::optional<PixelHeadRequest> head;  ///< makes a network that labels pixels of a classifier
  bool half = false;                     ///< of a model file only
  bool to_onnx = false;  ///< write the FCN as ONNX, for other engines, instead of as a model file
  bool fold = true;
  std::function<void(const char* stage)> progress;  ///< called before each stage that may take seconds
};

struct ExportReport {
  std::string format;              ///< of the checkpoint
  std::vector<std::string> notes;  ///< what the importer chose or assumed
  std::string layers;              ///< table of the network as trained, on its window
  std::vector<passes::HeadChange> changes;
  ModelInfo info;
  Preprocessing preprocessing;
  std::string window_source;
  std::string labels_source;
  int classes = 0;
  Comparison proof;        ///< classifier as trained against FCN, on one window: their logits
  std::string proof_arch;  ///< whose kernels ran it
  std::optional<Extent>
      kernel_check;  ///< where those are not the reference's: the picture on which they agreed
  std::optional<Comparison> probability_proof;  ///< likewise, if the network itself makes probabilities
  ScoreMeaning meaning;
  std::uint64_t file_bytes = 0;
};

/// Does all of it. An Error with code invalid_argument or too_small is about the request, any other about the
/// checkpoint or the file system; no file is left then.
Result<ExportReport> export_model(const ExportRequest& request);

}  // namespace fcn::tools
