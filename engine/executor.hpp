// SPDX-License-Identifier: MIT
// Runs a Plan: pixels in, rows out through sinks. A dumb loop over the schedule's steps; every choice was
// made before. The steady state allocates nothing.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/image_view.hpp"
#include "engine/model.hpp"
#include "engine/pixel_table.hpp"
#include "engine/plan.hpp"
#include "engine/profile.hpp"
#include "engine/result.hpp"
#include "engine/rings.hpp"
#include "engine/row_pointers.hpp"
#include "engine/row_sink.hpp"
#include "engine/thread_pool.hpp"
#include "engine/work_split.hpp"

namespace fcn::inline FCN_ABI {

class Executor {
 public:
  /// Allocates the plan's memory. `model` and `pool` must outlive the executor, and the pool be as large as
  /// planned.
  static Result<Executor> create(const Model& model, Plan plan, ThreadPool& pool);

  /// Runs as many images as the plan says, each of its size. Rows of tapped nodes go to their sinks.
  Status run(std::span<const ImageView> images, std::span<const Tap> taps);

  /// From now on notes each step's time in `profile`, or, if null, no longer.
  void set_profile(Profile* profile) {
    profile_ = profile;
    if (profile_ != nullptr) profile_->clear(plan_.size());
  }

  [[nodiscard]] const Plan& plan() const { return plan_; }

 private:
  Executor(const Model& model, Plan plan, ThreadPool& pool, Rings rings)
      : model_(&model),
        pool_(&pool),
        plan_(std::move(plan)),
        schedule_(plan_.schedule()),
        rings_(std::move(rings)),
        pixel_table_(model.info(), model.input_channels()),
        rows_(plan_),
        rows_counted_(plan_.most_row_pointers()) {}

  void make_rows(const RowStep& step, std::span<const ImageView> images);
  void read_pixels(const RowStep& step, std::span<const ImageView> images);
  void convolve(const RowStep& step, bool relu, bool residual);
  void max_pool(const RowStep& step);
  void average_pool(const RowStep& step, bool count_include_pad);
  void flatten(const RowStep& step);
  void pixelwise(const RowStep& step, void (*kernel)(const kernels::PixelBand&, kernels::Range), bool relu);
  void show(const RowStep& step, std::span<const Tap> taps);

  kernels::PoolBand pool_band(const RowStep& step);

  [[nodiscard]] const NodePlan& node(NodeId id) const { return plan_.node(id); }
  [[nodiscard]] const NodePlan& input(NodeId id, std::size_t slot) const {
    return plan_.node(plan_.graph().nodes[id].inputs[slot]);
  }
  [[nodiscard]] std::ptrdiff_t pixel_count(const RowStep& step) const {
    return std::ptrdiff_t{step.end - step.begin} * plan_.options().images * node(step.node).shape.width;
  }

