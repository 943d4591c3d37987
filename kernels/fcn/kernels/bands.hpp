// SPDX-License-Identifier: MIT
// The arguments of kernels: feature maps as rows, and one struct for each kind of work on a band of them.
// Plain C++: no SIMD type, no STL container and no engine type. Not here: the functions that take them
// (kernel_table.hpp).
//
// Feature maps are channels last, float32, held as rows. A *row* is one line of each image of the batch:
//
//   row pointer -> | pixel 0 of image 0 | pixel 1 | ... pixel w-1 | margins | pixel 0 of image 1 | ...
//                  |<- pixel_stride  -->|                                   ^ image_stride floats after
//                                                                             image 0's
//
// Each image's pixels have zeroed margins on both sides, at least as wide as any convolution that reads them
// pads, so kernels step over the left and right edge without a test. `channels` floats of each pixel count;
// maps that kernels write have a pixel_stride rounded up to kChannelQuantum, and the floats past `channels`
// are zeros that nothing reads as values. All strides and offsets count floats.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fcn::kernels {

/// Feature maps that kernels write have their pixel stride rounded up to this: one AVX-512 register, two of
/// AVX2.
inline constexpr int kChannelQuantum = 16;

/// Rows read by a kernel. `row[i]` points to pixel 0 of image 0.
struct InputRows {
  const float* const* row = nullptr;
  std::ptrdiff_t pixel_stride = 0;
  std::ptrdiff_t image_stride = 0;
};

/// Rows written by a kernel.
struct OutputRows {
  float* const* row = nullptr;
  std::ptrdiff_t pixel_stride = 0;
  std::ptrdiff_t image_stride = 0;
};

/// Half-open range of work items.
struct Range {
  std::ptrdiff_t begin = 0;
  std::ptrdiff_t end = 0;
};

/// What a convolution is, apart from its data and the picture's size: enough to pack its weights.
struct ConvShape {
  int in_channels = 0;
  int out_channels = 0;
  int groups = 1;
  int kernel_h = 1, kernel_w = 1;
  int stride_y = 1, stride_x = 1;
  int dilation_y = 1, dilation_x = 1;
  int pad_left = 0;
};

/// How a convolution is computed. Each way rounds differently.
enum class ConvAlgorithm {
  direct,     ///< implicit matrix product
  winograd2,  ///< Winograd F(2 x 2, 3 x 3): 2.25 times fewer products
  winograd4,  ///< Winograd F(4 x 4, 3 x 3): 4 times fewer
  polyphase,  ///< Winograd F(2 x 2, 3 x 3) of stride 2, even and odd inputs apart: 1.44 times fewer
  rowwise,    ///< Winograd F(4, 7) of stride 2 along the rows of a kernel of 7 columns: 2.15 times fewer
};

/// Output pixels that are computed together.
struct TileExtent {
  int y = 1, x = 1;
};

/// A tile of each algorithm; a single pixel for direct.
__attribute__((always_inline)) constexpr TileExtent tile_extent(ConvAlgorithm algorithm) {
  switch (algorithm) {
    case ConvAlgorithm::direct:
      return {1, 1};
    case ConvAlgorithm::winograd2:
    case ConvAlgorithm::polyphase:
      return {2, 2};
    case ConvAlgorithm::winograd4:
      return {4, 4};
    case ConvAlgorithm::rowwise:
      return {1, 4};
  }
  return {1, 1};
}

/// One band of a convolution.
///
/// Bits: for each output, acc = bias; then over ky, kx, c (of the output's group), in this order,
/// acc = fma(in, weight, acc); then acc = acc + residual if there is one; then, if relu, acc = acc > 0 ? acc
/// : 0 and acc = ceiling > acc ? acc : ceiling. Padded taps take part with the zeros they read.
struct ConvBand {
  ConvShape shape;
  int images = 1;
  int out_rows = 0;
  int out_width = 0;
  InputRows in;  ///< out_rows * kernel_h rows: row [r * kernel_h + ky] is tap ky of output row r, a row of
                 ///< zeros if outside
  InputRows residual;              ///< out_rows rows; row == nullptr for none
  OutputRows out;                  ///< out_rows rows; may be the residual's rows
  const float* weights = nullptr;  ///< packed by the same table's pack_conv, 64-byte aligned
  bool relu = false;
  float ceiling = __builtin_inff();  ///< of the relu: 6 makes it ReLU6
};

/// Rows of a convolution's kernel that conv_max_pool takes at most.
inline constexpr int kMostPooledKernelRows = 16;

/// Input channels of a convolution that Winograd takes along its rows: a register of any arch holds a pixel.
inline constexpr int kMostRowWinogradChannels = 4;

/// F(4 x 4) layers of more filters than this keep them half transformed: 18 floats each instead of 36.
inline constexpr std::ptrdiff_t kMostWholeFilters = 256 * 256;

/// One band of a convolution with relu and the 3 x 3 max-pool of stride 2, padding 0 or 1, that alone reads
/// it.
///
/// Pooled row r is made of rows lead_rows + 2 r and lead_rows + 2 r + 1 of `conv`, as far as there are any,
/// and of the row above those, which lies in the carry, already pooled along the row.
struct ConvPoolBand {
  ConvBand conv;  ///< new rows of the convolution; no residual; `out` and `relu` are ignored
  ConvAlgorithm algorithm = ConvAlgorithm::direct;  ///< or rowwise, weights being pack_winograd's
  int lead_rows = 0;    ///< 1 if the first of them only fills the carry: the map's first row without padding
  bool resume = false;  ///< the carry holds the row above; otherwise there is none
  int out_rows = 0, out_width = 0;  ///< pooled
  int pad_left = 0;                 ///< of the pool
  OutputRows out;
  OutputRows carry;  ///< one pooled row, kept from band to band
};

