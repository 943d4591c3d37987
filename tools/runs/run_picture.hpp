// SPDX-License-Identifier: MIT
// Runs a decoded picture through the network as the options require: once, at several scales, profiled, or
// beside its windows.
#pragma once

#include "fcn/model.hpp"
#include "fcn/result.hpp"
#include "fcn/session.hpp"
#include "tools/pictures/picture_source.hpp"
#include "tools/runs/infer_options.hpp"
#include "tools/runs/run_report.hpp"

namespace fcn::tools {

/// Fills `map` and the parts of `report` that come from running: times, profile, scales, the comparison with
/// windows. With `rows`, which take the scores, the map gets no cells; options then ask for no more than a
/// plain run.
Status run_picture(const Model& model, Session& session, const InferOptions& options, PictureSource& picture,
                   ScoreMap& map, ScoreRows* rows, RunReport& report);

}  // namespace fcn::tools
