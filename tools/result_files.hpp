// SPDX-License-Identifier: MIT
// The files that a call of fcn-infer writes: one npy and one overlay a picture, one JSON file for all. Each
// appears whole or not at all.
#pragma once

#include <optional>
#include <string>

#include "engine/limits.hpp"
#include "engine/result.hpp"
#include "tools/atomic_file.hpp"
#include "tools/infer_options.hpp"
#include "tools/output_targets.hpp"
#include "tools/picture.hpp"
#include "tools/run_report.hpp"

namespace fcn::tools {

/// The files of one picture, open but not yet there.
struct PictureOutputs {
  std::optional<AtomicFile> npy;
  std::optional<AtomicFile> overlay;
};

class ResultFiles {
 public:
  /// Finds out where files go, and opens the JSON file if one is wanted. `several`: more than one picture
  /// will come.
  Status open(const InferOptions& options, bool several);

  /// Opens the files of one picture, so that what cannot be written is known before the work is done.
  Result<PictureOutputs> open_for(const std::string& image);

  /// The map and the overlay of a picture that has run.
  static Status write(PictureOutputs outputs, Picture picture, const RunReport& report, const Limits& limits);

  /// Appends a line to the JSON file, if there is one. A file that lacks a line never appears: see lost().
  Status append_json(const std::string& line);
  [[nodiscard]] bool lost() const { return lost_; }

  /// Lets the JSON file appear.
  Status commit();

 private:
  OutputTarget npy_;
  OutputTarget overlay_;
  std::optional<AtomicFile> json_;
  bool lost_ = false;
};

}  // namespace fcn::tools
