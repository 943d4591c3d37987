// SPDX-License-Identifier: MIT
// How far float32's direct convolution, F(2x2) and F(4x4) are from float64, side by side, at ResNet-18's
// channel counts, F(2x2) of stride 2 beside direct convolution of stride 2, and for the stem F(4, 7) of
// stride 2 along the rows beside direct convolution: root mean square and largest error, both in units of the
// outputs' root mean square.
//   bench_accuracy
#include <cmath>
#include <cstdio>
#include <random>
#include <utility>
#include <vector>

#include "bench/conv_bench_data.hpp"
#include "fcn/kernels/select.hpp"

namespace fcn::bench {
namespace {

/// Normal values, the same for the same count: round ones would add up without rounding.
Floats normal_floats(std::size_t count) {
  Floats floats = aligned_floats(count);
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  for (std::size_t i = 0; i < count; ++i) floats[i] = normal(random);
  return floats;
}

/// One output of the band, computed in float64 from the rows that the kernel reads.
double truth_at(const ConvBenchData& data, const ConvRow& row, const float* weights, ConvAlgorithm algorithm,
                int y, int x, int n) {
  const int step = tile_extent(algorithm).y, taps = (step - 1) * row.stride + row.kernel;
  double sum = 0;
  for (int ky = 0; ky < row.kernel; ++ky) {
    const float* from = data.band.in.row[y / step * taps + y % step * row.stride + ky];
    for (int kx = 0; kx < row.kernel; ++kx) {
      const float* pixel = from + (x * row.stride - row.pad + kx) * data.band.in.pixel_stride;
      for (int c = 0; c < row.in_channels; ++c)
        sum += double{pixel[c]} * weights[((n * row.in_channels + c) * row.kernel + ky) * row.kernel + kx];
    }
  }
  return sum > 0 ? sum : 0;  // the benchmark's bands end in a relu
}

struct Errors {
  double rms = 0, largest = 0;
};

Errors errors_of(const ConvRow& row, const kernels::KernelTable& table, ConvAlgorithm algorithm) {
  const ConvBenchData data(row, table, algorithm, &normal_floats);
  const kernels::ConvShape& shape = data.band.shape;
  if (algorithm == ConvAlgorithm::direct) {
    table.conv(data.band, {0, data.pixels()}, {0, table.conv_panels(shape)});
  } else {
    const Floats scratch = aligned_floats(table.winograd_scratch(shape, algorithm));
    table.winograd(data.band, algorithm, {0, data.tiles(algorithm)},
                   {0, table.winograd_panels(shape, algorithm)}, scratch.get());
  }
  const Floats weights =
      normal_floats(static_cast<std::size_t>(row.k()) * static_cast<std::size_t>(row.out_channels));
  double squares = 0, wrong = 0, largest = 0;
  for (int y = 0; y < row.out_h(); ++y)
    for (int x = 0; x < row.out_w(); ++x)
      for (int n = 0; n < row.out_channels; ++n) {
        const double truth = truth_at(data, row, weights.get(), algorithm, y, x, n);
        const double error = data.band.out.row[y][x * data.band.out.pixel_stride + n] - truth;
        squares += truth * truth;
        wrong += error * error;
        largest = std::max(largest, std::abs(error));
      }
  const double count = static_cast<double>(data.pixels()) * row.out_channels;
  const double scale = std::sqrt(squares / count);
  return {std::sqrt(wrong / count) / scale, largest / scale};
}

void print_row(int channels, const kernels::KernelTable& table) {
  ConvRow row;
  row.in_channels = channels;
  row.out_channels = channels;  // as in ResNet-18, where that decides how filters are kept
  row.kernel = 3, row.pad = 1;
  row.in_h = row.in_w = 16;
  std::printf("| %d |", channels);
  for (const auto& [stride, algorithm] : {std::pair{1, ConvAlgorithm::direct},
                                          {1, ConvAlgorithm::winograd2},
                                          {1, ConvAlgorithm::winograd4},
                                          {2, ConvAlgorithm::direct},
                                          {2, ConvAlgorithm::polyphase}}) {
    row.stride = stride;
    const Errors errors = errors_of(row, table, algorithm);
    std::printf(" %.1e, %.1e |", errors.rms, errors.largest);
  }
  std::printf("\n");
}

void print_stem(const kernels::KernelTable& table) {
  ConvRow row;
  row.in_channels = 3, row.out_channels = 64;
  row.kernel = 7, row.pad = 3, row.stride = 2;
  row.in_h = row.in_w = 32;
  const Errors direct = errors_of(row, table, ConvAlgorithm::direct),
               rows = errors_of(row, table, ConvAlgorithm::rowwise);
  std::printf("\nStem, 7x7 of stride 2: direct %.1e, %.1e; along the rows %.1e, %.1e\n", direct.rms,
              direct.largest, rows.rms, rows.largest);
}

}  // namespace
}  // namespace fcn::bench

int main() {
  const auto choice = fcn::kernels::select_table();
  if (choice.table == nullptr) {
    std::fprintf(stderr, "%s\n", choice.error.c_str());
    return 1;
  }
  std::printf(
      "| channels in and out | direct | F(2x2) | F(4x4) | direct, stride 2 | F(2x2), stride 2 |   rms, "
      "largest "
      "error; %s\n|---|---|---|---|---|---|\n",
      choice.table->arch);
  for (const int channels : {64, 128, 256, 512}) fcn::bench::print_row(channels, *choice.table);
  fcn::bench::print_stem(*choice.table);
  return 0;
}
