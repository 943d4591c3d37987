// SPDX-License-Identifier: MIT
#include "tools/infer/label_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "fcn/base/memory_count.hpp"
#include "fcn/run/plan.hpp"
#include "tools/outputs/output_kinds.hpp"
#include "tools/outputs/output_label_page.hpp"
#include "tools/outputs/output_writers.hpp"
#include "tools/outputs/score_npy_rows.hpp"
#include "tools/report/label_text.hpp"
#include "tools/runs/tile_average.hpp"

namespace fcn::tools {
namespace {

Error unsuited(const char* option, const char* why) {
  return {ErrorCode::invalid_argument, why, option};
}

bool is_npy(const PictureOutput& output) {
  return std::string_view(output.kind->option) == "--npy";
}

Status run_whole(Session& session, PictureSource& picture, LabelRows& rows, ScoreMap* scores,
                 LabelReport& report) {
  if (Status ran = session.label_rows(picture.view(), rows, scores); !ran) return ran;
  report.plan_ms = session.times().plan;
  report.infer_ms = session.times().infer;
  const Extent padded = session.plan()->padded();
  report.padded_width = padded.x;
  report.padded_height = padded.y;
  return {};
}

Status run_tiles(const Model& model, Session& session, const PictureSize& tile, const Picture& picture,
                 LabelRows& rows, const TileScores& scores, LabelReport& report) {
  const Extent size{static_cast<int>(tile.height), static_cast<int>(tile.width)};
  const auto times = label_tiles(session, model, picture.view(), size, rows, scores);
  if (!times) return times.error();
  report.plan_ms = times->plan_ms;
  report.infer_ms = times->infer_ms;
  report.padded_width = report.width;
  report.padded_height = report.height;
  const Extent ran{std::min(size.y, picture.height), std::min(size.x, picture.width)};
  report.tiles = {times->tiles, ran};
  return {};
}

bool keeps_scores(const InferOptions& options) {
  return !options.npy.empty() && options.npy_holds == NpyHolds::scores;
}

/// The texts with the runs come after the run. How long they are the picture decides.
Status check_texts_fit(const InferOptions& options, const LabelReport& report) {
  if (options.max_memory == 0 || !keeps_runs(options)) return {};
  const int texts = static_cast<int>(!options.json.empty()) + static_cast<int>(!options.results.empty());
  const std::uint64_t bytes = static_cast<std::uint64_t>(texts) * label_json_bytes(report);
  if (MemoryCount::held() + bytes <= options.max_memory) return {};
  return Error{
      ErrorCode::limit_exceeded,
      fmt::format("the runs of its labels take {} bytes of JSON beside {} that are held, --max-memory "
                  "allows {}; --argmax and --npy write labels without holding them",
                  bytes, MemoryCount::held(), options.max_memory),
      ""};
}

}  // namespace

Status check_kind(const InferOptions& options, ModelKind kind) {
  if (kind == ModelKind::classifier) {
    if (options.npy_holds == NpyHolds::labels)
      return unsuited("--scores",
                      "the model is a classifier; only models that label pixels have labels to write");
    if (options.tile)
      return unsuited("--tile-average", "the model is a classifier: --compare-windows runs its windows");
    return {};
  }
  constexpr const char* kWhy =
      "the model labels every pixel: its files are --argmax, --overlay, --mask, --npy, --html and --json";
  for (const OutputKind& each : output_kinds())
    if (!(options.*each.place).empty() && !writes_labels(each)) return unsuited(each.option, kWhy);
  if (options.regions.kind != RegionKind::none) return unsuited("--regions", kWhy);
  if (!options.coco.empty()) return unsuited("--coco", kWhy);
  constexpr const char* kOnce = "the model labels every pixel; this option is for classifiers";
  if (!options.scales.empty()) return unsuited("--scales", kOnce);
  if (options.compare_windows) return unsuited("--compare-windows", kOnce);
  if (options.profile)
    return unsuited("--profile", "the model labels every pixel; this option is for classifiers");
  if (options.border != BorderKind::none)
    return unsuited("--border", "the model labels every pixel, at the edges too");
  if (!options.roi.is_empty() && !options.html.empty())
    return unsuited("--roi", "the page of a model that labels pixels shows whole pictures: not with --html");
  if (options.tile && !options.layers.empty())
    return unsuited("--tile-average",
                    "the picture is not run as a whole, so that --layers has no maps of it");
  return {};
}

MapUse map_use(const InferOptions& options, ModelKind kind) {
  return kind == ModelKind::classifier || keeps_scores(options) || options.tile ? MapUse::held
                                                                                : MapUse::passed_on;
}

bool keeps_runs(const InferOptions& options) {
  return !options.json.empty() || !options.results.empty();
}

std::uint64_t label_bytes(const InferOptions& options, const PictureSize& size, int classes) {
  std::uint64_t bytes = options.html.empty() ? 0 : label_page_bytes(size);
  if (keeps_runs(options))
    bytes += LabelRuns::bytes(label_count(classes), static_cast<std::uint64_t>(size.width * size.height));
  const bool averaged = options.tile && keeps_scores(options);
  if (averaged) bytes += TileScoreRow::bytes(static_cast<int>(size.width), classes);
  if (options.tile)
    bytes += TileSums::bytes(static_cast<int>(std::min(size.height, options.tile->height)),
                             static_cast<int>(size.width), classes);
  return bytes;
}

Status label_picture(const Model& model, Session& session, const InferOptions& options,
                     const std::vector<int>& masked, PictureSource& picture, PictureOutputs outputs,
                     LabelCensus& census, LabelReport& report) {
  const LabelRequest request{picture, model.info(), report.classes, masked, model.limits()};
  const bool scored = keeps_scores(options);
  std::vector<std::unique_ptr<LabelOutput>> writers(outputs.size());
  std::optional<ScoreNpyRows> averages;
  LabelFan fan;
  fan.add(census);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (scored && is_npy(outputs[i])) {
      if (options.tile)
        averages.emplace(&outputs[i].file, Shape{report.classes, picture.height(), picture.width()});
      continue;
    }
    auto writer = make_label_output(outputs[i], request);
    if (!writer) return writer.error();
    writers[i] = *std::move(writer);
    fan.add(*writers[i]);
  }
  ScoreMap scores;
  const TileScores taker{averages ? &*averages : nullptr, options.scores};
  const Status ran = options.tile
                         ? run_tiles(model, session, *options.tile, *picture.held(), fan, taker, report)
                         : run_whole(session, picture, fan, scored ? &scores : nullptr, report);
  if (!ran) return ran;
  if (Status fits = check_texts_fit(options, report); !fits) return fits;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Status written = writers[i] ? writers[i]->finish(report)
                           : averages ? averages->status()
                                      : write_score_npy(outputs[i].file, scores);
    if (!written) return written;
    if (const Status done = outputs[i].file.commit(); !done) return done;
  }
  return {};
}

}  // namespace fcn::tools
