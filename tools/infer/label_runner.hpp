// SPDX-License-Identifier: MIT
// fcn-infer's work on one picture for a model that labels pixels: runs it, writes its files meanwhile and
// describes it. Not here: decoding, plans, and classifiers (picture_runner.hpp).
#pragma once

#include <vector>

#include "fcn/model.hpp"
#include "fcn/run/run_memory.hpp"
#include "fcn/session.hpp"
#include "tools/outputs/label_outputs.hpp"
#include "tools/outputs/result_files.hpp"
#include "tools/pictures/picture_source.hpp"
#include "tools/runs/infer_options.hpp"
#include "tools/runs/label_report.hpp"

namespace fcn::tools {

/// Whether the options suit a model of this kind; the Error names the first that does not.
Status check_kind(const InferOptions& options, ModelKind kind);

/// Whether a run keeps the scores of all pixels that it runs on: only if they are to be written or averaged.
MapUse map_use(const InferOptions& options, ModelKind kind);

/// Whether the runs of equal labels are to be told.
bool keeps_runs(const InferOptions& options);

/// What writing the files, keeping runs and averaging tiles hold beside the picture, rows aside.
std::uint64_t label_bytes(const InferOptions& options, const PictureSize& size, int classes);

/// Runs the picture, fills `census` and the times of `report`, and writes the files.
Status label_picture(const Model& model, Session& session, const InferOptions& options,
                     const std::vector<int>& masked, PictureSource& picture, PictureOutputs outputs,
                     LabelCensus& census, LabelReport& report);

}  // namespace fcn::tools
