// SPDX-License-Identifier: MIT
// Definitions of executor.hpp: compiled into fcn::runtime, or inline where headers are used alone. What each
// op does in a step is in the executor_*_inl.hpp that stand at the end.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "fcn/pixel_rows.hpp"
#include "fcn/run/executor.hpp"
#include "fcn/run/run_progress.hpp"

namespace fcn::inline FCN_ABI {

FCN_INLINE Result<Executor> Executor::create(const Model& model, Plan plan, ThreadPool& pool) {
  if (plan.options().threads != pool.size())
    return Error{ErrorCode::invalid_argument,
                 "the plan expects " + std::to_string(plan.options().threads) + " threads, the pool has " +
                     std::to_string(pool.size()),
                 ""};
  auto rings = Rings::allocate(plan);
  if (!rings) return std::move(rings).error();
  return Executor(model, std::move(plan), pool, *std::move(rings));
}

FCN_INLINE Status Executor::lay_out(std::span<const ImageView> images) {
  const PlanOptions& planned = plan_.options();
  const auto size = [](int width, int height) {
    return std::to_string(width) + "x" + std::to_string(height);
  };
  if (images.size() != static_cast<std::size_t>(planned.images))
    return Error{ErrorCode::invalid_argument,
                 "the plan is for " + std::to_string(planned.images) + " images, " +
                     std::to_string(images.size()) + " given",
                 ""};
  pictures_.clear();
  const PixelRect& area = plan_.area();
  for (const ImageView& image : images) {
    Picture picture{
        {},      image.source, std::min(image.width, area.width), std::min(image.height, area.height),
        -area.y, image.width};
    if (image.source == nullptr) {
      const auto layout = pixel_layout(image, model_->input_channels());
      if (!layout) return layout.error();
      picture.layout = layout->columns(area.x, area.width);
    }
    if (image.height > planned.height || image.width > planned.width)
      return Error{ErrorCode::invalid_argument,
                   "the picture is " + size(image.width, image.height) + " pixels, larger than the plan's " +
                       size(planned.width, planned.height),
                   ""};
    const bool whole = image.height == planned.height && image.width == planned.width;
    if (!planned.part.is_empty() && !whole)
      return Error{ErrorCode::invalid_argument,
                   "the picture is " + size(image.width, image.height) +
                       " pixels; the plan is for a part of one of " + size(planned.width, planned.height),
                   ""};
    pictures_.push_back(picture);
  }
  return {};
}

FCN_INLINE Status Executor::fetch(const RowStep& step) {
  for (Picture& picture : pictures_) {
    const int end = std::min(step.end, picture.height);
    // Rows below the picture repeat its last row, which the last view still has.
    if (picture.source == nullptr || step.begin >= end) continue;
    const int first = plan_.area().y + step.begin;
    const auto view = picture.source->rows(first, end - step.begin);
    if (!view) return view.error();
    const auto layout = pixel_layout(*view, model_->input_channels());
    if (!layout) return layout.error();
    if (view->width != picture.source_width || view->height != end - step.begin || view->source != nullptr)
      return Error{ErrorCode::invalid_argument,
                   "the picture's source gave " + std::to_string(view->width) + "x" +
                       std::to_string(view->height) + " pixels where " +
                       std::to_string(picture.source_width) + "x" + std::to_string(end - step.begin) +
                       " are needed",
                   "rows " + std::to_string(first) + " to " + std::to_string(first + end - step.begin - 1)};
    picture.layout = layout->columns(plan_.area().x, plan_.area().width);
    picture.first_row = step.begin;
  }
  return {};
}

FCN_INLINE Status Executor::run(std::span<const ImageView> images, std::span<const Tap> taps,
                                const RunHooks& hooks) {
  if (Status ok = lay_out(images); !ok) return ok;
  for (const Tap& tap : taps)
    if (node(tap.node).fused_into)
      return Error{ErrorCode::invalid_argument,
                   "its rows are not stored, because its max-pool computes them; plan with keep_rows "
                   "(SessionOptions, PlanOptions) to tap them",
                   "node " + plan_.graph().nodes[tap.node].name};
  finite_ = true;
  hooks_ = hooks;
  RunProgress progress(plan_, hooks_);
  const ThreadPool::Awake awake(*pool_);
  schedule_.restart();
  for (RowStep step; schedule_.next(step);) {
    if (profile_ != nullptr) profile_->begin();
    if (std::holds_alternative<Input>(plan_.graph().nodes[step.node].op))
      if (Status fetched = fetch(step); !fetched) return fetched;
    if (step.begin == 0 && !node(step.node).overwrites) rings_.open(node(step.node), plan_.options().images);
    std::visit([&](const auto& op) { make(step, op); }, plan_.graph().nodes[step.node].op);
    if (hooks_.cancelled()) return Error{ErrorCode::cancelled, "the run was cancelled", ""};
    const RowStep made = finished(step);
    if (profile_ != nullptr) profile_->end(made);
    if (!finite_)
      return Error{ErrorCode::invalid_argument,
                   "a float in rows " + std::to_string(step.begin) + " to " + std::to_string(step.end - 1) +
                       " of the picture is infinite, not a number or too large",
                   ""};
    if (made.begin < made.end) show(made, taps);
    progress.made(step);
  }
  return {};
}

FCN_INLINE void Executor::show(const RowStep& made, std::span<const Tap> taps) {
  for (const Tap& tap : taps) {
    if (tap.node != made.node) continue;
    const NodePlan& out = node(made.node);
    const kernels::OutputRows rows = rows_.output(rings_, out, made);
    tap.sink->take({rows.row, made.begin, made.end - made.begin, plan_.options().images, out.shape,
                    out.pixel_stride, out.image_stride});
  }
}

}  // namespace fcn::inline FCN_ABI

#include "fcn/run/executor_convolutions_inl.hpp"
#include "fcn/run/executor_layers_inl.hpp"
#include "fcn/run/executor_moves_inl.hpp"
#include "fcn/run/executor_pixels_inl.hpp"
