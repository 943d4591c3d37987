// SPDX-License-Identifier: MIT
// make_table<Arch>(): the one place that lists every kernel.
#pragma once

#include "fcn/kernels/activation.hpp"
#include "fcn/kernels/argmax.hpp"
#include "fcn/kernels/arithmetic.hpp"
#include "fcn/kernels/batch_norm.hpp"
#include "fcn/kernels/channel_norm.hpp"
#include "fcn/kernels/conv/conv.hpp"
#include "fcn/kernels/conv/conv_layout.hpp"
#include "fcn/kernels/conv/conv_max_pool.hpp"
#include "fcn/kernels/copy_channels.hpp"
#include "fcn/kernels/copy_pixels.hpp"
#include "fcn/kernels/curves.hpp"
#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/local_response_norm.hpp"
#include "fcn/kernels/log.hpp"
#include "fcn/kernels/multiply_add_burst.hpp"
#include "fcn/kernels/pool/average_pool.hpp"
#include "fcn/kernels/pool/global_pool.hpp"
#include "fcn/kernels/pool/max_pool.hpp"
#include "fcn/kernels/pool/max_unpool.hpp"
#include "fcn/kernels/reduce_channels.hpp"
#include "fcn/kernels/relu.hpp"
#include "fcn/kernels/resize_cubic.hpp"
#include "fcn/kernels/resize_linear.hpp"
#include "fcn/kernels/simd.hpp"
#include "fcn/kernels/softmax.hpp"
#include "fcn/kernels/winograd/filter.hpp"
#include "fcn/kernels/winograd/layout.hpp"
#include "fcn/kernels/winograd/winograd.hpp"

namespace fcn::kernels {

template <class Arch>
constexpr KernelTable make_table() {
  return {.arch = Arch::name,
          .conv_mr = ConvTile<Arch>::mr,
          .conv_nr = conv_nr<Arch>,
          .packed_conv_size = &packed_conv_size_f32<Arch>,
          .pack_conv = &pack_conv_f32<Arch>,
          .conv_panels = &conv_panels_f32<Arch>,
          .conv = &conv_f32<Arch>,
          .conv_max_pool_scratch = &conv_max_pool_scratch_f32<Arch>,
          .conv_max_pool = &conv_max_pool_f32<Arch>,
          .packed_winograd_size = &packed_winograd_size_f32<Arch>,
          .pack_winograd = &pack_winograd_f32<Arch>,
          .winograd_panels = &winograd_panels_f32<Arch>,
          .winograd_scratch = &winograd_scratch_f32<Arch>,
          .winograd = &winograd_f32<Arch>,
          .max_pool = &max_pool_f32<Arch>,
          .max_pool_indices = &max_pool_indices_f32<Arch>,
          .average_pool = &average_pool_f32<Arch>,
          .batch_norm = &batch_norm_f32<Arch>,
          .add = &add_f32<Arch>,
          .subtract = &subtract_f32<Arch>,
          .multiply = &multiply_f32<Arch>,
          .divide = &divide_f32<Arch>,
          .minimum = &minimum_f32<Arch>,
          .maximum = &maximum_f32<Arch>,
          .relu = &relu_f32<Arch>,
          .leaky_relu = &leaky_relu_f32<Arch>,
          .prelu = &prelu_f32<Arch>,
          .clip = &clip_f32<Arch>,
          .sigmoid = &sigmoid_f32<Arch>,
          .silu = &silu_f32<Arch>,
          .hard_sigmoid = &hard_sigmoid_f32<Arch>,
          .hard_swish = &hard_swish_f32<Arch>,
          .elu = &elu_f32<Arch>,
          .gelu = &gelu_f32<Arch>,
          .gelu_tanh = &gelu_tanh_f32<Arch>,
          .softplus = &softplus_f32<Arch>,
          .softsign = &softsign_f32<Arch>,
          .tanh = &tanh_f32<Arch>,
          .mish = &mish_f32<Arch>,
          .abs = &abs_f32<Arch>,
          .exp = &exp_f32<Arch>,
          .log = &log_f32<Arch>,
          .sqrt = &sqrt_f32<Arch>,
          .erf = &erf_f32<Arch>,
          .power = &power_f32<Arch>,
          .channel_sum = &channel_sum_f32<Arch>,
          .channel_mean = &channel_mean_f32<Arch>,
          .channel_maximum = &channel_maximum_f32<Arch>,
          .channel_minimum = &channel_minimum_f32<Arch>,
          .channel_norm = &channel_norm_f32<Arch>,
          .softmax = &softmax_f32<Arch>,
          .local_response_norm = &local_response_norm_f32<Arch>,
          .global_average_pool = &global_average_pool_f32<Arch>,
          .global_max_pool = &global_max_pool_f32<Arch>,
          .global_sum_pool = &global_sum_pool_f32<Arch>,
          .copy_pixels = &copy_pixels_f32<Arch>,
          .copy_channels = &copy_channels_f32<Arch>,
          .resize_linear = &resize_linear_f32<Arch>,
          .resize_cubic = &resize_cubic_f32<Arch>,
          .max_unpool = &max_unpool_f32<Arch>,
          .argmax = &argmax_f32<Arch>,
          .multiply_add_burst = &multiply_add_burst_f32<Arch>};
}

}  // namespace fcn::kernels
