// SPDX-License-Identifier: MIT
// The whole interface between engine and kernels: one struct of function pointers, with the tile sizes and
// packers that belong to them. Plain C++: no SIMD type, no STL container and no engine type crosses it, so
// one definition serves translation units built with different instruction-set flags.
//
// Every function works on a band (a run of output rows) and a slice of it, is single-threaded, allocates
// nothing, and gives the same bits whatever the slicing. Outputs never overlap inputs, except where a comment
// allows it.
#pragma once

#include <cstddef>

#include "fcn/kernels/bands.hpp"

namespace fcn::kernels {

/// The kernels of one arch.
struct KernelTable {
  const char* arch = nullptr;     ///< "reference", "sse2", "avx2", "avx512", "neon"
  int conv_mr = 1;                ///< output pixels of a register tile
  int conv_nr = kChannelQuantum;  ///< output channels of a packed panel

  /// Floats that pack_conv writes for this shape, bias included.
  std::size_t (*packed_conv_size)(const ConvShape&);
  /// Packs weights [out][in / groups][ky][kx] and bias [out] (or null for zeros) for conv. `packed` is
  /// 64-byte aligned.
  void (*pack_conv)(const ConvShape&, const float* weights, const float* bias, float* packed);
  /// Panels of output channels that the layer divides into: the second axis along which conv's work is
  /// sliced.
  std::ptrdiff_t (*conv_panels)(const ConvShape&);
  /// Computes output pixels `pixels` of the band, numbered row by row, image by image, column by column, for
  /// the output channels of `panels`. Slices of pixels best begin at multiples of conv_mr.
  void (*conv)(const ConvBand&, Range pixels, Range panels);

  /// Floats of scratch, 64-byte aligned, that each caller of conv_max_pool provides. The algorithm is the
  /// band's.
  std::size_t (*conv_max_pool_scratch)(const ConvShape&, ConvAlgorithm) = nullptr;
  /// Computes columns `columns` of the pooled rows, numbered image by image. Weights are conv's, or
  /// winograd's if the band's algorithm is rowwise. Bits: theirs with relu, then the greatest of the taps
  /// inside the map.
  void (*conv_max_pool)(const ConvPoolBand&, Range columns, float* scratch) = nullptr;

  // Winograd: for 3 x 3 convolutions of dilation 1 and one group winograd2 and winograd4 at stride 1 (Lavin
  // and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016) and polyphase at stride 2 along
  // both axes. winograd/ states the bits. Filters of winograd4 are kept half transformed in layers of more
  // than kMostWholeFilters of them (winograd/halves.hpp).
  //
  // And rowwise, for convolutions with 7 columns of taps, any number of rows of them and at most
  // kMostRowWinogradChannels input channels, of stride 2 (winograd/rows.hpp). Rows can be read for 16 floats
  // past the last column of whole tiles.
  //
  // Each function takes the algorithm, never `direct`, for which the layer's weights were packed. `tile`
  // below is its tile_extent.

  /// Floats that pack_winograd writes: the transformed weights and the bias.
  std::size_t (*packed_winograd_size)(const ConvShape&, ConvAlgorithm) = nullptr;
  /// Transforms weights [out][in][3][3] in float64, wholly or half, rounds once, and packs them with bias
  /// [out] (or null for zeros).
  void (*pack_winograd)(const ConvShape&, ConvAlgorithm, const float* weights, const float* bias,
                        float* packed) = nullptr;
  /// Panels of output channels, as conv_panels.
  std::ptrdiff_t (*winograd_panels)(const ConvShape&, ConvAlgorithm) = nullptr;
  /// Floats of scratch, 64-byte aligned, that each caller of winograd provides.
  std::size_t (*winograd_scratch)(const ConvShape&, ConvAlgorithm) = nullptr;
  /// Computes tiles of output pixels for the output channels of `panels`. Tiles sit at absolute multiples of
  /// tile.y and tile.x in the map and are numbered tile row by tile row, image by image, column by column;
  /// there are ceil(out_rows / tile.y) * images * ceil(out_width / tile.x) in the band, whose first row is a
  /// multiple of tile.y. Differs from `conv` in band.in: taps = (tile.y - 1) * stride + kernel_h rows for
  /// each row of tiles, row [t * taps + i] being input row ((first output row + t * tile.y) * stride -
  /// pad_top + i), a row of zeros where that is outside the map. Rows have zeroed margins wide enough for
  /// whole tiles. Output pixels of a tile that lie outside the map are not written; rows of a tile that do
  /// may also be given as null, from the tile's first such row to its last.
  void (*winograd)(const ConvBand&, ConvAlgorithm, Range tiles, Range panels, float* scratch) = nullptr;

