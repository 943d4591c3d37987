// SPDX-License-Identifier: MIT
// fcn-infer's work on one picture: decode, run, draw and describe it, or only plan or explain it. Not here:
// which pictures there are, and how failures are handled (infer_run.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fcn/model.hpp"
#include "fcn/score_map.hpp"
#include "fcn/session.hpp"
#include "tools/outputs/output_targets.hpp"
#include "tools/outputs/result_files.hpp"
#include "tools/pictures/original_frame.hpp"
#include "tools/pictures/picture_source.hpp"
#include "tools/runs/infer_options.hpp"
#include "tools/runs/picture_plan.hpp"
#include "tools/runs/run_report.hpp"
#include "tools/shell/input_files.hpp"

namespace fcn::tools {

/// How many classes the model scores.
int class_count(const Model& model);

/// The description of a picture: as text, and as a JSON object in one line. The text is empty for --quiet;
/// the result, which is the JSON without what the run took, without --results.
struct PictureTexts {
  std::string text;
  std::string json;
  std::string result;
};

/// Keeps threads, rings and map from picture to picture. Model and options must outlive it.
class PictureRunner {
 public:
  PictureRunner(const Model& model, const std::string& model_path, const InferOptions& options);

  /// Checks that the options suit the model. `several`: more than one picture will come, of which each
  /// gets a line rather than a report. ErrorCode::invalid_argument for options that do not suit.
  Status prepare(bool several);

  /// Whether the files of --layers leave all `inputs` as they are.
  [[nodiscard]] Status check_layers(const std::vector<std::string>& images, const InputFiles& inputs) const;

  /// Runs the picture that `files` has begun and writes its files; with --plan or --explain-geometry it only
  /// says what a run would be.
  Result<PictureTexts> run(const std::string& path, ResultFiles& files);

  /// --plan or --explain-geometry of a picture that does not exist yet: as if it were a PPM file.
  Result<PictureTexts> plan_size(const PictureSize& size);

 private:
  Result<PictureTexts> run_source(RunReport& report, PictureSource& picture, ResultFiles& files);
  [[nodiscard]] ReadOptions read_options() const;
  Result<Picture> decode(PictureFile file, const PictureNeeds& needs, RunReport& report) const;
  Status complete_needs(PictureNeeds& needs) const;
  [[nodiscard]] Result<Shape> map_shape(const PictureSize& size) const;
  /// Whether the map of a picture of this size is held.
  [[nodiscard]] MapUse use_of_map(const PictureSize& size) const;
  Status run_scores(RunReport& report, PictureSource& picture, PictureOutputs& outputs);
  [[nodiscard]] PlanOptions plan_options(const PictureSize& size) const;
  [[nodiscard]] PlanRequest plan_request(const PictureSize& size) const;
  Result<PictureTexts> run_labels(const RunReport& report, PictureSource& picture, PictureOutputs outputs);
  Status obey_memory_limit(PictureNeeds& needs);
  Status draw_layers(const std::string& image, PictureSource& picture);
  void complete(RunReport& report, const PictureSource& picture);
  Result<PictureTexts> plan_texts(const std::string& image, const PictureNeeds& needs,
                                  const OriginalFrame& frame, const PageChoice& page) const;
  PictureTexts result_texts(RunReport& report) const;

  const Model& model_;
  std::string model_path_;
  std::string model_name_;
  const InferOptions& options_;
  std::uint64_t load_peak_;  ///< most that was held while the model was loaded
  bool several_ = false;
  std::vector<int> asked_classes_;
  PictureBorder border_;
  int pool_stride_ = 1;
  std::optional<Session> session_;
  ScoreMap map_;
  OutputTarget layers_;  ///< a folder of each picture, if there are several
};

}  // namespace fcn::tools
