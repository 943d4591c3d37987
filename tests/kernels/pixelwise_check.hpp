// SPDX-License-Identifier: MIT
// One band of a pixelwise kernel (activations, arithmetic, norms, softmax) to test: its maps, in place or
// not, and a run on a table. What the values should be is each test's own.
#pragma once

#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tests/kernels/kernel_check.hpp"

namespace fcn::test {

/// The arguments of every pixelwise kernel; each takes those that its band has.
struct PixelArguments : kernels::PixelBand {
  InputRows b;
  bool a_one_channel = false, b_one_channel = false;
  const float *scale = nullptr, *shift = nullptr, *slopes = nullptr;
  float alpha = 0, beta = 0, bias = 0, epsilon = 0;
  int size = 1;
  bool center = true, relu = false;

  template <class Band>
  Band band() const {
    Band band;
    static_cast<kernels::PixelBand&>(band) = *this;
    if constexpr (requires { band.b; }) band.b = b;
    if constexpr (requires { band.a_one_channel; }) band.a_one_channel = a_one_channel;
    if constexpr (requires { band.b_one_channel; }) band.b_one_channel = b_one_channel;
    if constexpr (requires { band.scale; }) band.scale = scale;
    if constexpr (requires { band.shift; }) band.shift = shift;
    if constexpr (requires { band.slopes; }) band.slopes = slopes;
    if constexpr (requires { band.alpha; }) band.alpha = alpha;
    if constexpr (requires { band.beta; }) band.beta = beta;
    if constexpr (requires { band.bias; }) band.bias = bias;
    if constexpr (requires { band.epsilon; }) band.epsilon = epsilon;
    if constexpr (requires { band.size; }) band.size = size;
    if constexpr (requires { band.center; }) band.center = center;
    if constexpr (requires { band.relu; }) band.relu = relu;
    return band;
  }
};

/// A pixelwise kernel of a table, whatever its band.
class PixelKernel {
 public:
  template <class Band>
  constexpr PixelKernel(void (*KernelTable::*kernel)(const Band&, Range)) : kernel_(kernel) {}

  void operator()(const KernelTable& table, const PixelArguments& arguments, Range pixels) const {
    std::visit([&](const auto kernel) { run(table.*kernel, arguments, pixels); }, kernel_);
  }
  friend bool operator==(const PixelKernel&, const PixelKernel&) = default;

 private:
  template <class Band>
  using Of = void (*KernelTable::*)(const Band&, Range);

  template <class Band>
  static void run(void (*kernel)(const Band&, Range), const PixelArguments& arguments, Range pixels) {
    kernel(arguments.band<Band>(), pixels);
  }

  std::variant<Of<kernels::PixelBand>, Of<kernels::ActivationBand>, Of<kernels::PReluBand>,
               Of<kernels::ArithmeticBand>, Of<kernels::BatchNormBand>, Of<kernels::ChannelNormBand>,
               Of<kernels::LocalResponseNormBand>>
      kernel_;
};

struct PixelCase {
  int channels = 1, images = 1, rows = 1, width = 1, spare_channels = 0;
  bool relu = false;
  bool in_place = false;  ///< the output is written over a
  Values values = Values::kRandom;
  unsigned seed = test_seed();
  float scale_of_values = 1.0f;
  float alpha = 0.0f, beta = 0.0f, bias = 0.0f;  ///< what they are to the kernel
  int size = 1;
  bool one_column_b = false, one_channel_b = false;  ///< b's first column or channel counts for all
  bool swapped = false;                              ///< the kernel's a is b, and b is a
  float epsilon = 0.0f;
  bool center = true;

  std::string reproducer() const {
    std::ostringstream text;
    text << "PixelCase{" << channels << ", " << images << ", " << rows << ", " << width << ", "
         << spare_channels << ", " << relu << ", " << in_place << ", Values(" << static_cast<int>(values)
         << "), " << seed << ", " << scale_of_values << ", " << alpha << ", " << beta << ", " << bias << ", "
         << size << ", " << one_column_b << ", " << one_channel_b << ", " << swapped << ", " << epsilon
         << ", " << center << "}";
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
  /// The values that meet in an output value, in the kernel's order.
  std::pair<float, float> operands(int y, int image, int x, int n) const {
    const float a = a_.pixel(y, image, x)[n];
    const float b = b_.pixel(y, image, case_.one_column_b ? 0 : x)[case_.one_channel_b ? 0 : n];
    return case_.swapped ? std::pair{b, a} : std::pair{a, b};
  }
  float scale(int n) const { return scale_[static_cast<std::size_t>(n)]; }
  float shift(int n) const { return shift_[static_cast<std::size_t>(n)]; }

  Map run(const KernelTable& table, PixelKernel kernel, std::optional<unsigned> slices = std::nullopt) const {
    const PixelCase& c = case_;
    Map out = output_map(
        {c.rows, c.width, c.channels, c.images, 1, 1, round_up(c.channels, kernels::kChannelQuantum) + 16});
    PixelArguments band;
    band.channels = c.channels;
    band.images = c.images;
    band.rows = c.rows;
    band.width = c.width;
    band.a = {a_.rows(), a_.shape().pixel_stride, a_.image_stride()};
    if (c.in_place) {
      copy_a(out);
      band.a = {out.rows(), out.shape().pixel_stride, out.image_stride()};
    }
    band.b = {b_.rows(), c.one_column_b ? 0 : b_.shape().pixel_stride, b_.image_stride()};
    band.b_one_channel = c.one_channel_b;
    if (c.swapped) {
      std::swap(band.a, band.b);
      std::swap(band.a_one_channel, band.b_one_channel);
    }
    band.alpha = c.alpha;
    band.beta = c.beta;
    band.bias = c.bias;
    band.size = c.size;
    band.epsilon = c.epsilon;
    band.center = c.center;
    band.out = output_rows(out);
    band.scale = scale_.data();
    band.shift = shift_.data();
    band.slopes = scale_.data();
    band.relu = c.relu;
    const Range pixels{0, std::ptrdiff_t{c.rows} * c.images * c.width};
    if (!slices) {
      kernel(table, band, pixels);
      return out;
    }
    RandomFloats random(*slices, Values::kRandom);
    for (const Range& slice : random_slices(pixels.end, random)) kernel(table, band, slice);
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
