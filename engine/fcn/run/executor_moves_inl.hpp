// SPDX-License-Identifier: MIT
// How the Executor makes rows of ops that move values: concatenation, selection of channels, padding, zeros
// between pixels, resampling, constants. Included by executor_inl.hpp.
#pragma once

#include <algorithm>
#include <cstddef>

#include "fcn/graph/resample.hpp"
#include "fcn/run/executor.hpp"

namespace fcn::inline FCN_ABI {

/// All channels of input number `slot`, to the first channels of the step's rows.
FCN_INLINE kernels::CopyChannelsBand Executor::channels_of(const RowStep& step, std::size_t slot) {
  const NodePlan& from = input(step.node, slot);
  const auto rows = static_cast<std::size_t>(step.end - step.begin);
  kernels::CopyChannelsBand band;
  band.channels = from.shape.channels;
  band.images = plan_.options().images;
  band.rows = step.end - step.begin;
  band.width = from.shape.width;
  band.in = rows_.same(rings_, from, step, slot * rows);
  band.out = rows_.output(rings_, node(step.node), step);
  return band;
}

FCN_INLINE void Executor::make(const RowStep& step, const Concat&) {
  shares_.clear();
  int channel = 0;
  for (std::size_t slot = 0; slot < plan_.graph().nodes[step.node].inputs.size(); ++slot) {
    shares_.push_back(channels_of(step, slot));
    shares_.back().out_channel = channel;
    channel += shares_.back().channels;
    shares_.back().closes_pixel = channel == node(step.node).shape.channels;
  }
  pool_->run([&](int worker) {
    const kernels::Range pixels = split(pixel_count(step), 1, worker, pool_->size());
    for (const kernels::CopyChannelsBand& share : shares_) table().copy_channels(share, pixels);
  });
}

FCN_INLINE void Executor::make(const RowStep& step, const SelectChannels& op) {
  kernels::CopyChannelsBand band = channels_of(step, 0);
  band.channels = static_cast<int>(op.channels.size());
  band.channel = op.channels.data();
  run_pixels(step, table().copy_channels, band);
}

template <class MovingOp>
void Executor::move_pixels(const RowStep& step, const MovingOp& op, float fill) {
  const NodePlan& out = node(step.node);
  const NodePlan& from = input(step.node, 0);
  const ResampleAxis axis = rows_of(op, from.shape, out.shape);
  kernels::CopyPixelsBand band;
  band.channels = out.shape.channels;
  band.images = plan_.options().images;
  band.rows = step.end - step.begin;
  band.width = out.shape.width;
  band.in = rows_.placed(rings_, from, step, 1, [&](int r, int) { return copied_place(op, axis, r); });
  band.out = rows_.output(rings_, out, step);
  band.columns = out.columns.columns.data();
  band.fill = fill;
  run_pixels(step, table().copy_pixels, band);
}

/// Pixels of fewer channels lie one after the other within the input's; offsets are in floats.
FCN_INLINE void Executor::make(const RowStep& step, const DepthToSpace& op) {
  const NodePlan& out = node(step.node);
  const NodePlan& from = input(step.node, 0);
  kernels::CopyPixelsBand band;
  band.channels = out.shape.channels;
  band.images = plan_.options().images;
  band.rows = step.end - step.begin;
  band.width = out.shape.width;
  const std::ptrdiff_t row_floats = std::ptrdiff_t{op.block.x} * out.shape.channels;
  band.in = rows_.within(rings_, from, step, op.block.y, row_floats);
  band.in.pixel_stride = 1;
  band.out = rows_.output(rings_, out, step);
  band.columns = out.columns.columns.data();
  run_pixels(step, table().copy_pixels, band);
}

FCN_INLINE void Executor::make(const RowStep& step, const ResizeTo& op) {
  make(step, *resize_of(op, input(step.node, 0).shape, node(step.node).shape));
}

/// The tap of each row, and of each column, with the row and column of the window.
FCN_INLINE void Executor::make(const RowStep& step, const MaxUnpool& op) {
  const NodePlan& out = node(step.node);
  const NodePlan& from = input(step.node, 0);
  const ResampleAxis axis = rows_of(op, from.shape, out.shape);
  const auto place = [&](int r, int) { return copied_place(op, axis, r); };
  kernels::UnpoolBand band;
  band.channels = out.shape.channels;
  band.images = plan_.options().images;
  band.rows = step.end - step.begin;
  band.width = out.shape.width;
  band.kernel_w = op.kernel.x;
  band.values = rows_.placed(rings_, from, step, 1, place);
  band.indices = rows_.placed_aside(rings_, input(step.node, 1), step, place);
  band.out = rows_.output(rings_, out, step);
  for (int r = step.begin; r < step.end; ++r)
    rows_counted_[static_cast<std::size_t>(r - step.begin)] = (r + axis.before) % axis.stride;
  band.row_taps = rows_counted_.data();
  band.columns = out.columns.columns.data();
  run_pixels(step, table().max_unpool, band);
}

FCN_INLINE void Executor::make(const RowStep& step, const Resize& op) {
  if (op.mode == ResizeMode::nearest) return move_pixels(step, op, 0.0f);
  const NodePlan& out = node(step.node);
  const NodePlan& from = input(step.node, 0);
  const ResampleAxis axis = rows_of(op, from.shape, out.shape);
  kernels::ResizeBand band;
  band.channels = out.shape.channels;
  band.images = plan_.options().images;
  band.rows = step.end - step.begin;
  band.width = out.shape.width;
  const int taps = resize_taps(op.mode);
  band.in = rows_.placed(rings_, from, step, taps, [&](int r, int tap) {
    int row = 0;
    with_weighted_places(op, axis, r, [&](const auto& places) {
      const auto i = static_cast<std::size_t>(tap);
      row_weights_[static_cast<std::size_t>(taps * (r - step.begin)) + i] = places.weights[i];
      row = places.places[i];
    });
    return row;
  });
  band.out = rows_.output(rings_, out, step);
  band.row_weights = row_weights_.data();
  band.columns = out.columns.columns.data();
  band.column_weights = out.columns.weights.data();
  run_pixels(step, op.mode == ResizeMode::cubic ? table().resize_cubic : table().resize_linear, band);
}

/// The packed rows are the map's own, but for margins and images.
FCN_INLINE void Executor::make(const RowStep& step, const Constant& op) {
  const NodePlan& out = node(step.node);
  const std::ptrdiff_t row_floats = out.pixel_stride * op.shape.width;
  for (int r = step.begin; r < step.end; ++r)
    for (int image = 0; image < plan_.options().images; ++image)
      std::copy_n(model_->packed(step.node).data() + r * row_floats, row_floats,
                  rings_.row(out, r) + image * out.image_stride);
}

}  // namespace fcn::inline FCN_ABI
