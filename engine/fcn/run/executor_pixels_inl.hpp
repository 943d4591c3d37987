// SPDX-License-Identifier: MIT
// How the Executor makes rows of ops on each pixel by itself: activations, arithmetic, norms, softmax.
// Included by executor_inl.hpp.
#pragma once

#include <cstddef>

#include "fcn/run/executor.hpp"

namespace fcn::inline FCN_ABI {

namespace detail {

template <class Band>
using PixelKernel = void (*)(const Band&, kernels::Range);

/// Of an activation with numbers of its own; null for others.
FCN_INLINE PixelKernel<kernels::ActivationBand> activation_with_numbers(const kernels::KernelTable& table,
                                                                        ActivationKind kind) {
  switch (kind) {
    case ActivationKind::leaky_relu:
      return table.leaky_relu;
    case ActivationKind::clip:
      return table.clip;
    case ActivationKind::hard_sigmoid:
      return table.hard_sigmoid;
    case ActivationKind::elu:
      return table.elu;
    case ActivationKind::power:
      return table.power;
    default:
      return nullptr;
  }
}

/// Of the others.
FCN_INLINE PixelKernel<kernels::PixelBand> plain_activation(const kernels::KernelTable& table,
                                                            ActivationKind kind) {
  switch (kind) {
    case ActivationKind::sigmoid:
      return table.sigmoid;
    case ActivationKind::hard_swish:
      return table.hard_swish;
    case ActivationKind::silu:
      return table.silu;
    case ActivationKind::gelu:
      return table.gelu;
    case ActivationKind::gelu_tanh:
      return table.gelu_tanh;
    case ActivationKind::softplus:
      return table.softplus;
    case ActivationKind::softsign:
      return table.softsign;
    case ActivationKind::tanh:
      return table.tanh;
    case ActivationKind::mish:
      return table.mish;
    case ActivationKind::abs:
      return table.abs;
    case ActivationKind::exp:
      return table.exp;
    case ActivationKind::log:
      return table.log;
    case ActivationKind::sqrt:
      return table.sqrt;
    case ActivationKind::erf:
      return table.erf;
    case ActivationKind::leaky_relu:
    case ActivationKind::clip:
    case ActivationKind::hard_sigmoid:
    case ActivationKind::elu:
    case ActivationKind::power:
      return nullptr;
  }
  return nullptr;
}

FCN_INLINE PixelKernel<kernels::ArithmeticBand> arithmetic_kernel(const kernels::KernelTable& table,
                                                                  ArithmeticKind kind) {
  switch (kind) {
    case ArithmeticKind::add:
      return table.add;
    case ArithmeticKind::subtract:
      return table.subtract;
    case ArithmeticKind::multiply:
      return table.multiply;
    case ArithmeticKind::divide:
      return table.divide;
    case ArithmeticKind::minimum:
      return table.minimum;
    case ArithmeticKind::maximum:
      return table.maximum;
  }
  return nullptr;
}

FCN_INLINE PixelKernel<kernels::PixelBand> reduction_kernel(const kernels::KernelTable& table,
                                                            ReductionKind kind) {
  switch (kind) {
    case ReductionKind::sum:
      return table.channel_sum;
    case ReductionKind::mean:
      return table.channel_mean;
    case ReductionKind::maximum:
      return table.channel_maximum;
    case ReductionKind::minimum:
      return table.channel_minimum;
  }
  return nullptr;
}

}  // namespace detail

/// The step's rows, and those of its first input.
FCN_INLINE kernels::PixelBand Executor::pixel_band(const RowStep& step) {
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
FCN_INLINE kernels::ArithmeticBand Executor::two_input_band(const RowStep& step) {
  kernels::ArithmeticBand band{pixel_band(step), {}};
  const Shape &a = input(step.node, 0).shape, &b = input(step.node, 1).shape;
  band.b = rows_.same_aside(rings_, input(step.node, 1), step);
  band.a_one_channel = a.channels < band.channels;
  band.b_one_channel = b.channels < band.channels;
  if (a.width < band.width) band.a.pixel_stride = 0;
  if (b.width < band.width) band.b.pixel_stride = 0;
  return band;
}

FCN_INLINE void Executor::make(const RowStep& step, const BatchNorm& op) {
  kernels::BatchNormBand band{pixel_band(step)};
  const AlignedBuffer& packed = model_->packed(step.node);
  band.scale = packed.data();
  band.shift = packed.data() + packed.size() / 2;
  band.relu = op.relu;
  run_pixels(step, table().batch_norm, band);
}

FCN_INLINE void Executor::make(const RowStep& step, const PRelu&) {
  run_pixels(step, table().prelu, kernels::PReluBand{pixel_band(step), model_->packed(step.node).data()});
}

FCN_INLINE void Executor::make(const RowStep& step, const Activation& op) {
  if (const auto kernel = detail::activation_with_numbers(table(), op.kind))
    run_pixels(step, kernel, kernels::ActivationBand{pixel_band(step), op.alpha, op.beta});
  else
    run_pixels(step, detail::plain_activation(table(), op.kind), pixel_band(step));
}

FCN_INLINE void Executor::make(const RowStep& step, const Add& op) {
  kernels::ArithmeticBand band = two_input_band(step);
  band.relu = op.relu;
  run_pixels(step, table().add, band);
}

FCN_INLINE void Executor::make(const RowStep& step, const Arithmetic& op) {
  run_pixels(step, detail::arithmetic_kernel(table(), op.kind), two_input_band(step));
}

/// Its band's channels are those it reads.
FCN_INLINE void Executor::make(const RowStep& step, const ReduceChannels& op) {
  kernels::PixelBand band = pixel_band(step);
  band.channels = input(step.node, 0).shape.channels;
  run_pixels(step, detail::reduction_kernel(table(), op.kind), band);
}

FCN_INLINE void Executor::make(const RowStep& step, const ChannelNorm& op) {
  kernels::ChannelNormBand band{pixel_band(step)};
  const AlignedBuffer& packed = model_->packed(step.node);
  band.scale = packed.data();
  band.shift = packed.data() + packed.size() / 2;
  band.epsilon = static_cast<float>(op.epsilon);
  band.center = op.center;
  run_pixels(step, table().channel_norm, band);
}

FCN_INLINE void Executor::make(const RowStep& step, const LocalResponseNorm& op) {
  kernels::LocalResponseNormBand band{pixel_band(step)};
  band.size = op.size;
  band.alpha = op.alpha;
  band.beta = op.beta;
  band.bias = op.bias;
  run_pixels(step, table().local_response_norm, band);
}

}  // namespace fcn::inline FCN_ABI
