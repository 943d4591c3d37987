// SPDX-License-Identifier: MIT
// The reference kernels as a KernelTable: every other table is compared with it, and it runs where no SIMD
// arch does.
#pragma once

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/reference/activation.hpp"
#include "fcn/kernels/reference/argmax.hpp"
#include "fcn/kernels/reference/arithmetic.hpp"
#include "fcn/kernels/reference/average_pool.hpp"
#include "fcn/kernels/reference/batch_norm.hpp"
#include "fcn/kernels/reference/channel_norm.hpp"
#include "fcn/kernels/reference/conv.hpp"
#include "fcn/kernels/reference/conv_max_pool.hpp"
#include "fcn/kernels/reference/copy.hpp"
#include "fcn/kernels/reference/curves.hpp"
#include "fcn/kernels/reference/global_pool.hpp"
#include "fcn/kernels/reference/local_response_norm.hpp"
#include "fcn/kernels/reference/log.hpp"
#include "fcn/kernels/reference/max_pool.hpp"
#include "fcn/kernels/reference/max_unpool.hpp"
#include "fcn/kernels/reference/multiply_add_burst.hpp"
#include "fcn/kernels/reference/reduce_channels.hpp"
#include "fcn/kernels/reference/relu.hpp"
#include "fcn/kernels/reference/resize_cubic.hpp"
#include "fcn/kernels/reference/resize_linear.hpp"
#include "fcn/kernels/reference/softmax.hpp"
#include "fcn/kernels/reference/winograd.hpp"

namespace fcn::kernels::reference {

constexpr KernelTable make_table() {
  return {.arch = "reference",
          .conv_mr = 1,
          .conv_nr = 1,
          .packed_conv_size = &packed_conv_size_f32,
          .pack_conv = &pack_conv_f32,
          .conv_panels = &conv_panels_f32,
          .conv = &conv_f32,
          .conv_max_pool_scratch = &conv_max_pool_scratch_f32,
          .conv_max_pool = &conv_max_pool_f32,
          .packed_winograd_size = &packed_winograd_size_f32,
          .pack_winograd = &pack_winograd_f32,
          .winograd_panels = &winograd_panels_f32,
          .winograd_scratch = &winograd_scratch_f32,
          .winograd = &winograd_f32,
          .max_pool = &max_pool_f32,
          .max_pool_indices = &max_pool_indices_f32,
          .average_pool = &average_pool_f32,
          .batch_norm = &batch_norm_f32,
          .add = &add_f32,
          .subtract = &subtract_f32,
          .multiply = &multiply_f32,
          .divide = &divide_f32,
          .minimum = &minimum_f32,
          .maximum = &maximum_f32,
          .relu = &relu_f32,
          .leaky_relu = &leaky_relu_f32,
          .prelu = &prelu_f32,
          .clip = &clip_f32,
          .sigmoid = &sigmoid_f32,
          .silu = &silu_f32,
          .hard_sigmoid = &hard_sigmoid_f32,
          .hard_swish = &hard_swish_f32,
          .elu = &elu_f32,
          .gelu = &gelu_f32,
          .gelu_tanh = &gelu_tanh_f32,
          .softplus = &softplus_f32,
          .softsign = &softsign_f32,
          .tanh = &tanh_f32,
          .mish = &mish_f32,
          .abs = &abs_f32,
          .exp = &exp_f32,
          .log = &log_f32,
          .sqrt = &sqrt_f32,
          .erf = &erf_f32,
          .power = &power_f32,
          .channel_sum = &channel_sum_f32,
          .channel_mean = &channel_mean_f32,
          .channel_maximum = &channel_maximum_f32,
          .channel_minimum = &channel_minimum_f32,
          .channel_norm = &channel_norm_f32,
          .softmax = &softmax_f32,
          .local_response_norm = &local_response_norm_f32,
          .global_average_pool = &global_average_pool_f32,
          .global_max_pool = &global_max_pool_f32,
          .global_sum_pool = &global_sum_pool_f32,
          .copy_pixels = &copy_pixels_f32,
          .copy_channels = &copy_channels_f32,
          .resize_linear = &resize_linear_f32,
          .resize_cubic = &resize_cubic_f32,
          .max_unpool = &max_unpool_f32,
          .argmax = &argmax_f32,
          .multiply_add_burst = &multiply_add_burst_f32};
}

}  // namespace fcn::kernels::reference
