// SPDX-License-Identifier: MIT
// Sum, difference, product, quotient, least and greatest of two feature maps, optionally with relu. Where one
// has a single channel or column it is repeated: a squeeze-and-excite gate multiplies a map. (The sum at a
// residual block's end is usually fused into the convolution, ConvBand::residual, instead.)
#pragma once

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pixelwise.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

/// combine(a, b) for every value of the slice.
template <class Arch, class F>
FCN_FORCE_INLINE void combine_maps(const ArithmeticBand& band, Range pixels, F&& combine) {
  using V = Vec<Arch>;
  for_each_pixel<Arch>(band, pixels, [&](const auto& at) FCN_INLINE_LAMBDA {
    const float* a = at.in(band.a);
    const float* b = at.in(band.b);
    write_pixel<Arch>(band.channels, at.out(band.out), [&](int c, int n) FCN_INLINE_LAMBDA {
      const auto x = band.a_one_channel ? V::broadcast(*a) : load_lanes<Arch>(a + c, n);
      const auto y = band.b_one_channel ? V::broadcast(*b) : load_lanes<Arch>(b + c, n);
      const auto value = combine(x, y);
      return band.relu ? relu<Arch>(value) : value;
    });
  });
}

template <class Arch>
void add_f32(const ArithmeticBand& band, Range pixels) {
  using V = Vec<Arch>;
  combine_maps<Arch>(band, pixels, [](V a, V b) FCN_INLINE_LAMBDA { return a + b; });
}

template <class Arch>
void subtract_f32(const ArithmeticBand& band, Range pixels) {
  using V = Vec<Arch>;
  combine_maps<Arch>(band, pixels, [](V a, V b) FCN_INLINE_LAMBDA { return a - b; });
}

template <class Arch>
void multiply_f32(const ArithmeticBand& band, Range pixels) {
  using V = Vec<Arch>;
  combine_maps<Arch>(band, pixels, [](V a, V b) FCN_INLINE_LAMBDA { return a * b; });
}

template <class Arch>
void divide_f32(const ArithmeticBand& band, Range pixels) {
  using V = Vec<Arch>;
  combine_maps<Arch>(band, pixels, [](V a, V b) FCN_INLINE_LAMBDA { return a / b; });
}

template <class Arch>
void minimum_f32(const ArithmeticBand& band, Range pixels) {
  using V = Vec<Arch>;
  combine_maps<Arch>(band, pixels,
                     [](V a, V b) FCN_INLINE_LAMBDA { return V::select(V::either(b > a, is_nan(a)), a, b); });
}

template <class Arch>
void maximum_f32(const ArithmeticBand& band, Range pixels) {
  using V = Vec<Arch>;
  combine_maps<Arch>(band, pixels,
                     [](V a, V b) FCN_INLINE_LAMBDA { return V::select(V::either(a > b, is_nan(a)), a, b); });
}

}  // namespace fcn::kernels
