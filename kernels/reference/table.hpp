// SPDX-License-Identifier: MIT
// The reference kernels as a KernelTable: what every other table is compared with, and what runs where no
// SIMD arch does.
#pragma once

#include "kernels/kernel_table.hpp"
#include "kernels/reference/add.hpp"
#include "kernels/reference/average_pool.hpp"
#include "kernels/reference/batch_norm.hpp"
#include "kernels/reference/conv.hpp"
#include "kernels/reference/max_pool.hpp"
#include "kernels/reference/multiply_add_burst.hpp"
#include "kernels/reference/relu.hpp"
#include "kernels/reference/softmax.hpp"
#include "kernels/reference/winograd.hpp"

namespace fcn::kernels::reference {

constexpr KernelTable make_table() {
  return {.arch = "reference",
          .conv_mr = 1,
          .conv_nr = 1,
          .packed_conv_size = &packed_conv_size_f32,
          .pack_conv = &pack_conv_f32,
          .conv_panels = &conv_panels_f32,
          .conv = &conv_f32,
          .packed_winograd_size = &packed_winograd_size_f32,
          .pack_winograd = &pack_winograd_f32,
          .winograd_panels = &winograd_panels_f32,
          .winograd_scratch = &winograd_scratch_f32,
          .winograd = &winograd_f32,
          .max_pool = &max_pool_f32,
          .average_pool = &average_pool_f32,
          .batch_norm = &batch_norm_f32,
          .add = &add_f32,
          .relu = &relu_f32,
          .softmax = &softmax_f32,
          .multiply_add_burst = &multiply_add_burst_f32};
}

}  // namespace fcn::kernels::reference
