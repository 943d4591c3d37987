// SPDX-License-Identifier: MIT
// Maps and weights of one benchmarked convolution, laid out as the executor lays them out: whole quanta a
// pixel, but for the picture's, which touch; zero margins, a shared row of zeros above and below.
#pragma once

#include <cstdlib>
#include <memory>
#include <vector>

#include "bench/conv_shapes.hpp"
#include "fcn/kernels/kernel_table.hpp"

namespace fcn::bench {

using kernels::ConvAlgorithm;
using Floats = std::unique_ptr<float[], decltype(&std::free)>;

inline Floats aligned_floats(std::size_t count) {
  Floats floats(static_cast<float*>(std::aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64)),
                &std::free);
  // Values in [-1, 1): neither denormals nor overflow.
  for (std::size_t i = 0; i < count; ++i)
    floats[i] = static_cast<float>((i * 2654435761u) % 2048u) / 1024.0f - 1.0f;
  return floats;
}

class ConvBenchData {
 public:
  /// `values` fills the input and, in the model's order, the weights.
  ConvBenchData(const ConvRow& row, const kernels::KernelTable& table, ConvAlgorithm algorithm,
                Floats (*values)(std::size_t) = &aligned_floats)
      : row_(row), in_(nullptr, &std::free), out_(nullptr, &std::free), packed_(nullptr, &std::free) {
    const bool direct = algorithm == ConvAlgorithm::direct;
    const kernels::TileExtent tile = tile_extent(algorithm);
    const int step = tile.y;
    const int taps = (step - 1) * row.stride + row.kernel;  // input rows for them
    // Whole tiles read past the map, and along rows a cache line past their last column.
    const int right = row.pad + (direct ? 0 : tile.x * row.stride + 16);
    const int in_stride =
        row.in_channels < kernels::kChannelQuantum ? row.in_channels : quanta(row.in_channels);
    const std::size_t in_row = static_cast<std::size_t>((row.pad + row.in_w + right) * in_stride);
    const int out_stride = quanta(row.out_channels);
    const std::size_t out_row = static_cast<std::size_t>(row.out_w() * out_stride);
    in_ = values(in_row * static_cast<std::size_t>(row.in_h + 1));
    out_ = aligned_floats(out_row * static_cast<std::size_t>(row.out_h()));
    float* zeros = in_.get() + in_row * static_cast<std::size_t>(row.in_h);
    for (std::size_t i = 0; i < in_row; ++i) zeros[i] = 0.0f;
    for (int oy = 0; oy < row.out_h(); ++oy) {
      out_rows_.push_back(out_.get() + out_row * static_cast<std::size_t>(oy));
      for (int ky = 0; oy % step == 0 && ky < taps; ++ky) {
        const int y = oy * row.stride - row.pad + ky;
        const float* from = y >= 0 && y < row.in_h ? in_.get() + in_row * static_cast<std::size_t>(y) : zeros;
        in_rows_.push_back(from + row.pad * in_stride);
      }
    }
    band.shape = {row.in_channels, row.out_channels, row.groups, row.kernel, row.kernel,
                  row.stride,      row.stride,       1,          1,          row.pad};
    band.out_rows = row.out_h();
    band.out_width = row.out_w();
    band.in = {in_rows_.data(), in_stride, static_cast<std::ptrdiff_t>(in_row)};
    band.out = {out_rows_.data(), out_stride, static_cast<std::ptrdiff_t>(out_row)};
    band.relu = true;
    const std::size_t weights =
        static_cast<std::size_t>(row.k()) * static_cast<std::size_t>(row.out_channels);
    const Floats plain = values(weights);
    packed_ = aligned_floats(direct ? table.packed_conv_size(band.shape)
                                    : table.packed_winograd_size(band.shape, algorithm));
    if (direct) {
      table.pack_conv(band.shape, plain.get(), nullptr, packed_.get());
    } else {
      table.pack_winograd(band.shape, algorithm, plain.get(), nullptr, packed_.get());
    }
    band.weights = packed_.get();
  }

  std::ptrdiff_t pixels() const { return std::ptrdiff_t{row_.out_h()} * row_.out_w(); }
  std::ptrdiff_t tiles(ConvAlgorithm algorithm) const {
    const kernels::TileExtent tile = tile_extent(algorithm);
    return std::ptrdiff_t{(row_.out_h() + tile.y - 1) / tile.y} * ((row_.out_w() + tile.x - 1) / tile.x);
  }

  kernels::ConvBand band;

 private:
  static int quanta(int channels) {
    return (channels + kernels::kChannelQuantum - 1) / kernels::kChannelQuantum * kernels::kChannelQuantum;
  }

  ConvRow row_;
  Floats in_, out_, packed_;
  std::vector<const float*> in_rows_;
  std::vector<float*> out_rows_;
};

}  // namespace fcn::bench
