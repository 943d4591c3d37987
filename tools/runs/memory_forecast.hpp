// SPDX-License-Identifier: MIT
// Forecasts the bytes that a picture will take in fcn-infer, phase by phase, before it is decoded. The
// forecast equals what MemoryCount counts later, to the byte.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

#include "fcn/run/run_memory.hpp"
#include "tools/pictures/picture_border.hpp"
#include "tools/pictures/picture_file.hpp"
#include "tools/pictures/resize.hpp"

namespace fcn::tools {

/// Bytes held in one phase, at its peak.
struct PhaseBytes {
  std::uint64_t weights = 0;
  std::uint64_t picture = 0;  ///< decoded pixels; where one picture is made from another, both; or rows
  std::uint64_t decoder = 0;  ///< the file, and what decoding or resizing holds beside the pixels
  RunMemory run;

  [[nodiscard]] std::uint64_t total() const { return weights + picture + decoder + run.total(); }
};

/// Facts about a picture that are known before it is decoded.
struct PictureNeeds {
  PictureSize upright;  ///< as it stands after decoding
  PictureSize run;      ///< as it runs: resized, or the same; without its border
  PictureBorder border;
  RecipeInterpolation interpolation = RecipeInterpolation::bilinear;
  std::uint64_t file = 0;     ///< bytes of the file that are in memory while it is decoded
  std::uint64_t decoder = 0;  ///< PictureStructure::decoder_bytes and copies of the file
  /// Most that the decoder may hold: without --max-memory more than it needs.
  std::uint64_t decoder_limit = std::numeric_limits<std::uint64_t>::max();
  bool turned = false;         ///< made upright from a picture of the same size
  std::uint64_t outputs = 0;   ///< output_bytes(): what writing files holds beside the picture
  bool by_rows = false;        ///< decoded row by row, and never held: `decoder` is of that
  bool drawn = false;          ///< files show its pixels
  bool drawn_at_once = false;  ///< while it runs, not afterwards

  /// Of an opened file; `run` and `outputs` are the caller's to add.
  static PictureNeeds of(const PictureFile& file, bool apply_exif);

  /// What runs.
  [[nodiscard]] PictureSize bordered() const { return {run.width + 2 * border.x, run.height + 2 * border.y}; }
  /// Whether the network is given rows one after the other, rather than a picture.
  [[nodiscard]] bool hands_rows() const { return by_rows || !border.is_empty(); }
  /// Resizing to the same size would change nothing.
  [[nodiscard]] bool is_resized() const { return upright.width != run.width || upright.height != run.height; }
};

class MemoryForecast {
 public:
  /// `load`: the most that was held while the model was loaded; `weights`: what is left of that.
  MemoryForecast(std::uint64_t load, std::uint64_t weights, const PictureNeeds& needs);

  /// `input_rows`: the most that are read at a time.
  void set_run(const RunMemory& run, int input_rows) {
    run_.run = run;
    run_.picture = run_pixels_ + row_bytes_ * static_cast<std::uint64_t>(input_rows);
    if (outputs_.weights != 0) outputs_.run = run;
  }
  /// What set_run() adds beside the run itself.
  [[nodiscard]] std::uint64_t input_bytes(int rows) const {
    return row_bytes_ * static_cast<std::uint64_t>(rows);
  }

  /// In the order of time. A phase that does not take place has no bytes.
  [[nodiscard]] std::array<std::pair<std::string_view, const PhaseBytes*>, 5> phases() const {
    return {{{"load", &load_},
             {"decode", &decode_},
             {"resize", &resize_},
             {"run", &run_},
             {"outputs", &outputs_}}};
  }

  /// The peak if the run itself took this much.
  [[nodiscard]] std::uint64_t peak_with(std::uint64_t run_bytes) const {
    return std::max(before_run(), base_of_run() + run_bytes);
  }
  [[nodiscard]] std::uint64_t peak() const { return peak_with(run_.run.total()); }
  /// Bytes left for the run under a limit on everything; 0 if there are none.
  [[nodiscard]] std::uint64_t left_for_run(std::uint64_t limit) const {
    return before_run() > limit || base_of_run() > limit ? 0 : limit - base_of_run();
  }

 private:
  void forecast_rows(std::uint64_t weights, const PictureNeeds& needs);
  [[nodiscard]] std::uint64_t before_run() const {
    return std::max({load_.total(), decode_.total(), resize_.total()});
  }
  [[nodiscard]] std::uint64_t base_of_run() const {
    return std::max(run_.total() - run_.run.total(), outputs_.total() - outputs_.run.total());
  }

  PhaseBytes load_, decode_, resize_, run_, outputs_;
  std::uint64_t run_pixels_ = 0;  ///< of run_.picture, what does not depend on the plan
  std::uint64_t row_bytes_ = 0;   ///< of a row that is read by itself
};

}  // namespace fcn::tools
