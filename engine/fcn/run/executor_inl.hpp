// SPDX-License-Identifier: MIT
// Definitions of executor.hpp: compiled into fcn::runtime, or inline where headers are used alone. What each
// op does in a step is in the executor_*_inl.hpp that stand at the end.
#pragma once

#include <cstdlib>
#include <string>
#include <utility>
#include <variant>

#include "fcn/run/executor.hpp"

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

FCN_INLINE std::ptrdiff_t Executor::packed_row(const ImageView& image) const {
  return std::ptrdiff_t{image.width} * (image.channels == 0 ? model_->input_channels() : image.channels);
}

FCN_INLINE Status Executor::check_image(const ImageView& image) const {
  const auto bad = [](std::string message) {
    return Error{ErrorCode::invalid_argument, std::move(message), ""};
  };
  const auto size = [](int width, int height) {
    return std::to_string(width) + "x" + std::to_string(height);
  };
  const PlanOptions& planned = plan_.options();
  if (image.pixels == nullptr) return bad("the picture's pixels are null");
  if (image.height < 0 || image.width < 0)
    return bad("the picture is " + size(image.width, image.height) + " pixels; neither may be negative");
  if (image.height > planned.height || image.width > planned.width)
    return bad("the picture is " + size(image.width, image.height) + " pixels, larger than the plan's " +
               size(planned.width, planned.height));
  if (!pixel_table_.takes(image.channels))
    return bad("the picture has " + std::to_string(image.channels) + " channels, the model takes " +
               std::to_string(model_->input_channels()));
  if (image.height > 1 && image.row_stride != 0 && std::abs(image.row_stride) < packed_row(image))
    return bad("row_stride is " + std::to_string(image.row_stride) + ", less than the " +
               std::to_string(packed_row(image)) + " bytes of a row; 0 means packed rows");
  return {};
}

FCN_INLINE Status Executor::run(std::span<const ImageView> images, std::span<const Tap> taps) {
  const PlanOptions& options = plan_.options();
  if (images.size() != static_cast<std::size_t>(options.images))
    return Error{ErrorCode::invalid_argument,
                 "the plan is for " + std::to_string(options.images) + " images, " +
                     std::to_string(images.size()) + " given",
                 ""};
  for (const ImageView& image : images)
    if (Status ok = check_image(image); !ok) return ok;
  for (const Tap& tap : taps)
    if (node(tap.node).fused_into)
      return Error{
          ErrorCode::invalid_argument,
          "its rows are not stored, because its max-pool computes them; plan with keep_rows to tap them",
          "node " + plan_.graph().nodes[tap.node].name};
  images_ = images;
  const ThreadPool::Awake awake(*pool_);
  schedule_.restart();
  for (RowStep step; schedule_.next(step);) {
    if (profile_ != nullptr) profile_->begin();
    if (step.begin == 0 && !node(step.node).overwrites) rings_.open(node(step.node), plan_.options().images);
    std::visit([&](const auto& op) { make(step, op); }, plan_.graph().nodes[step.node].op);
    const RowStep made = finished(step);
    if (profile_ != nullptr) profile_->end(made);
    if (made.begin < made.end) show(made, taps);
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
