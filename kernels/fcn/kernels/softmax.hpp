// SPDX-License-Identifier: MIT
// Softmax over the channels of each pixel: largest value, exponentials with their sum, division. The sum is
// kept as sixteen partial sums whatever the register's width, so that its bits are the same for every arch.
#pragma once

#include "fcn/kernels/exp.hpp"
#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pixelwise.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

inline constexpr int kSoftmaxSums = 16;

/// Largest of the channels, NaN ignored; -infinity if all are NaN. Order cannot matter.
template <class Arch>
FCN_FORCE_INLINE float largest_channel(const float* a, int channels) {
  using V = Vec<Arch>;
  const auto none = V::broadcast(-__builtin_inff());
  auto m = none;
  int c = 0;
  for (; c + V::width <= channels; c += V::width) {
    const auto x = V::load(a + c);
    m = V::select(x > m, x, m);
  }
  float lanes[V::size];
  m.store(lanes);
  float largest = lanes[0];
  for (int j = 1; j < V::width; ++j) largest = lanes[j] > largest ? lanes[j] : largest;
  for (; c < channels; ++c) largest = a[c] > largest ? a[c] : largest;
  return largest;
}

/// Sum of the sixteen: s[j] + s[j + 8], then + 4, + 2, + 1.
template <class Arch>
FCN_FORCE_INLINE float add_halves(float (&sums)[kSoftmaxSums]) {
  for (int half = kSoftmaxSums / 2; half > 0; half /= 2) {
    for (int j = 0; j < half; ++j) sums[j] = sums[j] + sums[j + half];
  }
  return sums[0];
}

/// out = e^(a - largest), padding zero; returns the sum.
template <class Arch>
FCN_FORCE_INLINE float write_exponentials(const float* a, float largest, int channels, float* out) {
  using V = Vec<Arch>;
  constexpr std::size_t registers = kSoftmaxSums / V::size;
  V sums[registers];
  unroll<Arch, registers>([&]<std::size_t J>() FCN_INLINE_LAMBDA { sums[J] = V::zero(); });
  const auto shift = V::broadcast(largest);
  for (int block = 0; block < channels; block += kSoftmaxSums) {
    unroll<Arch, registers>([&]<std::size_t J>() FCN_INLINE_LAMBDA {
      const int c = block + static_cast<int>(J) * V::width;
      const int n = lanes_at<Arch>(c, channels);
      auto e = exp_nonpositive<Arch>(load_lanes<Arch>(a + c, n) - shift);
      if (n < V::width) e = e.keep_first(n);
      e.store(out + c);
      sums[J] = sums[J] + e;
    });
  }
  float all[kSoftmaxSums];
  unroll<Arch, registers>([&]<std::size_t J>() FCN_INLINE_LAMBDA { sums[J].store(all + J * V::size); });
  return add_halves<Arch>(all);
}

template <class Arch>
void softmax_f32(const PixelBand& band, Range pixels) {
  using V = Vec<Arch>;
  for_each_pixel<Arch>(band, pixels, [&](const auto& at) FCN_INLINE_LAMBDA {
    const float* a = at.in(band.a);
    float* out = at.out(band.out);
    const float largest = largest_channel<Arch>(a, band.channels);
    const auto sum = V::broadcast(write_exponentials<Arch>(a, largest, band.channels, out));
    write_pixel<Arch>(band.channels, out,
                      [&](int c, int) FCN_INLINE_LAMBDA { return V::load(out + c) / sum; });
  });
}

}  // namespace fcn::kernels
