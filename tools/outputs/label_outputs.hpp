// SPDX-License-Identifier: MIT
// The files of a labelled picture, written row by row while the picture runs: the class map, the picture
// under it, the mask of some classes, the labels as numbers. None is held whole.
#pragma once

#include <memory>
#include <vector>

#include "fcn/label_map.hpp"
#include "fcn/limits.hpp"
#include "fcn/result.hpp"
#include "tools/outputs/result_files.hpp"
#include "tools/pictures/picture_source.hpp"
#include "tools/runs/label_report.hpp"

namespace fcn::tools {

/// One file in the making.
class LabelOutput : public LabelRows {
 public:
  /// Completes the file, which the caller commits. Returns the Error of any earlier row.
  virtual Status finish(const LabelReport& report) = 0;
};

/// What the writers need to know before the first row.
struct LabelRequest {
  const PictureSource& picture;  ///< the one that runs
  const ModelInfo& info;
  int classes = 0;
  std::vector<int> masked;  ///< labels of --mask
  const Limits& limits;
};

/// Whether pixel models have this kind of file; --npy holds labels or, after the run, scores.
bool writes_labels(const OutputKind& kind);

/// The writer of one of those kinds.
Result<std::unique_ptr<LabelOutput>> make_label_output(PictureOutput& output, const LabelRequest& request);

/// Hands rows to several takers.
class LabelFan : public LabelRows {
 public:
  void add(LabelRows& taker) { takers_.push_back(&taker); }
  void take(int row, std::span<const std::uint16_t> labels) override {
    for (LabelRows* taker : takers_) taker->take(row, labels);
  }

 private:
  std::vector<LabelRows*> takers_;
};

}  // namespace fcn::tools
