// SPDX-License-Identifier: MIT
// How the Executor makes rows of layers with windows: the picture, pools (with the convolution that one
// computes itself), flatten. Not here: convolutions (executor_convolutions_inl.hpp). Included by
// executor_inl.hpp.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "fcn/run/executor.hpp"

namespace fcn::inline FCN_ABI {

FCN_INLINE void Executor::make(const RowStep& step, const Input&) {
  const NodePlan& out = node(step.node);
  std::atomic<bool> finite{true};
  pool_->run([&](int worker) {
    const kernels::Range rows = split(step.end - step.begin, 1, worker, pool_->size());
    for (std::ptrdiff_t r = step.begin + rows.begin; r < step.begin + rows.end; ++r)
      for (std::size_t image = 0; image < pictures_.size(); ++image) {
        const Picture& from = pictures_[image];
        float* const to = rings_.row(out, r) + static_cast<std::ptrdiff_t>(image) * out.image_stride;
        const PixelRect& planned = plan_.area();
        // Beyond the planned size its edge pixels are repeated.
        const std::ptrdiff_t row = std::min<std::ptrdiff_t>(r, planned.height - 1);
        const int there = row < from.height ? from.width : 0;
        if (there > 0 && !pixel_table_.apply(from.layout, row - from.first_row, out.pixel_stride, to))
          finite.store(false, std::memory_order_relaxed);
        const bool goes_on = there == planned.width;
        float* end = to + there * out.pixel_stride;
        for (int x = there; goes_on && x < out.shape.width; ++x, end += out.pixel_stride)
          std::copy_n(end - out.pixel_stride, out.pixel_stride, end);
        std::fill(end, to + out.shape.width * out.pixel_stride, 0.0f);
      }
  });
  finite_ = finite.load(std::memory_order_relaxed);
}

FCN_INLINE kernels::PoolBand Executor::pool_band(const RowStep& step) {
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

/// A max-pool together with the convolution before it.
FCN_INLINE void Executor::conv_max_pool(const RowStep& step, NodeId conv) {
  const NodePlan& out = node(step.node);
  const NodePlan& made = node(conv);
  const Padding& pad = out.window.pad;
  const bool resume = step.begin > 0;
  RowStep rows{conv, resume ? 2 * step.begin - pad.top + 1 : 0, 0};
  rows.end = std::max(rows.begin, std::min(2 * step.end - pad.top + 1, made.shape.height));
  kernels::ConvPoolBand band;
  band.conv.shape = conv_shape(plan_.graph().nodes[conv].op);
  band.conv.images = plan_.options().images;
  band.conv.out_rows = rows.end - rows.begin;
  band.conv.out_width = made.shape.width;
  band.conv.in = rows_.window(rings_, made, input(conv, 0), rows, true);
  band.conv.weights = model_->packed(conv).data();
  band.algorithm = made.algorithm;
  band.conv.ceiling = std::get<Conv>(plan_.graph().nodes[conv].op).ceiling;
  band.lead_rows = !resume && pad.top == 0 ? 1 : 0;
  band.resume = resume;
  band.out_rows = step.end - step.begin;
  band.out_width = out.shape.width;
  band.pad_left = pad.left;
  band.out = rows_.output(rings_, out, step);
  float* const carry = rings_.row(made, 0);
  band.carry = {&carry, made.pixel_stride, made.image_stride};
  if (profile_ != nullptr) profile_->count_rows(conv, band.conv.out_rows);
  const std::ptrdiff_t columns = std::ptrdiff_t{band.conv.images} * band.out_width;
  pool_->run([&](int worker) {
    table().conv_max_pool(band, split(columns, 1, worker, pool_->size()), rings_.scratch(worker));
  });
}

FCN_INLINE void Executor::make(const RowStep& step, const MaxPool&) {
  if (const auto conv = node(step.node).fused_conv) return conv_max_pool(step, *conv);
  run_pixels(step, table().max_pool, pool_band(step));
}

FCN_INLINE void Executor::make(const RowStep& step, const AveragePool& op) {
  kernels::PoolBand band = pool_band(step);
  const Window& window = node(step.node).window;
  const std::int64_t top = op.count_include_pad ? -window.pad.top : 0;
  const std::int64_t bottom =
      input(step.node, 0).shape.height + (op.count_include_pad ? window.pad.bottom : 0);
  for (int r = step.begin; r < step.end; ++r) {
    int counted = 0;
    for (int ky = 0; ky < window.kernel.y; ++ky) {
      const std::int64_t row = window.input_row(r, ky);
      counted += row >= top && row < bottom ? 1 : 0;
    }
    rows_counted_[static_cast<std::size_t>(r - step.begin)] = counted;
  }
  band.rows_counted = rows_counted_.data();
  band.count_include_pad = op.count_include_pad;
  run_pixels(step, table().average_pool, band);
}

/// Workers share the channels, since a channel's sum goes through the rows in order.
FCN_INLINE void Executor::gather(const RowStep& step,
                                 void (*kernel)(const kernels::GlobalPoolBand&, kernels::Range)) {
  const NodePlan& out = node(step.node);
  const NodePlan& from = input(step.node, 0);
  kernels::GlobalPoolBand band;
  band.channels = out.shape.channels;
  band.images = plan_.options().images;
  band.rows = step.end - step.begin;
  band.width = from.shape.width;
  band.in = rows_.same(rings_, from, step);
  band.out = rings_.row(out, 0);
  band.out_image_stride = out.image_stride;
  band.first = step.begin == 0;
  if (step.end == from.shape.height) band.cells = from.shape.height * from.shape.width;
  const std::ptrdiff_t blocks =
      ceil_div(band.channels, kernels::kChannelQuantum) * std::ptrdiff_t{band.images};
  pool_->run([&](int worker) { kernel(band, split(blocks, 1, worker, pool_->size())); });
}

/// Channel-first order, as the classifier was trained on. Once per image, on a feature map of a few cells.
FCN_INLINE void Executor::make(const RowStep& step, const Flatten&) {
  const NodePlan& from = input(step.node, 0);
  const NodePlan& out = node(step.node);
  for (int image = 0; image < plan_.options().images; ++image) {
    float* to = rings_.row(out, 0) + image * out.image_stride;
    for (int c = 0; c < from.shape.channels; ++c)
      for (int y = 0; y < from.shape.height; ++y)
        for (int x = 0; x < from.shape.width; ++x)
          *to++ = rings_.row(from, y)[image * from.image_stride + x * from.pixel_stride + c];
    std::fill_n(to, out.pixel_stride - out.shape.channels, 0.0f);
  }
}

}  // namespace fcn::inline FCN_ABI
