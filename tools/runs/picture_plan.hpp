// SPDX-License-Identifier: MIT
// Plans a picture before it is decoded: how it runs and the memory that takes, with or without a memory
// limit. --plan shows it (plan_report.hpp), --max-memory enforces it.
#pragma once

#include <cstdint>
#include <optional>

#include "fcn/model.hpp"
#include "fcn/result.hpp"
#include "fcn/run/plan.hpp"
#include "tools/runs/memory_forecast.hpp"

namespace fcn::tools {

struct PlanRequest {
  int threads = 1;
  int pool_stride = 0;              ///< PlanOptions::pool_stride
  int output_stride = 0;            ///< PlanOptions::output_stride
  PixelRect part = {};              ///< PlanOptions::part
  std::optional<PictureSize> tile;  ///< what runs, if not the whole picture
  std::uint64_t max_memory = 0;     ///< bytes in all; 0 for no limit but the model's
  MapUse use = MapUse::held;        ///< of the scores
  std::uint64_t load_peak = 0;      ///< most that was held while the model was loaded
};

/// Whether these strides (0 for the model's own) suit the model, asked before any picture is read: the Error
/// names the option. Returns the stride that the classifier's pool will have, in cells; 1 if the model has
/// none.
Result<int> check_strides(const Model& model, int pool_stride, int output_stride);

struct PicturePlan {
  Plan plan;
  MemoryForecast forecast;
  std::uint64_t run_limit = 0;      ///< what Session::set_max_run_bytes should get, to make this plan
  std::uint64_t smallest_peak = 0;  ///< bytes with the steps that take least
};

/// ErrorCode::too_small, with a size that suffices, if the picture is smaller than the model's window.
Status check_fits_window(const PictureSize& picture, const Extent& window);

/// ErrorCode::limit_exceeded, with the smallest peak that would do, if no steps are short enough for
/// max_memory.
Result<PicturePlan> plan_picture(const Model& model, const PictureNeeds& needs, const PlanRequest& request);

}  // namespace fcn::tools