/// One band of pooling. Taps outside the map are given as null rows, and columns are clipped by the kernel.
struct PoolBand {
  int channels = 0;
  int images = 1;
  int out_rows = 0;
  int in_width = 0, out_width = 0;
  int kernel_h = 1, kernel_w = 1;
  int stride_x = 1;
  int dilation_x = 1;
  int pad_left = 0, pad_right = 0;
  InputRows in;  ///< out_rows * kernel_h rows, null where outside the map
  OutputRows out;
  const int* rows_counted =
      nullptr;                    ///< average pool: for each output row, how many rows count in the divisor
  bool count_include_pad = true;  ///< average pool: horizontal padding counts in the divisor
};

/// One band of an operation that works pixel by pixel. Those that need more have bands of their own below.
struct PixelBand {
  int channels = 0;
  int images = 1;
  int rows = 0;
  int width = 0;
  InputRows a;
  OutputRows out;  ///< may be the rows of an input, unless a column or channel of that is repeated
};

/// Activations with numbers of their own.
struct ActivationBand : PixelBand {
  float alpha = 0, beta = 0;
};

struct PReluBand : PixelBand {
  const float* slopes = nullptr;  ///< [channels rounded up to kChannelQuantum]
};

/// Arithmetic of `a` and `b`. A pixel_stride of 0 repeats one column along the row.
struct ArithmeticBand : PixelBand {
  InputRows b;
  bool a_one_channel = false;  ///< `a` has a single channel, which counts for all
  bool b_one_channel = false;
  bool relu = false;
};

struct BatchNormBand : PixelBand {
  const float* scale = nullptr;  ///< [channels rounded up to kChannelQuantum]
  const float* shift = nullptr;  ///< the same
  bool relu = false;
};

struct ChannelNormBand : PixelBand {
  const float* scale = nullptr;  ///< [channels rounded up to kChannelQuantum]
  const float* shift = nullptr;  ///< the same
  float epsilon = 0;
  bool center = true;  ///< the mean is subtracted
};

struct LocalResponseNormBand : PixelBand {
  float alpha = 0, beta = 0, bias = 0;
  int size = 1;  ///< channels of a window
};

/// One band of input of a pool over the whole map. Bands follow one another; between them `out` holds what
/// has been gathered so far.
struct GlobalPoolBand {
  int channels = 0;
  int images = 1;
  int rows = 0;  ///< of input
  int width = 0;
  InputRows in;
  float* out = nullptr;  ///< image 0's only pixel
  std::ptrdiff_t out_image_stride = 0;
  bool first = true;  ///< nothing has been gathered yet
  int cells = 0;      ///< average: after this band, the last one, divide by so many; 0 before
};

/// One band of an operation that moves whole pixels.
struct CopyPixelsBand {
  int channels = 0;
  int images = 1;
  int rows = 0;
  int width = 0;  ///< of the output
  InputRows in;   ///< for each output row the input row it shows, or null for `fill`
  OutputRows out;
  const int* columns = nullptr;  ///< [width]: the input column each column shows, or -1 for `fill`
  float fill = 0;
};

/// One band of an unpooling: out = index == row tap * kernel_w + column tap ? value : 0.
struct UnpoolBand {
  int channels = 0;
  int images = 1;
  int rows = 0;
  int width = 0;  ///< of the output
  int kernel_w = 1;
  InputRows values;  ///< for each output row the row of windows it lies in, or null for zeros
  InputRows indices;
  OutputRows out;
  const int* row_taps = nullptr;  ///< [rows]
  const int* columns = nullptr;   ///< [width][2]: the window, or -1 for zeros, and the tap in it
};

/// One band of labels: for each pixel the number of its greatest channel.
struct ArgmaxBand {
  int channels = 0;  ///< at most 65,536
  int images = 1;
  int rows = 0;
  int width = 0;
  InputRows a;
  std::uint16_t* out = nullptr;  ///< row by row, image by image, without gaps
};

/// One band of an operation that moves channels within pixels.
struct CopyChannelsBand {
  int channels = 0;  ///< to write
  int images = 1;
  int rows = 0;
  int width = 0;
  InputRows in;
  OutputRows out;
  int out_channel = 0;           ///< the first to write
  const int* channel = nullptr;  ///< [channels]: which input channel each shows, or null for 0, 1, 2, ...
  bool closes_pixel = true;      ///< zeros are written after them, up to kChannelQuantum
};

/// One band of resampling: each output pixel is a weighted mean of `taps` columns of as many rows, two if
/// linear and four if cubic.
struct ResizeBand {
  int channels = 0;
  int images = 1;
  int rows = 0;
  int width = 0;  ///< of the output
  InputRows in;   ///< rows * taps: the input rows of each output row
  OutputRows out;
  const float* row_weights = nullptr;     ///< [rows][taps]
  const int* columns = nullptr;           ///< [width][taps]
  const float* column_weights = nullptr;  ///< [width][taps]
};

}  // namespace fcn::kernels
