// SPDX-License-Identifier: MIT
// Relu on its own. The smallest kernel, and the one to imitate: a template on Arch over the whole band, its
// reference in reference/relu.hpp, a line in make_table.hpp, cases in tests/kernels/test_relu.cpp.
#pragma once

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pixelwise.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

template <class Arch>
void relu_f32(const PixelBand& band, Range pixels) {
  for_each_pixel<Arch>(band, pixels, [&](const auto& at) FCN_INLINE_LAMBDA {
    const float* a = at.in(band.a);
    write_pixel<Arch>(band.channels, at.out(band.out),
                      [&](int c, int n) FCN_INLINE_LAMBDA { return relu<Arch>(load_lanes<Arch>(a + c, n)); });
  });
}

}  // namespace fcn::kernels
