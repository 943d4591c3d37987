// SPDX-License-Identifier: MIT
// Pixels and channels moved from place to place on every table: each value is the one that the tables of the
// band name, nothing else is written; linear and cubic resampling against the reference and float64.
#include <algorithm>
#include <vector>

#include "tests/kernels/kernel_check.hpp"

namespace fcn::test {
namespace {

constexpr int kImages = 2, kRows = 3, kInWidth = 5, kWidth = 7;

Map make_input(int channels, int rows, RandomFloats& random) {
  Map map = input_map({rows, kInWidth, channels, kImages, 1, 1, channels + channels % 4});
  map.fill(random);
  return map;
}

Map make_output(int channels, int width) {
  return output_map(
      {kRows, width, channels, kImages, 1, 2, round_up(channels, kernels::kChannelQuantum) + 16});
}

InputRows input_rows(const Map& map, const std::vector<const float*>& rows) {
  return {rows.data(), map.shape().pixel_stride, map.image_stride()};
}

TEST_CASE("Pixels are copied or filled as the tables say", "[copy]") {
  RandomFloats random(test_seed(), Values::kSpecial);
  for (int channels = 1; channels <= 35; ++channels) {
    const Map in = make_input(channels, 2, random);
    const std::vector<const float*> rows{in.row(1), nullptr, in.row(0)};
    const std::vector<int> columns{-1, 4, 0, 0, 3, -1, 2};
    for (const KernelTable* table : tested_tables()) {
      INFO("channels " << channels << " table " << table->arch << " seed " << test_seed());
      const Map out = make_output(channels, kWidth);
      kernels::CopyPixelsBand band{channels,         kImages,        kRows, kWidth, input_rows(in, rows),
                                   output_rows(out), columns.data(), 2.5f};
      for (const Range& slice : random_slices(kRows * kImages * kWidth, random))
        table->copy_pixels(band, slice);
      CHECK(out.frame_intact());
      bool right = true;
      for (int y = 0; y < kRows; ++y) {
        for (int i = 0; i < kImages; ++i) {
          for (int x = 0; x < kWidth; ++x) {
            const int column = columns[static_cast<std::size_t>(x)];
            for (int c = 0; c < channels; ++c) {
              const float want = y == 1 || column < 0 ? 2.5f : in.pixel(y == 0 ? 1 : 0, i, column)[c];
              right &= same_value(out.pixel(y, i, x)[c], want);
            }
          }
        }
      }
      CHECK(right);
    }
  }
}

TEST_CASE("Two shares of a concatenation lie side by side", "[copy]") {
  RandomFloats random(test_seed(), Values::kSpecial);
  for (int first = 1; first <= 20; ++first) {
    const int second = 1 + random.pick(40);
    const Map a = make_input(first, kRows, random), b = make_input(second, kRows, random);
    std::vector<int> select(static_cast<std::size_t>(second));
    for (int& channel : select) channel = random.pick(second);
    for (const KernelTable* table : tested_tables()) {
      INFO("channels " << first << " + " << second << " table " << table->arch << " seed " << test_seed());
      const Map out = make_output(first + second, kInWidth);
      const kernels::CopyChannelsBand shares[] = {{first,
                                                   kImages,
                                                   kRows,
                                                   kInWidth,
                                                   {a.rows(), a.shape().pixel_stride, a.image_stride()},
                                                   output_rows(out),
                                                   0,
                                                   nullptr,
                                                   false},
                                                  {second,
                                                   kImages,
                                                   kRows,
                                                   kInWidth,
                                                   {b.rows(), b.shape().pixel_stride, b.image_stride()},
                                                   output_rows(out),
                                                   first,
                                                   select.data(),
                                                   true}};
      for (const kernels::CopyChannelsBand& share : shares) {
        for (const Range& slice : random_slices(kRows * kImages * kInWidth, random)) {
          table->copy_channels(share, slice);
        }
      }
      CHECK(out.frame_intact());
      bool right = true;
      for (int y = 0; y < kRows; ++y) {
        for (int i = 0; i < kImages; ++i) {
          for (int x = 0; x < kInWidth; ++x) {
            const float* got = out.pixel(y, i, x);
            for (int c = 0; c < first; ++c) right &= same_value(got[c], a.pixel(y, i, x)[c]);
            for (int c = 0; c < second; ++c) {
              right &= same_value(got[first + c], b.pixel(y, i, x)[select[static_cast<std::size_t>(c)]]);
            }
          }
        }
      }
      CHECK(right);
    }
  }
}

/// A band of `taps` rows and columns for each output pixel, at random places with random weights.
struct ResizeProblem {
  Map in;
  int taps;
  std::vector<const float*> rows;
  std::vector<int> columns;
  std::vector<float> row_weights, column_weights;