  /// Bits: m = first tap; over further taps inside the map, ky then kx: m = (x > m or x is NaN) ? x : m.
  /// A window without a tap inside the map gives -infinity.
  void (*max_pool)(const PoolBand&, Range pixels);
  /// The tap that max_pool takes: i = number of the first tap inside the map; over all of those, ky then kx,
  /// with m from -infinity on: where x > m or x is NaN, m = x and i = ky * kernel_w + kx.
  void (*max_pool_indices)(const PoolBand&, Range pixels) = nullptr;
  /// Bits: acc = 0; over taps inside the map, ky then kx: acc = acc + x; then acc / float(divisor).
  void (*average_pool)(const PoolBand&, Range pixels);

  /// Bits: fma(a, scale, shift), then x > 0 ? x : 0 if relu.
  void (*batch_norm)(const BatchNormBand&, Range pixels);
  // Arithmetic. Bits: a + b, a - b, a * b, a / b, (b > a or a is NaN) ? a : b, (a > b or a is NaN) ? a : b;
  // then x > 0 ? x : 0 if relu.
  void (*add)(const ArithmeticBand&, Range pixels);
  void (*subtract)(const ArithmeticBand&, Range pixels);
  void (*multiply)(const ArithmeticBand&, Range pixels);
  void (*divide)(const ArithmeticBand&, Range pixels);
  void (*minimum)(const ArithmeticBand&, Range pixels) = nullptr;
  void (*maximum)(const ArithmeticBand&, Range pixels) = nullptr;

  /// Bits: x > 0 ? x : 0 (so NaN and -0 become +0).
  void (*relu)(const PixelBand&, Range pixels);
  /// Bits: x > 0 ? x : alpha * x.
  void (*leaky_relu)(const ActivationBand&, Range pixels);
  /// Bits: x > 0 ? x : scale[c] * x.
  void (*prelu)(const PReluBand&, Range pixels);
  /// Bits: y = x > alpha ? x : alpha; beta > y ? y : beta (so NaN becomes alpha).
  void (*clip)(const ActivationBand&, Range pixels);
  /// Bits: t = exp(x > 0 ? 0 - x : x), with softmax's exponential; (x > 0 ? 1 : t) / (1 + t).
  void (*sigmoid)(const PixelBand&, Range pixels);
  /// Bits: y = x < -88 ? -88 : x; t = exp.hpp's e^-z of z = y > 20 ? 20 : y; y / (1 + t).
  void (*silu)(const PixelBand&, Range pixels);
  /// Bits: clip of fma(alpha, x, beta) from 0 to 1.
  void (*hard_sigmoid)(const ActivationBand&, Range pixels);
  /// Bits: x * (clip of fma(1/6, x, 1/2) from 0 to 1).
  void (*hard_swish)(const PixelBand&, Range pixels);

  // Curves. |x| is x > 0 ? x : 0 - x. NaN gives NaN; so do mish and gelu_tanh of -infinity, and
  // softsign of either.

  /// Bits: x > 0 ? beta * x : alpha * (exp's e^x - 1).
  void (*elu)(const ActivationBand&, Range pixels) = nullptr;
  /// x times the normal distribution's share below x. Bits: curves.hpp's polynomial.
  void (*gelu)(const PixelBand&, Range pixels) = nullptr;
  /// Bits: x * sigmoid(x * fma(0.0713548163, x * x, 1.59576912)), the same as by a hyperbolic tangent.
  void (*gelu_tanh)(const PixelBand&, Range pixels) = nullptr;
  /// Bits: (x > 0 ? x : 0) + ln(1 + exp(0 - |x|)), with curves.hpp's logarithm.
  void (*softplus)(const PixelBand&, Range pixels) = nullptr;
  /// Bits: x / (1 + |x|).
  void (*softsign)(const PixelBand&, Range pixels) = nullptr;
  /// Bits: t = exp's e^u - 1 of u = 0 - (|x| + |x|); y = (0 - t) / (2 + t); x > 0 ? y : 0 - y.
  void (*tanh)(const PixelBand&, Range pixels) = nullptr;
  /// Bits: t = exp(0 - |x|), s = t * t, d = t + t; x > 0: n = 1 + d, m = s + s; else n = s + d, m = 2;
  /// x * (n / (n + m)).
  void (*mish)(const PixelBand&, Range pixels) = nullptr;
  /// Bits: |x|.
  void (*abs)(const PixelBand&, Range pixels) = nullptr;
  /// Bits: exp's e^x.
  void (*exp)(const PixelBand&, Range pixels) = nullptr;
  /// Bits: log.hpp's logarithm in float64, rounded once. -infinity at 0, NaN below.
  void (*log)(const PixelBand&, Range pixels) = nullptr;
  /// Correctly rounded. NaN below 0.
  void (*sqrt)(const PixelBand&, Range pixels) = nullptr;
  /// Bits: curves.hpp's polynomials.
  void (*erf)(const PixelBand&, Range pixels) = nullptr;
  /// x^alpha. Bits: log.hpp's exponential in float64 of alpha * ln x (of 0 if alpha is 0), rounded once. NaN
  /// below 0; at 0 (of either sign) infinity, 1 or 0, as alpha is negative, 0 or positive.
  void (*power)(const ActivationBand&, Range pixels) = nullptr;

