// SPDX-License-Identifier: MIT
// The part of PictureRunner (picture_runner.hpp) before a picture is decoded: what it needs, how it is
// planned, and --plan and --explain-geometry, which do no more than that.
#include <algorithm>
#include <utility>

#include "tools/infer/label_runner.hpp"
#include "tools/infer/picture_runner.hpp"
#include "tools/outputs/output_kinds.hpp"
#include "tools/report/geometry_report.hpp"
#include "tools/report/plan_report.hpp"
#include "tools/runs/regions.hpp"

namespace fcn::tools {

/// Adds what the options ask for beyond decoding, and checks the size that will run.
Status PictureRunner::complete_needs(PictureNeeds& needs) const {
  if (options_.resize) {
    const auto width = static_cast<int>(needs.upright.width), height = static_cast<int>(needs.upright.height);
    const auto& recipe = model_.info().recipe;
    if (options_.resize->by_recipe) {
      needs.run = resized_size(*recipe, width, height);
      needs.interpolation = recipe->interpolation;
    } else {
      needs.run = resized_size(*options_.resize, width, height);
    }
    if (Status fits = check_held_size(static_cast<std::uint64_t>(needs.run.width),
                                      static_cast<std::uint64_t>(needs.run.height), model_.limits());
        !fits)
      return fits.error().at("--resize");
  }
  needs.border = border_;
  const PixelRect& roi = options_.roi;
  const PictureSize shown = roi.is_empty() ? needs.run : PictureSize{roi.width, roi.height};
  needs.drawn = pixel_use(options_) == PixelUse::in_order;
  if (model_.info().kind == ModelKind::pixels) {  // any size, and rows are written as they are made
    needs.drawn = !options_.overlay.empty();
    needs.drawn_at_once = true;
    needs.outputs = label_bytes(options_, shown, class_count(model_));
    return {};
  }
  const int listed = listed_count(options_, model_.info(), class_count(model_));
  needs.outputs = std::max(output_bytes(options_, {shown, listed}), region_bytes(options_.regions, shown));
  if (!options_.scales.empty()) return {};  // one of them may enlarge it enough
  return check_fits_window(needs.bordered(), model_.info().window);
}

PlanOptions PictureRunner::plan_options(const PictureSize& size) const {
  return {.height = static_cast<int>(size.height) + 2 * border_.y,
          .width = static_cast<int>(size.width) + 2 * border_.x,
          .part = options_.roi,
          .pool_stride = options_.pool_stride,
          .output_stride = options_.output_stride,
          .threads = session_->threads()};
}

/// Of a size that has just run this takes no planning.
Result<Shape> PictureRunner::map_shape(const PictureSize& size) const {
  const PlanOptions wanted = plan_options(size);
  if (const Plan* const last = session_->plan(); last != nullptr && last->options().width == wanted.width &&
                                                 last->options().height == wanted.height &&
                                                 last->options().part == wanted.part)
    return last->map_shape();
  const auto plan = Plan::lay_out(model_, wanted);
  if (!plan) return plan.error();
  return plan->map_shape();
}

MapUse PictureRunner::use_of_map(const PictureSize& size) const {
  if (model_.info().kind == ModelKind::pixels) return map_use(options_, model_.info().kind);
  if (needs_cells(options_)) return MapUse::held;
  const auto map = map_shape(size);
  if (!map) return MapUse::held;  // planning it will tell why
  const std::uint64_t bytes = sizeof(float) * static_cast<std::uint64_t>(map->channels) *
                              static_cast<std::uint64_t>(map->height) *
                              static_cast<std::uint64_t>(map->width);
  return bytes >= options_.rows_from ? MapUse::passed_on : MapUse::held;
}

PlanRequest PictureRunner::plan_request(const PictureSize& size) const {
  return {.threads = session_->threads(),
          .pool_stride = options_.pool_stride,
          .output_stride = options_.output_stride,
          .part = options_.roi,
          .tile = options_.tile,
          .max_memory = options_.max_memory,
          .use = use_of_map(size),
          .load_peak = load_peak_};
}

/// Under --max-memory: the steps that fit, or the refusal. Nothing of the picture before is kept then.
Status PictureRunner::obey_memory_limit(PictureNeeds& needs) {
  if (options_.max_memory == 0) return {};
  session_->forget();
  map_ = ScoreMap();
  const auto plan = plan_picture(model_, needs, plan_request(needs.run));
  if (!plan) return plan.error();
  session_->set_max_run_bytes(plan->run_limit);
  needs.decoder_limit = needs.decoder;
  return {};
}

Result<PictureTexts> PictureRunner::plan_size(const PictureSize& size) {
  PictureNeeds needs;
  needs.upright = needs.run = size;
  const std::uint64_t row = 3 * static_cast<std::uint64_t>(size.width);
  needs.decoder = row * static_cast<std::uint64_t>(size.height);
  needs.by_rows = needs.decoder >= read_options().rows_from;
  if (needs.by_rows) needs.decoder = row;
  if (Status possible = check_picture_size(static_cast<std::uint64_t>(size.width),
                                           static_cast<std::uint64_t>(size.height), model_.limits());
      !possible)
    return possible.error();
  if (Status fits = complete_needs(needs); !fits) return fits.error();
  const PictureStructure file{static_cast<std::uint32_t>(size.width),
                              static_cast<std::uint32_t>(size.height)};
  return plan_texts("", needs, OriginalFrame::of(file, false, needs.run), {});
}

Result<PictureTexts> PictureRunner::plan_texts(const std::string& image, const PictureNeeds& needs,
                                               const OriginalFrame& frame, const PageChoice& page) const {
  const auto plan = plan_picture(model_, needs, plan_request(needs.run));
  if (!plan) return plan.error();
  if (options_.explain_geometry) {
    GeometryReport geometry = geometry_report(plan->plan, frame);
    geometry.image = image;
    geometry.page = page;
    geometry.model = model_name_;
    geometry.pool_stride = pool_stride_;
    return PictureTexts{options_.quiet ? "" : geometry_text(geometry), geometry_json(geometry), ""};
  }
  const PlanReport report{image,   model_name_, pool_stride_, session_->threads(), model_.table().arch,
                          border_, page};
  return PictureTexts{options_.quiet ? "" : plan_table(report, *plan), plan_json(report, *plan), ""};
}

}  // namespace fcn::tools
