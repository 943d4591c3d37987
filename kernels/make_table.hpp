// SPDX-License-Identifier: MIT
// make_table<Arch>(): the one place that lists every kernel.
#pragma once

#include "kernels/add.hpp"
#include "kernels/average_pool.hpp"
#include "kernels/batch_norm.hpp"
#include "kernels/conv.hpp"
#include "kernels/conv_layout.hpp"
#include "kernels/kernel_table.hpp"
#include "kernels/max_pool.hpp"
#include "kernels/multiply_add_burst.hpp"
#include "kernels/relu.hpp"
#include "kernels/simd.hpp"
#include "kernels/softmax.hpp"
#include "kernels/winograd.hpp"
#include "kernels/winograd_filter.hpp"
#include "kernels/winograd_layout.hpp"

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
          .packed_winograd_size = &packed_winograd_size_f32<Arch>,
          .pack_winograd = &pack_winograd_f32<Arch>,
          .winograd_panels = &winograd_panels_f32<Arch>,
          .winograd_scratch = &winograd_scratch_f32<Arch>,
          .winograd = &winograd_f32<Arch>,
          .max_pool = &max_pool_f32<Arch>,
          .average_pool = &average_pool_f32<Arch>,
          .batch_norm = &batch_norm_f32<Arch>,
          .add = &add_f32<Arch>,
          .relu = &relu_f32<Arch>,
          .softmax = &softmax_f32<Arch>,
          .multiply_add_burst = &multiply_add_burst_f32<Arch>};
}

}  // namespace fcn::kernels
