// SPDX-License-Identifier: MIT
#include "tools/runs/run_picture.hpp"

#include <utility>

namespace fcn::tools {
namespace {

Status run_pyramid(const Model& model, Session& session, const InferOptions& options, const Picture& picture,
                   ScoreMap& map, RunReport& report) {
  auto scales =
      run_scales(model, session, picture, options.scales, options.fuse.value_or(maps::Fuse::max), map);
  if (!scales) return scales.error();
  report.preprocess_ms += scales->resize_ms;
  report.plan_ms = scales->plan_ms;
  report.infer_ms = scales->infer_ms;
  report.scales = *std::move(scales);
  return {};
}

Status run_once(const Model& model, Session& session, const InferOptions& options, const ImageView& image,
                ScoreMap& map, ScoreRows* rows, RunReport& report) {
  if (rows != nullptr) {
    if (Status ran = session.score_rows(image, *rows, map); !ran) return ran;
  } else if (options.profile) {
    auto profile = profile_run(session, model.table(), image, map);
    if (!profile) return profile.error();
    report.profile = *std::move(profile);
  } else {
    if (Status ran = session.run_into(image, map); !ran) return ran;
  }
  report.plan_ms = session.times().plan;
  report.infer_ms = session.times().infer;
  return {};
}

}  // namespace

Status run_picture(const Model& model, Session& session, const InferOptions& options, PictureSource& picture,
                   ScoreMap& map, ScoreRows* rows, RunReport& report) {
  if (!options.scales.empty()) return run_pyramid(model, session, options, *picture.held(), map, report);
  if (Status ran = run_once(model, session, options, picture.view(), map, rows, report); !ran) return ran;
  if (!options.compare_windows) return {};
  auto windows = compare_windows(model, session, picture.held()->view(), *options.compare_windows);
  if (!windows) return windows.error();
  report.windows = *std::move(windows);
  return {};
}

}  // namespace fcn::tools
