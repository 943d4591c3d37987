// SPDX-License-Identifier: MIT
// Convolution and max-pool in one pass on every table: the bits of the two kernels run one after the other,
// for any cut into bands and columns, nothing written out of place.
#include <algorithm>
#include <memory>
#include <sstream>

#include "tests/kernels/conv_check.hpp"

namespace fcn::test {
namespace {

struct PooledCase {
  ConvCase conv;
  int pad_top = 1, pad_left = 1;  ///< of the pool
  int out_h = 1, out_w = 1;       ///< pooled

  std::string reproducer() const {
    std::ostringstream text;
    text << "PooledCase{" << conv.reproducer() << ", " << pad_top << ", " << pad_left << ", " << out_h << ", "
         << out_w << "}";
    return text.str();
  }
  MapShape out_shape() const {
    const int stride = round_up(conv.shape.out_channels, kernels::kChannelQuantum) + 16;
    return {out_h, out_w, conv.shape.out_channels, conv.images, 2, 1, stride};
  }
};

/// The case's pooled size: PyTorch's, with or without ceil_mode.
PooledCase pooled(ConvCase conv, int pad, bool ceil_mode) {
  conv.relu = true;
  PooledCase c{.conv = conv, .pad_top = pad, .pad_left = pad};
  const auto size = [&](int in) {
    const int over = in + 2 * pad - 3;
    if (over < 0) return 0;
    int out = (ceil_mode ? (over + 1) / 2 : over / 2) + 1;
    if (ceil_mode && (out - 1) * 2 >= in + pad) --out;  // the last window must start inside
    return out;
  };
  c.out_h = size(conv.out_h());
  c.out_w = size(conv.out_w());
  return c;
}

/// The convolution's map, stored, then pooled tap by tap.
Map in_two_steps(const PooledCase& c, const ConvProblem& problem, const KernelTable& table) {
  const Map made = problem.run(table);
  Map out = output_map(c.out_shape());
  for (int y = 0; y < c.out_h; ++y)
    for (int i = 0; i < c.conv.images; ++i)
      for (int x = 0; x < c.out_w; ++x)
        for (int n = 0; n < c.conv.shape.out_channels; ++n) {
          float greatest = -std::numeric_limits<float>::infinity();
          for (int v = std::max(0, 2 * y - c.pad_top); v < std::min(c.conv.out_h(), 2 * y - c.pad_top + 3);
               ++v)
            for (int u = std::max(0, 2 * x - c.pad_left);
                 u < std::min(c.conv.out_w(), 2 * x - c.pad_left + 3); ++u)
              greatest = std::max(greatest, made.pixel(v, i, u)[n]);
          out.pixel(y, i, x)[n] = greatest;
        }
  return out;
}

/// One pass, cut into bands of rows and slices of columns by `seed`.
Map in_one_pass(const PooledCase& c, const ConvProblem& problem, const KernelTable& table, unsigned seed) {
  const auto packed = problem.pack(table);
  const kernels::ConvBand whole = problem.input_band(packed.get());
  Map out = output_map(c.out_shape());
  const MapShape one_row{1, c.out_w, c.conv.shape.out_channels, c.conv.images,
                         2, 1,       c.out_shape().pixel_stride};
  Map carry = output_map(one_row);
  for (int i = 0; i < c.conv.images; ++i)  // the engine's memory is zeroed, and padding stays so
    for (int x = 0; x < c.out_w; ++x)
      std::fill_n(carry.pixel(0, i, x), round_up(c.conv.shape.out_channels, kernels::kChannelQuantum), 0.0f);
  RandomFloats random(seed, Values::kRandom);
  for (const Range& rows : random_slices(c.out_h, random)) {
    const auto begin = static_cast<int>(rows.begin), end = static_cast<int>(rows.end);
    if (begin == end) continue;
    kernels::ConvPoolBand band;
    band.resume = begin > 0;
    band.lead_rows = begin == 0 && c.pad_top == 0 ? 1 : 0;
    const int first = begin == 0 ? 0 : 2 * begin - c.pad_top + 1;
    const int last = std::max(first, std::min(2 * end - c.pad_top + 1, c.conv.out_h()));
    band.conv = whole;
    band.algorithm = c.conv.algorithm;
    band.conv.out_rows = last - first;
    band.conv.in.row += first * c.conv.shape.kernel_h;
    band.out_rows = end - begin;
    band.out_width = c.out_w;
    band.pad_left = c.pad_left;
    band.out = output_rows(out);
    band.out.row += begin;
    band.carry = output_rows(carry);
    for (const Range& columns : random_slices(std::ptrdiff_t{c.conv.images} * c.out_w, random)) {
      const auto scratch = ConvProblem::floats(table.conv_max_pool_scratch(c.conv.shape, c.conv.algorithm));
      table.conv_max_pool(band, columns, scratch.get());
    }
  }
  CHECK(carry.frame_intact());
  return out;
}

void check_pooled(const PooledCase& c) {
  INFO(c.reproducer());
  const ConvProblem problem(c.conv);
  const Map truth = in_two_steps(c, problem, reference_table());
  for (const KernelTable* table : tested_tables()) {
    for (unsigned cut : {0u, 1u}) {
      INFO("table " << table->arch << ", cut " << cut);
      const Map got = in_one_pass(c, problem, *table, c.conv.seed + cut);
      CHECK(got.frame_intact());
      CHECK(first_difference(in_two_steps(c, problem, *table), got) == "");
      if (shares_bits(*table)) CHECK(first_difference(truth, got) == "");
    }
  }
}

ConvCase stem(int channels, int h, int w, ConvAlgorithm algorithm) {
  return {.shape = {3, channels, 1, 7, 7, 2, 2, 1, 1, 3},
          .algorithm = algorithm,
          .in_h = h,
          .in_w = w,
          .pad_top = 3,
          .pad_bottom = 3,
          .pad_right = 3};
}

TEST_CASE("A stem in one pass, of every parity and both paddings", "[conv_max_pool]") {
  for (const auto algorithm : {ConvAlgorithm::direct, ConvAlgorithm::rowwise})
    for (int pad : {0, 1})
      for (bool ceil_mode : {false, true})
        for (int height = 5; height <= 12; ++height)
          for (int width : {5, 6, 7, 8, 21})
            check_pooled(pooled(stem(5, height, width, algorithm), pad, ceil_mode));
}

TEST_CASE("A stem in one pass, wider than a stretch", "[conv_max_pool]") {
  for (const auto algorithm : {ConvAlgorithm::direct, ConvAlgorithm::rowwise})
    for (int width : {383, 384, 385, 388, 800}) check_pooled(pooled(stem(17, 9, width, algorithm), 1, false));
}

TEST_CASE("A convolution and a max-pool in one pass, of a hundred random shapes", "[conv_max_pool]") {
  RandomFloats random(test_seed(), Values::kRandom);
  int checked = 0;
  for (unsigned i = 0; i < 150; ++i) {
    ConvCase c;
    kernels::ConvShape& s = c.shape;
    s.groups = random.pick(4) == 0 ? 2 : 1;
    s.in_channels = s.groups * (1 + random.pick(5));
    s.out_channels = s.groups * (1 + random.pick(random.pick(4) == 0 ? 70 : 20));
    s.kernel_h = 1 + random.pick(4), s.kernel_w = 1 + random.pick(4);
    s.stride_y = 1 + random.pick(3), s.stride_x = 1 + random.pick(3);
    s.dilation_y = 1 + random.pick(2), s.dilation_x = 1 + random.pick(2);
    if (random.pick(3) == 0) {  // by Winograd along the rows
      c.algorithm = ConvAlgorithm::rowwise, s.groups = 1,
      s.in_channels = 1 + random.pick(kernels::kMostRowWinogradChannels);
      s.kernel_h = 1 + random.pick(7), s.kernel_w = 7, s.stride_x = 2, s.dilation_x = 1;
    }
    s.pad_left = random.pick(3), c.pad_right = random.pick(3);
    c.pad_top = random.pick(3), c.pad_bottom = random.pick(3);
    c.in_h = 8 + random.pick(12), c.in_w = 8 + random.pick(40);
    c.images = 1 + random.pick(3);
    c.spare_channels = random.pick(2) * random.pick(16);
    c.values = static_cast<Values>(random.pick(3));
    c.seed = test_seed() + i;
    const PooledCase p = pooled(c, random.pick(2), random.pick(2) != 0);
    if (c.out_h() < 1 || c.out_w() < 1 || p.out_h < 1 || p.out_w < 1) continue;
    check_pooled(p);
    ++checked;
  }
  CHECK(checked > 100);
}

}  // namespace
}  // namespace fcn::test
