// SPDX-License-Identifier: MIT
// Indices of max-pooling, unpooling and labels on every table: the same as the reference's and as their
// definitions, with ties, NaN and infinities, whatever the slicing.
#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/kernels/kernel_check.hpp"

namespace fcn::test {
namespace {

constexpr int kImages = 2, kRows = 3, kWidth = 7;

Map values_of(int channels, RandomFloats& random, bool ties) {
  Map map = input_map({kRows, kWidth, channels, kImages, 1, 1, channels + channels % 3});
  map.fill(random);
  if (!ties) return map;
  for (int y = 0; y < kRows; ++y)
    for (int i = 0; i < kImages; ++i)
      for (int x = 0; x < kWidth; ++x)
        for (int c = 0; c < channels; ++c) map.pixel(y, i, x)[c] = static_cast<float>(random.pick(3));
  return map;
}

/// The first NaN, or the first of the greatest.
int greatest(const float* a, int channels) {
  int best = 0;
  for (int c = 0; c < channels; ++c) {
    if (std::isnan(a[c])) return c;
    if (a[c] > a[best]) best = c;
  }
  return best;
}

TEST_CASE("Labels are the first of the greatest channels", "[labels]") {
  RandomFloats random(test_seed(), Values::kSpecial);
  for (int channels = 1; channels <= 70; ++channels) {
    for (const bool ties : {false, true}) {
      const Map in = values_of(channels, random, ties);
      std::vector<const float*> rows;
      for (int y = 0; y < kRows; ++y) rows.push_back(in.row(y));
      for (const KernelTable* table : tested_tables()) {
        INFO("channels " << channels << " table " << table->arch << " seed " << test_seed());
        std::vector<std::uint16_t> labels(kRows * kImages * kWidth + 1, 9999);
        kernels::ArgmaxBand band;
        band.channels = channels;
        band.images = kImages;
        band.rows = kRows;
        band.width = kWidth;
        band.a = {rows.data(), in.shape().pixel_stride, in.image_stride()};
        band.out = labels.data();
        for (const Range& slice : random_slices(kRows * kImages * kWidth, random)) table->argmax(band, slice);
        bool right = labels.back() == 9999;
        for (int y = 0, at = 0; y < kRows; ++y)
          for (int i = 0; i < kImages; ++i)
            for (int x = 0; x < kWidth; ++x, ++at)
              right &= labels[static_cast<std::size_t>(at)] == greatest(in.pixel(y, i, x), channels);
        CHECK(right);
      }
    }
  }
}

/// Max-pooling of 2 x 3 windows with a row and column of padding, and the way back.
struct Windows {
  static constexpr int kHeight = 2, kAcross = 3, kPadTop = 1, kPadLeft = 1;
  static constexpr int kOutRows = 2, kOutWidth = 3;
};

kernels::PoolBand pool_of(const Map& in, const std::vector<const float*>& rows, Map& out) {
  kernels::PoolBand band;
  band.channels = in.shape().channels;
  band.images = kImages;
  band.out_rows = Windows::kOutRows;
  band.in_width = kWidth;
  band.out_width = Windows::kOutWidth;
  band.kernel_h = Windows::kHeight;
  band.kernel_w = Windows::kAcross;
  band.stride_x = Windows::kAcross;
  band.pad_left = Windows::kPadLeft;
  band.pad_right = 1;
  band.in = {rows.data(), in.shape().pixel_stride, in.image_stride()};
  band.out = output_rows(out);
  return band;
}

Map pooled_map(int channels) {
  return output_map({Windows::kOutRows, Windows::kOutWidth, channels, kImages, 1, 2,
                     round_up(channels, kernels::kChannelQuantum) + 16});
}

TEST_CASE("Indices name the tap that max-pooling takes, and unpooling puts values there", "[labels]") {
  RandomFloats random(test_seed(), Values::kRandom);
  for (int channels = 1; channels <= 35; ++channels) {
    const Map in = values_of(channels, random, channels % 2 == 0);
    std::vector<const float*> rows;
    for (int y = 0; y < Windows::kOutRows; ++y)
      for (int ky = 0; ky < Windows::kHeight; ++ky) {
        const int row = y * Windows::kHeight - Windows::kPadTop + ky;
        rows.push_back(row >= 0 && row < kRows ? in.row(row) : nullptr);
      }
    const Range pooled{0, Windows::kOutRows * kImages * Windows::kOutWidth};
    for (const KernelTable* table : tested_tables()) {
      INFO("channels " << channels << " table " << table->arch << " seed " << test_seed());
      Map greatest_of = pooled_map(channels), index_of = pooled_map(channels);
      table->max_pool(pool_of(in, rows, greatest_of), pooled);
      for (const Range& slice : random_slices(pooled.end, random))
        table->max_pool_indices(pool_of(in, rows, index_of), slice);
      CHECK(index_of.frame_intact());

      Map out = output_map(
          {kRows, kWidth, channels, kImages, 1, 2, round_up(channels, kernels::kChannelQuantum) + 16});
      std::vector<const float*> value_rows, index_rows;
      std::vector<int> row_taps, columns;
      for (int y = 0; y < kRows; ++y) {
        value_rows.push_back(greatest_of.row((y + Windows::kPadTop) / Windows::kHeight));
        index_rows.push_back(index_of.row((y + Windows::kPadTop) / Windows::kHeight));
        row_taps.push_back((y + Windows::kPadTop) % Windows::kHeight);
      }
      for (int x = 0; x < kWidth; ++x) {
        columns.push_back((x + Windows::kPadLeft) / Windows::kAcross);
        columns.push_back((x + Windows::kPadLeft) % Windows::kAcross);
      }
      kernels::UnpoolBand band;
      band.channels = channels;
      band.images = kImages;
      band.rows = kRows;
      band.width = kWidth;
      band.kernel_w = Windows::kAcross;
      band.values = {value_rows.data(), greatest_of.shape().pixel_stride, greatest_of.image_stride()};
      band.indices = {index_rows.data(), index_of.shape().pixel_stride, index_of.image_stride()};
      band.out = output_rows(out);
      band.row_taps = row_taps.data();
      band.columns = columns.data();
      for (const Range& slice : random_slices(kRows * kImages * kWidth, random))
        table->max_unpool(band, slice);
      CHECK(out.frame_intact());

      bool right = true;
      for (int y = 0; y < Windows::kOutRows; ++y)
        for (int i = 0; i < kImages; ++i)
          for (int x = 0; x < Windows::kOutWidth; ++x)
            for (int c = 0; c < channels; ++c) {
              bool found = false;  // the first tap that equals the maximum; all others become zeros
              for (int tap = 0; tap < Windows::kHeight * Windows::kAcross; ++tap) {
                const int row = y * Windows::kHeight - Windows::kPadTop + tap / Windows::kAcross;
                const int column = x * Windows::kAcross - Windows::kPadLeft + tap % Windows::kAcross;
                if (row < 0 || row >= kRows || column < 0 || column >= kWidth) continue;
                const float value = in.pixel(row, i, column)[c];
                const bool takes = !found && value == greatest_of.pixel(y, i, x)[c];
                right &= out.pixel(row, i, column)[c] == (takes ? value : 0.0f);
                right &= !takes || index_of.pixel(y, i, x)[c] == static_cast<float>(tap);
                found = found || takes;
              }
              right &= found;
            }
      CHECK(right);
    }
  }
}

}  // namespace
}  // namespace fcn::test
