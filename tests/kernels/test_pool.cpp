// SPDX-License-Identifier: MIT
// Max-pool and average pool on every table: bits against the reference, values against float64, any slicing,
// windows that stick out on any side, NaN and infinities.
#include <algorithm>
#include <optional>
#include <sstream>

#include "tests/kernels/kernel_check.hpp"

namespace fcn::test {
namespace {

struct PoolCase {
  int channels = 1, images = 1, in_h = 1, in_w = 1;
  int kernel_h = 1, kernel_w = 1, stride = 1, dilation = 1;
  int pad_top = 0, pad_bottom = 0, pad_left = 0, pad_right = 0;
  int extra_columns = 0;  ///< output columns past the padding, as ceil mode makes them
  bool average = false, count_include_pad = true;
  Values values = Values::kRandom;
  unsigned seed = test_seed();

  int out_h() const { return (in_h + pad_top + pad_bottom - (kernel_h - 1) * dilation - 1) / stride + 1; }
  int out_w() const {
    return (in_w + pad_left + pad_right - (kernel_w - 1) * dilation - 1) / stride + 1 + extra_columns;
  }

  std::string reproducer() const {
    std::ostringstream text;
    text << "PoolCase{" << channels << ", " << images << ", " << in_h << ", " << in_w << ", " << kernel_h
         << ", " << kernel_w << ", " << stride << ", " << dilation << ", " << pad_top << ", " << pad_bottom
         << ", " << pad_left << ", " << pad_right << ", " << extra_columns << ", " << average << ", "
         << count_include_pad << ", Values(" << static_cast<int>(values) << "), " << seed << "}";
    return text.str();
  }
};

class PoolProblem {
 public:
  explicit PoolProblem(const PoolCase& c)
      : case_(c),
        in_(input_map(
            {c.in_h, c.in_w, c.channels, c.images, 1, 1, c.channels + static_cast<int>(c.seed % 5)})) {
    RandomFloats random(c.seed, c.values);
    in_.fill(random);
    for (int oy = 0; oy < c.out_h(); ++oy) {
      int counted = 0;
      for (int ky = 0; ky < c.kernel_h; ++ky) {
        const int y = oy * c.stride - c.pad_top + ky * c.dilation;
        rows_.push_back(y >= 0 && y < c.in_h ? in_.row(y) : nullptr);
        const int reach = c.count_include_pad ? 1 : 0;
        counted += y >= -c.pad_top * reach && y < c.in_h + c.pad_bottom * reach ? 1 : 0;
      }
      rows_counted_.push_back(counted);
    }
  }

  Map run(const KernelTable& table, std::optional<unsigned> slices = std::nullopt) const {
    const PoolCase& c = case_;
    Map out = output_map({c.out_h(), c.out_w(), c.channels, c.images, 1, 2,
                          round_up(c.channels, kernels::kChannelQuantum) + 16});
    kernels::PoolBand band;
    band.channels = c.channels;
    band.images = c.images;
    band.out_rows = c.out_h();
    band.in_width = c.in_w;
    band.out_width = c.out_w();
    band.kernel_h = c.kernel_h;
    band.kernel_w = c.kernel_w;
    band.stride_x = c.stride;
    band.dilation_x = c.dilation;
    band.pad_left = c.pad_left;
    band.pad_right = c.pad_right;
    band.in = {rows_.data(), in_.shape().pixel_stride, in_.image_stride()};
    band.out = output_rows(out);
    band.rows_counted = rows_counted_.data();
    band.count_include_pad = c.count_include_pad;
    const auto kernel = c.average ? table.average_pool : table.max_pool;
    const Range pixels{0, std::ptrdiff_t{c.out_h()} * c.images * c.out_w()};
    if (!slices) {
      kernel(band, pixels);
      return out;
    }
    RandomFloats random(*slices, Values::kRandom);
    for (const Range& slice : random_slices(pixels.end, random)) kernel(band, slice);
    return out;
  }

  /// True if every value is that of float64: the greatest itself; an average within the roundings of its
  /// additions and its division.
  bool agrees_with_float64(const Map& got) const {
    const PoolCase& c = case_;
    for (int y = 0; y < c.out_h(); ++y) {
      for (int i = 0; i < c.images; ++i) {
        for (int x = 0; x < c.out_w(); ++x) {
          for (int channel = 0; channel < c.channels; ++channel) {
            if (!value_agrees(y, i, x, channel, got.pixel(y, i, x)[channel])) return false;
          }
        }
      }
    }
    return true;
  }

