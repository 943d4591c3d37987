// SPDX-License-Identifier: MIT
// One band of a pixelwise kernel (relu, add, batch norm, softmax) to test: its maps, in place or not, and a
// run on a table. What the values should be is each test's own.
#pragma once

#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "tests/kernels/kernel_check.hpp"

namespace fcn::test {

using PixelKernel = void (*KernelTable::*)(const kernels::PixelBand&, Range);

struct PixelCase {
  int channels = 1, images = 1, rows = 1, width = 1, spare_channels = 0;
  bool relu = false;
  bool in_place = false;  ///< the output is written over a
  Values values = Values::kRandom;
  unsigned seed = test_seed();
  float scale_of_values = 1.0f;

  std::string reproducer() const {
    std::ostringstream text;
    text << "PixelCase{" << channels << ", " << images << ", " << rows << ", " << width << ", "
         << spare_channels << ", " << relu << ", " << in_place << ", Values(" << static_cast<int>(values)
         << "), " << seed << ", " << scale_of_values << "}";
    return text.str();
  }
};

/// Cases of every number of channels near a register's size, and of a few larger shapes, for all kinds of
/// values.
inline std::vector<PixelCase> pixel_cases() {
  std::vector<PixelCase> cases;
  for (Values values : {Values::kRandom, Values::kIntegers, Values::kSpecial}) {
    for (int channels = 1; channels <= 35; ++channels) {
      cases.push_back({.channels = channels,
                       .images = 2,
                       .rows = 2,
                       .width = 3,
                       .spare_channels = channels % 3,
                       .relu = channels % 2 == 0,
                       .in_place = channels % 5 == 0,
                       .values = values});
    }
    for (int channels : {64, 97, 100, 1000}) {
      cases.push_back({.channels = channels,
                       .rows = 3,
                       .width = 7,
                       .relu = channels == 64,
                       .values = values,
                       .scale_of_values = 20.0f});
    }
  }
  return cases;
}

class PixelProblem {
 public:
  explicit PixelProblem(const PixelCase& c)
      : case_(c),
        a_(input_map({c.rows, c.width, c.channels, c.images, 1, 1, c.channels + c.spare_channels})),
        b_(input_map({c.rows, c.width, c.channels, c.images, 0, 2, c.channels + c.spare_channels})) {
    RandomFloats random(c.seed, c.values);
    a_.fill(random);
    b_.fill(random);
    for (int y = 0; y < c.rows; ++y) {
      for (int i = 0; i < c.images; ++i) {
        for (int x = 0; x < c.width; ++x) {
          for (int n = 0; n < c.channels; ++n) a_.pixel(y, i, x)[n] *= c.scale_of_values;
        }
      }
    }
    // Padding that must not show in the padding of the output.
    const auto padded = static_cast<std::size_t>(round_up(c.channels, kernels::kChannelQuantum));
    scale_.assign(padded, 7.0f);
    shift_.assign(padded, 5.0f);
    for (int n = 0; n < c.channels; ++n) {
      scale_[static_cast<std::size_t>(n)] = random();
      shift_[static_cast<std::size_t>(n)] = random();
    }
  }

  const Map& a() const { return a_; }
  const Map& b() const { return b_; }
  float scale(int n) const { return scale_[static_cast<std::size_t>(n)]; }
  float shift(int n) const { return shift_[static_cast<std::size_t>(n)]; }

  Map run(const KernelTable& table, PixelKernel kernel, std::optional<unsigned> slices = std::nullopt) const {
    const PixelCase& c = case_;
    Map out = output_map(
        {c.rows, c.width, c.channels, c.images, 1, 1, round_up(c.channels, kernels::kChannelQuantum) + 16});
    kernels::PixelBand band;
    band.channels = c.channels;
    band.images = c.images;
    band.rows = c.rows;
    band.width = c.width;
    band.a = {a_.rows(), a_.shape().pixel_stride, a_.image_stride()};
    if (c.in_place) {
      copy_a(out);
      band.a = {out.rows(), out.shape().pixel_stride, out.image_stride()};
    }
    band.b = {b_.rows(), b_.shape().pixel_stride, b_.image_stride()};
    band.out = output_rows(out);
    band.scale = scale_.data();
    band.shift = shift_.data();
    band.relu = c.relu;
    const Range pixels{0, std::ptrdiff_t{c.rows} * c.images * c.width};
    if (!slices) {
      (table.*kernel)(band, pixels);
      return out;
    }
    RandomFloats random(*slices, Values::kRandom);
    for (const Range& slice : random_slices(pixels.end, random)) (table.*kernel)(band, slice);
    return out;
  }

 private:
  void copy_a(Map& out) const {
    for (int y = 0; y < case_.rows; ++y) {
      for (int i = 0; i < case_.images; ++i) {
        for (int x = 0; x < case_.width; ++x) {
          for (int n = 0; n < case_.channels; ++n) out.pixel(y, i, x)[n] = a_.pixel(y, i, x)[n];
        }
      }
    }
  }

  PixelCase case_;
  Map a_, b_;
  std::vector<float> scale_, shift_;
};

/// f(row, image, column, channel) for every value of the case.
template <class F>
void for_each_value(const PixelCase& c, F&& f) {
  for (int y = 0; y < c.rows; ++y) {
    for (int i = 0; i < c.images; ++i) {
      for (int x = 0; x < c.width; ++x) {
        for (int n = 0; n < c.channels; ++n) f(y, i, x, n);
      }
    }
  }
}

/// Bits against the reference (where `fuses` and the arch does not, only the frame), any slicing, nothing out
/// of place.
inline void check_pixel_kernel(const PixelCase& c, PixelKernel kernel, bool fuses) {
  INFO(c.reproducer());
  const PixelProblem problem(c);
  const Map truth = problem.run(reference_table(), kernel);
  REQUIRE(truth.frame_intact());
  for (const KernelTable* table : tested_tables()) {
    INFO("table " << table->arch);
    const Map got = problem.run(*table, kernel);
    CHECK(got.frame_intact());
    if (!fuses || shares_bits(*table)) CHECK(first_difference(truth, got) == "");
    CHECK(first_difference(got, problem.run(*table, kernel, c.seed)) == "");
  }
}

}  // namespace fcn::test
