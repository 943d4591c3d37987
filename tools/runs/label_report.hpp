// SPDX-License-Identifier: MIT
// The data of a labelled picture's report, for the terminal and the JSON line: how many pixels have
// each label, and the runs of equal labels of which the map consists. Nothing is formatted here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fcn/label_map.hpp"
#include "fcn/model_info.hpp"
#include "tools/pictures/geo/georeference.hpp"
#include "tools/pictures/original_frame.hpp"
#include "tools/pictures/picture_page.hpp"
#include "tools/runs/label_runs.hpp"

namespace fcn::tools {

/// The label for background: the model's, VOC's first label, or the absence of a single class; -1 if there is
/// none.
int background_label(const ModelInfo& info, int classes);

/// A label by number or name.
Result<int> find_label(const ModelInfo& info, int classes, const std::string& name);

/// Counts labels, and keeps their runs, as they come.
class LabelCensus : public LabelRows {
 public:
  /// `runs` is made for the map, or keeps none.
  LabelCensus(int labels, std::optional<LabelRuns> runs);

  void take(int row, std::span<const std::uint16_t> labels) override;

  /// Pixels of each label.
  [[nodiscard]] const std::vector<std::uint64_t>& counts() const { return counts_; }
  /// Labels that some pixel has, those of most pixels first.
  [[nodiscard]] std::vector<int> present() const;
  /// Null if none were to be kept.
  [[nodiscard]] const LabelRuns* runs() const { return runs_ ? &*runs_ : nullptr; }

 private:
  std::vector<std::uint64_t> counts_;
  std::optional<LabelRuns> runs_;
};

/// The tiles that ran, where the picture did not run as a whole.
struct TilesRun {
  int count = 0;  ///< 0: the whole picture ran
  Extent size;
};

struct LabelReport {
  std::string image;
  int width = 0;  ///< of what is labelled: the picture that ran, upright and resized, or a part of it
  int height = 0;
  PixelRect part;        ///< of the picture that ran; empty for all of it
  int padded_width = 0;  ///< of what the network ran on
  int padded_height = 0;
  TilesRun tiles;
  std::optional<PageChoice> page;
  OriginalFrame frame;
  std::optional<Result<Georeference>> georeference;
  std::string model;
  const ModelInfo* info = nullptr;
  int classes = 0;
  const LabelCensus* census = nullptr;
  double decode_ms = 0;
  double preprocess_ms = 0;
  double plan_ms = 0;
  double infer_ms = 0;  ///< with the files that are written meanwhile; of tiles without
  int threads = 1;
  std::string arch;
  std::uint64_t peak_bytes = 0;
};

}  // namespace fcn::tools