  // Over the channels of each pixel. Sums are sixteen partial sums s[j] over c = j, j + 16, ..., then halves
  // are added: s[j] + s[j + 8], then + 4, + 2, + 1.

  // One channel of output; the band's `channels` are those of a. `out` may not be the rows of a. Bits: the
  // sum; the sum / float(channels); sixteen partial extremes m[j], from -infinity or infinity, and their
  // halves, as sums: (x > m or x is NaN) ? x : m, for the least (m > x or x is NaN) ? x : m.
  void (*channel_sum)(const PixelBand&, Range pixels) = nullptr;
  void (*channel_mean)(const PixelBand&, Range pixels) = nullptr;
  void (*channel_maximum)(const PixelBand&, Range pixels) = nullptr;
  void (*channel_minimum)(const PixelBand&, Range pixels) = nullptr;
  /// Layer norm, or RMS norm without `center`. Bits: m = the sum of x / float(channels), or 0; d = x - m;
  /// v = the sum, each term added by fma(d, d, s[j]), / float(channels); r = 1 / sqrt(v + epsilon);
  /// fma(d * r, scale, shift).
  void (*channel_norm)(const ChannelNormBand&, Range pixels) = nullptr;
  /// Softmax over the channels of each pixel. Bits (fcn/kernels/softmax.hpp has the polynomial): m = largest
  /// value, NaN ignored; e[c] = exp(x[c] - m); their sum as above; result e[c] / sum. A pixel with a NaN or
  /// an infinity of its largest value is all NaN.
  void (*softmax)(const PixelBand&, Range pixels);
  /// Local response norm. Bits (fcn/kernels/local_response_norm.hpp has the logarithm): s = 0, then s =
  /// fma(x[i], x[i], s) over the window's channels in order; t = fma(alpha / float(size), s, bias); y = -beta
  /// * ln t; p = exp(y > 0 ? 0 - y : y); x[c] * (y > 0 ? 1 / p : p). `out` may not be the rows of a.
  void (*local_response_norm)(const LocalResponseNormBand&, Range pixels);

  // Pools over the whole map, a band of rows at a time. `blocks` counts kChannelQuantum channels of each
  // image: images x ceil(channels / kChannelQuantum) in all.

  /// Bits: acc = 0; for each row: s = 0, then s = s + x over its columns in order; acc = acc + s. In the end
  /// acc / float(cells).
  void (*global_average_pool)(const GlobalPoolBand&, Range blocks);
  /// Bits: max_pool's, with the whole map as the window.
  void (*global_max_pool)(const GlobalPoolBand&, Range blocks);

  /// Bits: global_average_pool's, without the division.
  void (*global_sum_pool)(const GlobalPoolBand&, Range blocks) = nullptr;

  // Moving values.

  void (*copy_pixels)(const CopyPixelsBand&, Range pixels);
  void (*copy_channels)(const CopyChannelsBand&, Range pixels);
  /// Bits, with the weights u of columns and v of rows: each row's mean m = fma(u[1], right, u[0] * left);
  /// then fma(v[1], m of the lower row, v[0] * m of the upper).
  void (*resize_linear)(const ResizeBand&, Range pixels);
  /// Bits, with four weights u and v: each row's mean m = fma(u[3], x[3], fma(u[2], x[2], fma(u[1], x[1],
  /// u[0] * x[0]))); then the same of v and the four m.
  void (*resize_cubic)(const ResizeBand&, Range pixels) = nullptr;

  /// Values back on the taps that their indices name. Nothing is computed.
  void (*max_unpool)(const UnpoolBand&, Range pixels) = nullptr;
  /// The number of the greatest channel: the first of equal ones, the first NaN before any number.
  void (*argmax)(const ArgmaxBand&, Range pixels) = nullptr;

  /// Nothing but multiply-adds on registers, to measure the processor's peak: `rounds` rounds, from and to
  /// kChannelQuantum floats, so that the compiler must compute them. Returns how many it did.
  long (*multiply_add_burst)(long rounds, float* sink);
};

}  // namespace fcn::kernels
