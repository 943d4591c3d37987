// SPDX-License-Identifier: MIT
// How the Executor makes rows of ops on each pixel by itself: activations, arithmetic, norms, softmax.
// Included by executor.hpp.
#pragma once

#include <cstddef>

#include "engine/executor.hpp"

namespace fcn::inline FCN_ABI {

/// The step's rows, and those of its first input.
inline kernels::PixelBand Executor::pixel_band(const RowStep& step) {
  const NodePlan& out = node(step.node);
  kernels::PixelBand band;
  band.channels = out.shape.channels;
  band.images = plan_.options().images;
  band.rows = step.end - step.begin;
  band.width = out.shape.width;
  band.a = rows_.same(rings_, input(step.node, 0), step);
  band.out = rows_.output(rings_, out, step);
  return band;
}

/// The same with its second input. A channel or column that an input has only once is repeated.
inline kernels::PixelBand Executor::two_input_band(const RowStep& step) {
  kernels::PixelBand band = pixel_band(step);
  const Shape &a = input(step.node, 0).shape, &b = input(step.node, 1).shape;
  band.b = rows_.same_aside(rings_, input(step.node, 1), step);
  band.a_one_channel = a.channels < band.channels;
  band.b_one_channel = b.channels < band.channels;
  if (a.width < band.width) band.a.pixel_stride = 0;
  if (b.width < band.width) band.b.pixel_stride = 0;
  return band;
}

inline void Executor::make(const RowStep& step, const BatchNorm& op) {
  kernels::PixelBand band = pixel_band(step);
  const AlignedBuffer& packed = model_->packed(step.node);
  band.scale = packed.data();
  band.shift = packed.data() + packed.size() / 2;
  band.relu = op.relu;
  run_pixels(step, table().batch_norm, band);
}

inline void Executor::make(const RowStep& step, const PRelu&) {
  kernels::PixelBand band = pixel_band(step);
  band.scale = model_->packed(step.node).data();
  run_pixels(step, table().prelu, band);
}

inline void Executor::make(const RowStep& step, const Activation& op) {
  kernels::PixelBand band = pixel_band(step);
  band.alpha = op.alpha;
  band.beta = op.beta;
  switch (op.kind) {
    case ActivationKind::leaky_relu:
      return run_pixels(step, table().leaky_relu, band);
    case ActivationKind::clip:
      return run_pixels(step, table().clip, band);
    case ActivationKind::sigmoid:
      return run_pixels(step, table().sigmoid, band);
    case ActivationKind::hard_sigmoid:
      return run_pixels(step, table().hard_sigmoid, band);
    case ActivationKind::hard_swish:
      return run_pixels(step, table().hard_swish, band);
    case ActivationKind::silu:
      return run_pixels(step, table().silu, band);
  }
}

inline void Executor::make(const RowStep& step, const Add& op) {
  kernels::PixelBand band = two_input_band(step);
  band.relu = op.relu;
  run_pixels(step, table().add, band);
}

inline void Executor::make(const RowStep& step, const Arithmetic& op) {
  const kernels::PixelBand band = two_input_band(step);
  switch (op.kind) {
    case ArithmeticKind::add:
      return run_pixels(step, table().add, band);
    case ArithmeticKind::subtract:
      return run_pixels(step, table().subtract, band);
    case ArithmeticKind::multiply:
      return run_pixels(step, table().multiply, band);
    case ArithmeticKind::divide:
      return run_pixels(step, table().divide, band);
  }
}

inline void Executor::make(const RowStep& step, const LocalResponseNorm& op) {
  kernels::PixelBand band = pixel_band(step);
  band.size = op.size;
  band.alpha = op.alpha;
  band.beta = op.beta;
  band.bias = op.bias;
  run_pixels(step, table().local_response_norm, band);
}

}  // namespace fcn::inline FCN_ABI