  const Model* model_;
  ThreadPool* pool_;
  Profile* profile_ = nullptr;
  Plan plan_;
  RowSchedule schedule_;
  Rings rings_;
  PixelTable pixel_table_;
  RowPointers rows_;  // of the present step
  std::vector<int> rows_counted_;
};

inline Result<Executor> Executor::create(const Model& model, Plan plan, ThreadPool& pool) {
  if (plan.options().threads != pool.size())
    return Error{ErrorCode::invalid_argument, "the pool has another number of threads than was planned", ""};
  auto rings = Rings::allocate(plan);
  if (!rings) return std::move(rings).error();
  return Executor(model, std::move(plan), pool, *std::move(rings));
}

inline Status Executor::run(std::span<const ImageView> images, std::span<const Tap> taps) {
  const PlanOptions& options = plan_.options();
  if (images.size() != static_cast<std::size_t>(options.images))
    return Error{ErrorCode::invalid_argument,
                 "the plan is for " + std::to_string(options.images) + " images, " +
                     std::to_string(images.size()) + " given",
                 ""};
  for (const ImageView& image : images)
    if (image.height != options.height || image.width != options.width || image.pixels == nullptr)
      return Error{ErrorCode::invalid_argument, "an image is not of the size that was planned", ""};
  schedule_.restart();
  for (RowStep step; schedule_.next(step);) {
    if (profile_ != nullptr) profile_->begin();
    make_rows(step, images);
    if (profile_ != nullptr) profile_->end(step);
    show(step, taps);
  }
  return {};
}

inline void Executor::make_rows(const RowStep& step, std::span<const ImageView> images) {
  const Op& op = plan_.graph().nodes[step.node].op;
  const kernels::KernelTable& table = model_->table();
  if (std::holds_alternative<Input>(op)) return read_pixels(step, images);
  if (const auto* conv = std::get_if<Conv>(&op)) return convolve(step, conv->relu, conv->residual);
  if (std::holds_alternative<Linear>(op)) return convolve(step, false, false);
  if (const auto* norm = std::get_if<BatchNorm>(&op)) return pixelwise(step, table.batch_norm, norm->relu);
  if (std::holds_alternative<Relu>(op)) return pixelwise(step, table.relu, true);
  if (std::holds_alternative<MaxPool>(op)) return max_pool(step);
  if (const auto* pool = std::get_if<AveragePool>(&op)) return average_pool(step, pool->count_include_pad);
  if (std::holds_alternative<GlobalAveragePool>(op)) return average_pool(step, true);
  if (const auto* add = std::get_if<Add>(&op)) return pixelwise(step, table.add, add->relu);
  if (std::holds_alternative<Flatten>(op)) return flatten(step);
  return pixelwise(step, table.softmax, false);
}

inline void Executor::read_pixels(const RowStep& step, std::span<const ImageView> images) {
  const NodePlan& out = node(step.node);
  pool_->run([&](int worker) {
    const kernels::Range rows = split(step.end - step.begin, 1, worker, pool_->size());
    for (std::ptrdiff_t r = step.begin + rows.begin; r < step.begin + rows.end; ++r)
      for (std::size_t image = 0; image < images.size(); ++image) {
        const std::uint8_t* from = images[image].pixels + r * images[image].row_stride;
        float* to = rings_.row(out, r) + static_cast<std::ptrdiff_t>(image) * out.image_stride;
        pixel_table_.apply(from, out.shape.width, out.pixel_stride, to);
      }
  });
}

inline void Executor::convolve(const RowStep& step, bool relu, bool residual) {
  const kernels::KernelTable& table = model_->table();
  const NodePlan& out = node(step.node);
  const int tile = out.row_quantum();
  const bool direct = out.algorithm == ConvAlgorithm::direct;
  kernels::ConvBand band;
  band.shape = conv_shape(plan_.graph().nodes[step.node].op);
  band.images = plan_.options().images;
  band.out_rows = step.end - step.begin;
  band.out_width = out.shape.width;
  band.in = rows_.window(rings_, out, input(step.node, 0), step, true);
  if (residual) band.residual = rows_.same_aside(rings_, input(step.node, 1), step);
  band.out = rows_.output(rings_, out, step);
  band.weights = model_->packed(step.node).data();
  band.relu = relu;

  // Units of work: pixels for direct, tiles for Winograd.
  const std::ptrdiff_t units =
      std::ptrdiff_t{ceil_div(band.out_rows, tile)} * band.images * ceil_div(band.out_width, tile);
  const std::ptrdiff_t grain = direct ? table.conv_mr : 1;
  const std::ptrdiff_t panels =
      direct ? table.conv_panels(band.shape) : table.winograd_panels(band.shape, tile);
  const ConvCuts cuts = cut_conv(ceil_div(units, grain), panels, pool_->size(), weights_outweigh(band));
  pool_->run([&](int worker) {
    const kernels::Range mine = split(units, grain, worker % cuts.pixels, cuts.pixels);
    const kernels::Range my_panels = split(panels, 1, worker / cuts.pixels, cuts.panels);
    if (mine.begin == mine.end || my_panels.begin == my_panels.end) return;
    if (direct)
      table.conv(band, mine, my_panels);
    else
      table.winograd(band, tile, mine, my_panels, rings_.scratch(worker));
  });
}

inline kernels::PoolBand Executor::pool_band(const RowStep& step) {
  const NodePlan& out = node(step.node);
  const NodePlan& from = input(step.node, 0);
  kernels::PoolBand band;
  band.channels = out.shape.channels;
  band.images = plan_.options().images;
  band.out_rows = step.end - step.begin;
  band.in_width = from.shape.width;
  band.out_width = out.shape.width;
  band.kernel_h = out.window.kernel.y;
  band.kernel_w = out.window.kernel.x;
  band.stride_x = out.window.stride.x;
  band.dilation_x = out.window.dilation.x;
  band.pad_left = out.window.pad.left;
  band.pad_right = out.window.pad.right;
  band.in = rows_.window(rings_, out, from, step, false);
  band.out = rows_.output(rings_, out, step);
  return band;
}

inline void Executor::max_pool(const RowStep& step) {
  const kernels::PoolBand band = pool_band(step);
  pool_->run([&](int worker) {
    model_->table().max_pool(band, split(pixel_count(step), 1, worker, pool_->size()));
  });
}

inline void Executor::average_pool(const RowStep& step, bool count_include_pad) {
  kernels::PoolBand band = pool_band(step);
  const Window& window = node(step.node).window;
  const std::int64_t height = input(step.node, 0).shape.height;
  for (int r = step.begin; r < step.end; ++r) {
    const std::int64_t first = window.input_row(r, 0);
    const std::int64_t end =
        std::min(first + window.kernel.y, count_include_pad ? height + window.pad.bottom : height);
    const std::int64_t begin = count_include_pad ? first : std::max<std::int64_t>(first, 0);
    rows_counted_[static_cast<std::size_t>(r - step.begin)] = static_cast<int>(end - begin);
  }
  band.rows_counted = rows_counted_.data();
  band.count_include_pad = count_include_pad;
  pool_->run([&](int worker) {
    model_->table().average_pool(band, split(pixel_count(step), 1, worker, pool_->size()));
  });
}

inline void Executor::pixelwise(const RowStep& step,
                                void (*kernel)(const kernels::PixelBand&, kernels::Range), bool relu) {
  const NodePlan& out = node(step.node);
  kernels::PixelBand band;
  band.channels = out.shape.channels;
  band.images = plan_.options().images;
  band.rows = step.end - step.begin;
  band.width = out.shape.width;
  band.a = rows_.same(rings_, input(step.node, 0), step);
  if (plan_.graph().nodes[step.node].inputs.size() > 1)
    band.b = rows_.same_aside(rings_, input(step.node, 1), step);
  band.out = rows_.output(rings_, out, step);
  const AlignedBuffer& packed = model_->packed(step.node);
  if (packed.size() != 0) {
    band.scale = packed.data();
    band.shift = packed.data() + packed.size() / 2;
  }
  band.relu = relu;
  pool_->run([&](int worker) { kernel(band, split(pixel_count(step), 1, worker, pool_->size())); });
}

/// Channel-first order, as the classifier was trained on. Once per image, on a feature map of a few cells.
inline void Executor::flatten(const RowStep& step) {
  const NodePlan& from = input(step.node, 0);
  const NodePlan& out = node(step.node);
  for (int image = 0; image < plan_.options().images; ++image) {
    float* to = rings_.row(out, 0) + image * out.image_stride;
    for (int c = 0; c < from.shape.channels; ++c)
      for (int y = 0; y < from.shape.height; ++y)
        for (int x = 0; x < from.shape.width; ++x)
          *to++ = rings_.row(from, y)[image * from.image_stride + x * from.pixel_stride + c];
  }
}

inline void Executor::show(const RowStep& step, std::span<const Tap> taps) {
  for (const Tap& tap : taps) {
    if (tap.node != step.node) continue;
    const NodePlan& out = node(step.node);
    const kernels::OutputRows made = rows_.output(rings_, out, step);
    tap.sink->take({made.row, step.begin, step.end - step.begin, plan_.options().images, out.shape,
                    out.pixel_stride, out.image_stride});
  }
}

}  // namespace fcn::inline FCN_ABI