 private:
  bool value_agrees(int y, int image, int x, int channel, float got) const {
    const PoolCase& c = case_;
    double sum = 0, magnitude = 0, greatest = -std::numeric_limits<double>::infinity();
    int taps = 0, columns = 0;
    for (int kx = 0; kx < c.kernel_w; ++kx) {
      const int column = x * c.stride - c.pad_left + kx * c.dilation;
      const int reach = c.count_include_pad ? 1 : 0;
      columns += column >= -c.pad_left * reach && column < c.in_w + c.pad_right * reach ? 1 : 0;
      if (column < 0 || column >= c.in_w) continue;
      for (int ky = 0; ky < c.kernel_h; ++ky) {
        const float* row = rows_[static_cast<std::size_t>(y * c.kernel_h + ky)];
        if (row == nullptr) continue;
        const double value = row[image * in_.image_stride() + column * in_.shape().pixel_stride + channel];
        sum += value;
        magnitude += std::abs(value);
        greatest = std::max(greatest, value);
        ++taps;
      }
    }
    if (!c.average) return static_cast<double>(got) == greatest;
    const int divisor = rows_counted_[static_cast<std::size_t>(y)] * columns;
    if (divisor == 0) return std::isnan(got);
    const double bound = (taps + 2) * 0x1p-24 * magnitude / divisor + 0x1p-149;
    return std::abs(got - sum / divisor) <= bound;
  }

  PoolCase case_;
  Map in_;
  std::vector<const float*> rows_;
  std::vector<int> rows_counted_;
};

void check_pool(const PoolCase& c) {
  INFO(c.reproducer());
  const PoolProblem problem(c);
  const Map truth = problem.run(reference_table());
  if (c.values != Values::kSpecial) REQUIRE(problem.agrees_with_float64(truth));
  for (const KernelTable* table : tested_tables()) {
    INFO("table " << table->arch);
    const Map got = problem.run(*table);
    CHECK(got.frame_intact());
    CHECK(first_difference(truth, got) == "");  // nothing is multiplied, so SSE2 agrees as well
    CHECK(first_difference(truth, problem.run(*table, c.seed)) == "");
  }
}

TEST_CASE("Pools of every number of channels near a register's size", "[pool]") {
  for (int channels = 1; channels <= 35; ++channels) {
    for (bool average : {false, true}) {
      check_pool({.channels = channels,
                  .in_h = 4,
                  .in_w = 5,
                  .kernel_h = 3,
                  .kernel_w = 3,
                  .stride = 2,
                  .pad_top = 1,
                  .pad_bottom = 1,
                  .pad_left = 1,
                  .pad_right = 1,
                  .average = average});
    }
  }
}

TEST_CASE("Pools with NaN, infinities, -0 and denormals", "[pool]") {
  for (unsigned seed = 0; seed < 20; ++seed) {
    for (bool average : {false, true}) {
      check_pool({.channels = 19,
                  .images = 2,
                  .in_h = 5,
                  .in_w = 7,
                  .kernel_h = 2,
                  .kernel_w = 3,
                  .stride = 1,
                  .pad_left = 1,
                  .pad_right = 1,
                  .average = average,
                  .values = Values::kSpecial,
                  .seed = test_seed() + seed});
    }
  }
}

TEST_CASE("Pools of five hundred random shapes", "[pool]") {
  RandomFloats random(test_seed(), Values::kRandom);
  int checked = 0;
  for (unsigned i = 0; i < 500; ++i) {
    PoolCase c;
    c.average = random.pick(2) != 0;
    c.channels = 1 + random.pick(70), c.images = 1 + random.pick(3);
    c.in_h = 1 + random.pick(12), c.in_w = 1 + random.pick(15);
    c.kernel_h = 1 + random.pick(7), c.kernel_w = 1 + random.pick(7);
    c.stride = 1 + random.pick(3), c.dilation = 1 + random.pick(3);
    c.pad_top = random.pick(4), c.pad_bottom = random.pick(4), c.pad_left = random.pick(4),
    c.pad_right = random.pick(4);
    c.extra_columns = random.pick(2);
    c.count_include_pad = random.pick(2) != 0;
    c.values = static_cast<Values>(random.pick(3));
    c.seed = test_seed() + i;
    const bool fits = c.in_h + c.pad_top + c.pad_bottom > (c.kernel_h - 1) * c.dilation &&
                      c.in_w + c.pad_left + c.pad_right > (c.kernel_w - 1) * c.dilation;
    if (!fits) continue;
    check_pool(c);
    ++checked;
  }
  CHECK(checked > 250);
}

}  // namespace
}  // namespace fcn::test