  ResizeProblem(int channels, int count, RandomFloats& random)
      : in(make_input(channels, 2, random)), taps(count) {
    for (int y = 0; y < kRows * taps; ++y) {
      rows.push_back(in.row(random.pick(2)));
      row_weights.push_back(static_cast<float>(random.pick(9) - 2) / 8);
    }
    for (int x = 0; x < kWidth * taps; ++x) {
      columns.push_back(random.pick(kInWidth));
      column_weights.push_back(static_cast<float>(random.pick(9) - 2) / 8);
    }
  }

  Map run(const KernelTable& table, RandomFloats& random) const {
    const int channels = in.shape().channels;
    Map out = make_output(channels, kWidth);
    const kernels::ResizeBand band{channels,
                                   kImages,
                                   kRows,
                                   kWidth,
                                   input_rows(in, rows),
                                   output_rows(out),
                                   row_weights.data(),
                                   columns.data(),
                                   column_weights.data()};
    for (const Range& slice : random_slices(kRows * kImages * kWidth, random))
      (taps == 2 ? table.resize_linear : table.resize_cubic)(band, slice);
    return out;
  }

  /// The error of one value, in units of the bound: a product's and a sum's roundings for each tap.
  double error(const Map& got, int y, int image, int x, int c) const {
    double sum = 0, magnitude = 0;
    for (int k = 0; k < taps * taps; ++k) {
      const auto ky = static_cast<std::size_t>(taps * y + k / taps),
                 kx = static_cast<std::size_t>(taps * x + k % taps);
      const double value = rows[ky][image * in.image_stride() + columns[kx] * in.shape().pixel_stride + c];
      const double term = value * double{row_weights[ky]} * double{column_weights[kx]};
      sum += term;
      magnitude += std::abs(term);
    }
    const double bound = (4 * taps - 2) * 0x1p-24 * magnitude + 0x1p-148;
    return std::abs(got.pixel(y, image, x)[c] - sum) / bound;
  }
};

TEST_CASE("Linear and cubic resampling agree with the reference and float64", "[copy]") {
  RandomFloats random(test_seed(), Values::kRandom);
  for (const int taps : {2, 4}) {
    for (int channels = 1; channels <= 35; ++channels) {
      const ResizeProblem problem(channels, taps, random);
      const Map truth = problem.run(reference_table(), random);
      for (const KernelTable* table : tested_tables()) {
        INFO("taps " << taps << " channels " << channels << " table " << table->arch << " seed "
                     << test_seed());
        const Map got = problem.run(*table, random);
        CHECK(got.frame_intact());
        if (shares_bits(*table)) CHECK(first_difference(truth, got) == "");
        double worst = 0;
        for (int y = 0; y < kRows; ++y)
          for (int i = 0; i < kImages; ++i)
            for (int x = 0; x < kWidth; ++x)
              for (int c = 0; c < channels; ++c) worst = std::max(worst, problem.error(got, y, i, x, c));
        CHECK(worst <= 1.0);
      }
    }
  }
}

}  // namespace
}  // namespace fcn::test
