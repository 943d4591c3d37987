// SPDX-License-Identifier: MIT
// Labels: the number of each pixel's greatest channel. Registers go through the channels side by side; of
// their lanes the greatest is then the pixel's, of equal ones the first.
#pragma once

#include <cstddef>
#include <cstdint>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/kernels/pixelwise.hpp"
#include "fcn/kernels/simd.hpp"

namespace fcn::kernels {

/// Whether channel `c` of value `x` comes before channel `best` of value `m`.
template <class Arch>
FCN_FORCE_INLINE bool outranks(float x, int c, float m, int best) {
  const bool nan = x != x, best_nan = m != m;
  if (nan || best_nan) return nan && (!best_nan || c < best);
  return x > m || (x == m && c < best);
}

template <class Arch>
FCN_FORCE_INLINE int greatest_channel(const float* a, int channels) {
  using V = Vec<Arch>;
  constexpr int width = V::width;
  int best = 0, c = 0;
  float most = a[0];
  if (channels >= 2 * width) {
    V m = V::load(a), turn = V::zero(), now = V::zero();
    const auto one = V::broadcast(1.0f);
    for (c = width; c + width <= channels; c += width) {
      const V x = V::load(a + c);
      now = now + one;
      // A NaN stays once it is there: no number is greater, and is_nan(m) keeps a second one out.
      const auto greater = x > m;
      const V with_nan = V::select(is_nan(x), V::select(is_nan(m), turn, now), V::select(greater, now, turn));
      m = V::select(is_nan(x), V::select(is_nan(m), m, x), V::select(greater, x, m));
      turn = with_nan;
    }
    float values[V::size], turns[V::size];
    m.store(values);
    turn.store(turns);
    most = values[0];
    best = static_cast<int>(turns[0]) * width;
    for (int lane = 1; lane < width; ++lane) {
      const int channel = static_cast<int>(turns[lane]) * width + lane;
      if (outranks<Arch>(values[lane], channel, most, best)) most = values[lane], best = channel;
    }
  }
  for (; c < channels; ++c)
    if (outranks<Arch>(a[c], c, most, best)) most = a[c], best = c;
  return best;
}

template <class Arch>
void argmax_f32(const ArgmaxBand& band, Range pixels) {
  auto at = PixelCursor<Arch>::at(pixels.begin, band.images, band.width);
  for (std::ptrdiff_t i = pixels.begin; i < pixels.end; ++i, at.next())
    band.out[i] = static_cast<std::uint16_t>(greatest_channel<Arch>(at.in(band.a), band.channels));
}

}  // namespace fcn::kernels
