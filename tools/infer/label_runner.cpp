// SPDX-License-Identifier: MIT
#include "tools/infer/label_runner.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "fcn/run/plan.hpp"
#include "tools/outputs/output_kinds.hpp"
#include "tools/outputs/output_writers.hpp"

namespace fcn::tools {
namespace {

Error unsuited(const char* option, const char* why) {
  return {ErrorCode::invalid_argument, why, option};
}

bool is_npy(const PictureOutput& output) {
  return std::string_view(output.kind->option) == "--npy";
}

}  // namespace

Status check_kind(const InferOptions& options, ModelKind kind) {
  if (kind == ModelKind::classifier) {
    if (options.npy_holds == NpyHolds::labels)
      return unsuited("--scores", "the model is a classifier: labels are what a model for pixels gives");
    return {};
  }
  constexpr const char* kWhy =
      "the model labels every pixel: its files are --argmax, --overlay, --mask, --npy and --json";
  for (const OutputKind& each : output_kinds())
    if (!(options.*each.place).empty() && !writes_labels(each)) return unsuited(each.option, kWhy);
  if (options.regions.kind != RegionKind::none) return unsuited("--regions", kWhy);
  constexpr const char* kOnce = "the model labels every pixel, of a picture at one size";
  if (!options.scales.empty()) return unsuited("--scales", kOnce);
  if (options.compare_windows) return unsuited("--compare-windows", kOnce);
  if (options.profile) return unsuited("--profile", "is for classifiers");
  return {};
}

MapUse map_use(const InferOptions& options, ModelKind kind) {
  const bool scores = !options.npy.empty() && options.npy_holds == NpyHolds::scores;
  return kind == ModelKind::classifier || scores ? MapUse::held : MapUse::passed_on;
}

Status label_picture(const Model& model, Session& session, const InferOptions& options,
                     const std::vector<int>& masked, const Picture& picture, PictureOutputs outputs,
                     LabelCensus& census, LabelReport& report) {
  const LabelRequest request{picture, model.info(), report.classes, masked, model.limits()};
  const bool keeps_scores = map_use(options, ModelKind::pixels) == MapUse::held;
  std::vector<std::unique_ptr<LabelOutput>> writers(outputs.size());
  LabelFan fan;
  fan.add(census);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (keeps_scores && is_npy(outputs[i])) continue;
    auto writer = make_label_output(outputs[i], request);
    if (!writer) return writer.error();
    writers[i] = *std::move(writer);
    fan.add(*writers[i]);
  }
  ScoreMap scores;
  if (Status ran = session.label_rows(picture.view(), fan, keeps_scores ? &scores : nullptr); !ran)
    return ran;
  report.plan_ms = session.times().plan;
  report.infer_ms = session.times().infer;
  const Extent padded = session.plan()->padded();
  report.padded_width = padded.x;
  report.padded_height = padded.y;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Status written = writers[i] ? writers[i]->finish(report) : write_score_npy(outputs[i].file, scores);
    if (!written) return written;
    if (const Status done = outputs[i].file.commit(); !done) return done;
  }
  return {};
}

}  // namespace fcn::tools
