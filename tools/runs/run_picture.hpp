// SPDX-License-Identifier: MIT
// A decoded picture through the network, in the way that the options ask for: plainly, at several scales,
// profiled, beside its windows.
#pragma once

#include "fcn/model.hpp"
#include "fcn/result.hpp"
#include "fcn/session.hpp"
#include "tools/pictures/picture.hpp"
#include "tools/runs/infer_options.hpp"
#include "tools/runs/run_report.hpp"

namespace fcn::tools {

/// Fills `map`, and what of `report` comes from running: times, profile, scales, the comparison with windows.
Status run_picture(const Model& model, Session& session, const InferOptions& options, const Picture& picture,
                   ScoreMap& map, RunReport& report);

}  // namespace fcn::tools
