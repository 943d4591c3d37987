// SPDX-License-Identifier: MIT
#include "tools/runs/picture_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace fcn::tools {

Status check_fits_window(const PictureSize& picture, const Extent& window) {
  if (picture.width >= window.x && picture.height >= window.y) return {};
  return Error{
      ErrorCode::too_small,
      fmt::format(
          "the picture has {}x{} pixels, the model needs at least {}x{}; --resize short:{} enlarges it",
          picture.width, picture.height, window.x, window.y, std::max(window.x, window.y)),
      ""};
}

Result<int> check_strides(const Model& model, int pool_stride, int output_stride) {
  const Extent window = model.info().window;  // a picture that small is soon planned
  PlanOptions options{.height = window.y, .width = window.x, .pool_stride = pool_stride};
  const auto plan = Plan::create(model, options);
  if (!plan && plan.error().code == ErrorCode::invalid_argument) return plan.error().at("--pool-stride");
  options.output_stride = output_stride;
  const auto dense = Plan::create(model, options);
  if (!dense && dense.error().code == ErrorCode::invalid_argument) return dense.error().at("--output-stride");
  if (!plan) return 1;
  for (const Node& node : plan->graph().nodes)
    if (const auto* pool = std::get_if<AveragePool>(&node.op);
        pool != nullptr && node.name == model.info().classifier_pool)
      return pool->stride.y;
  return 1;
}

Result<PicturePlan> plan_picture(const Model& model, const PictureNeeds& needs, const PlanRequest& request) {
  PictureSize size = needs.bordered();
  if (request.tile)
    size = {std::min(size.width, request.tile->width), std::min(size.height, request.tile->height)};
  const PlanOptions options{.height = static_cast<int>(size.height),
                            .width = static_cast<int>(size.width),
                            .part = request.part,
                            .pool_stride = request.pool_stride,
                            .output_stride = request.output_stride,
                            .threads = request.threads};
  MemoryForecast forecast(request.load_peak, model.packed_bytes(), needs);
  const auto smallest_run = smallest_run_bytes(model, options, request.use);
  if (!smallest_run) return smallest_run.error();
  std::uint64_t smallest_peak = forecast.peak_with(*smallest_run);
  std::uint64_t run_limit = model.limits().max_run_bytes;
  if (request.max_memory != 0) {
    // Rows that are read at a time, if the picture comes so: most with the longest steps.
    std::uint64_t input = 0;
    if (needs.hands_rows()) {
      const auto longest = Plan::create(model, options);
      if (!longest) return longest.error();
      input = forecast.input_bytes(longest->node(0).most_rows);
    }
    smallest_peak += input;
    if (smallest_peak > request.max_memory)
      return Error{ErrorCode::limit_exceeded,
                   fmt::format("needs at least {} bytes of memory ({} MiB), --max-memory allows {}",
                               smallest_peak, (smallest_peak + (1u << 20) - 1) >> 20, request.max_memory),
                   ""};
    run_limit = std::min(run_limit, forecast.left_for_run(request.max_memory - input));
  }
  auto plan = fit_plan(model, options, run_limit, request.use);
  if (!plan) return plan.error();
  forecast.set_run(run_memory(*plan, request.use), plan->node(0).most_rows);
  return PicturePlan{*std::move(plan), forecast, run_limit, smallest_peak};
}

}  // namespace fcn::tools
