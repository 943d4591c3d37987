// SPDX-License-Identifier: MIT
// The files that a call of fcn-infer writes: those of output_kinds.hpp for each picture, one JSON file for
// all, and one of COCO's. Each appears whole or not at all.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fcn/result.hpp"
#include "tools/outputs/json_lines_file.hpp"
#include "tools/outputs/output_kinds.hpp"
#include "tools/outputs/output_targets.hpp"
#include "tools/outputs/picture_result.hpp"
#include "tools/outputs/regions/coco_file.hpp"
#include "tools/runs/infer_options.hpp"
#include "tools/shell/atomic_file.hpp"
#include "tools/shell/input_files.hpp"

namespace fcn::tools {

/// A file of one picture, open but not yet there.
struct PictureOutput {
  const OutputKind* kind;
  AtomicFile file;
  bool complete = false;  ///< written while the picture ran
};
using PictureOutputs = std::vector<PictureOutput>;

class ResultFiles {
 public:
  /// Determines where files go, and opens the JSON file if one is requested. `several`: more than one picture
  /// will come.
  Status open(const InferOptions& options, bool several);

  /// Whether each of `images`, begun in this order, leaves all `inputs` as they are.
  [[nodiscard]] Status check_outputs(const std::vector<std::string>& images, const InputFiles& inputs) const;

  /// Determines the names of the next picture's files; every picture needs its turn, so that names do not
  /// depend on which others fail. False if --skip-existing finds it done: all its files, and its line in the
  /// JSON file, are there.
  bool begin(const std::string& image);

  /// Opens the files of the picture begun, so that errors are known before the work is done.
  Result<PictureOutputs> open_begun();

  /// Writes the files of a picture that has run and lets them appear, one after another.
  static Status write(PictureOutputs outputs, const PictureResult& result);

  /// Appends a line to the JSON file, if there is one. A file that lacks a line never appears: see lost().
  Status append_json(const std::string& line);
  [[nodiscard]] bool lost() const { return lost_; }
  /// The same of the regions of --coco.
  Status append_coco(const RunReport& report);

  /// Lets these two files appear.
  Status commit();

 private:
  struct Target {
    const OutputKind* kind;
    OutputTarget place;
    std::string path;  ///< of the picture begun
  };

  std::vector<Target> targets_;  // of the kinds that are wanted
  std::optional<JsonLinesFile> json_;
  std::string json_path_;
  std::optional<CocoFile> coco_;
  std::string coco_path_;
  std::string results_path_;  // of a file that is written elsewhere
  bool skip_existing_ = false;
  bool lost_ = false;
};

}  // namespace fcn::tools
