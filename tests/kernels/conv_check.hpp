// SPDX-License-Identifier: MIT
// One convolution to test: its parameters (printed when it fails), its maps and weights, a run on a table,
// and what Eigen makes of it in float64.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "tests/kernels/kernel_check.hpp"

namespace fcn::test {

struct ConvCase {
  kernels::ConvShape shape;
  ConvAlgorithm algorithm = ConvAlgorithm::direct;  ///< or rowwise
  int in_h = 1, in_w = 1, images = 1;
  int pad_top = 0, pad_bottom = 0, pad_right = 0;  ///< the left one is in shape
  int spare_channels = 0;                          ///< floats of an input pixel that do not count
  bool bias = true, residual = false, relu = false, in_place = false;
  float ceiling = std::numeric_limits<float>::infinity();
  Values values = Values::kRandom;
  unsigned seed = test_seed();

  int out_h() const {
    return (in_h + pad_top + pad_bottom - (shape.kernel_h - 1) * shape.dilation_y - 1) / shape.stride_y + 1;
  }
  int out_w() const {
    return (in_w + shape.pad_left + pad_right - (shape.kernel_w - 1) * shape.dilation_x - 1) /
               shape.stride_x +
           1;
  }
  int tiles_across() const {
    const int tile = tile_extent(algorithm).x;
    return (out_w() + tile - 1) / tile;
  }
  int k() const { return shape.in_channels / shape.groups * shape.kernel_h * shape.kernel_w; }

  std::string reproducer() const {
    std::ostringstream text;
    const kernels::ConvShape& s = shape;
    text << "ConvCase{.shape = {" << s.in_channels << ", " << s.out_channels << ", " << s.groups << ", "
         << s.kernel_h << ", " << s.kernel_w << ", " << s.stride_y << ", " << s.stride_x << ", "
         << s.dilation_y << ", " << s.dilation_x << ", " << s.pad_left << "}, .algorithm = ConvAlgorithm("
         << static_cast<int>(algorithm) << ")"
         << ", .in_h = " << in_h << ", .in_w = " << in_w << ", .images = " << images
         << ", .pad_top = " << pad_top << ", .pad_bottom = " << pad_bottom << ", .pad_right = " << pad_right
         << ", .spare_channels = " << spare_channels << ", .bias = " << bias << ", .residual = " << residual
         << ", .relu = " << relu << ", .in_place = " << in_place << ", .ceiling = " << ceiling
         << ", .values = Values(" << static_cast<int>(values) << "), .seed = " << seed << "}";
    return text.str();
  }
};

/// The data of a case. The map's last row is the row of zeros that taps above and below the map read.
class ConvProblem {
 public:
  explicit ConvProblem(const ConvCase& c)
      : case_(c),
        in_(input_map({c.in_h + 1, c.in_w, c.shape.in_channels, c.images, c.shape.pad_left, right_margin(c),
                       c.shape.in_channels + c.spare_channels})),
        residual_(input_map(out_shape(c))) {
    RandomFloats random(c.seed, c.values);
    in_.fill(random);
    in_.fill_zero_row(c.in_h);
    residual_.fill(random);
    // Special weights would drown the special inputs in NaN: random ones let their effects through.
    RandomFloats ordinary(c.seed + 1, c.values == Values::kIntegers ? Values::kIntegers : Values::kRandom);
    weights_.resize(static_cast<std::size_t>(c.shape.out_channels) * static_cast<std::size_t>(c.k()));
    bias_.resize(static_cast<std::size_t>(c.shape.out_channels));
    for (float& w : weights_) w = ordinary();
    for (float& b : bias_) b = c.bias ? ordinary() : 0.0f;
    for (int oy = 0; oy < c.out_h(); ++oy) {
      for (int ky = 0; ky < c.shape.kernel_h; ++ky) {
        const int y = oy * c.shape.stride_y - c.pad_top + ky * c.shape.dilation_y;
        rows_.push_back(in_.row(y >= 0 && y < c.in_h ? y : c.in_h));
      }
    }
  }

  using Packed = std::unique_ptr<float[], decltype(&std::free)>;

  static Packed floats(std::size_t count) {
    const std::size_t bytes = (count * sizeof(float) + 127) / 64 * 64;
    return Packed(static_cast<float*>(std::aligned_alloc(64, bytes)), &std::free);
  }
  Packed pack(const KernelTable& table) const {
    const float* bias = case_.bias ? bias_.data() : nullptr;
    Packed packed = floats(case_.algorithm == ConvAlgorithm::direct
                               ? table.packed_conv_size(case_.shape)
                               : table.packed_winograd_size(case_.shape, case_.algorithm));
    if (case_.algorithm == ConvAlgorithm::direct)
      table.pack_conv(case_.shape, weights_.data(), bias, packed.get());
    else
      table.pack_winograd(case_.shape, case_.algorithm, weights_.data(), bias, packed.get());
    return packed;
  }

  /// All rows of the case, without residual and output.
  kernels::ConvBand input_band(const float* packed) const {
    kernels::ConvBand band;
    band.shape = case_.shape;
    band.images = case_.images;
    band.out_rows = case_.out_h();
    band.out_width = case_.out_w();
    band.in = {rows_.data(), in_.shape().pixel_stride, in_.image_stride()};
    band.weights = packed;
    band.relu = case_.relu;
    band.ceiling = case_.ceiling;
    return band;
  }

  /// Runs the case, whole or in random slices of pixels (or tiles) and panels.
  Map run(const KernelTable& table, std::optional<unsigned> slices = std::nullopt) const {
    const Packed packed = pack(table);
    Map out = output_map(out_shape(case_));
    kernels::ConvBand band = input_band(packed.get());
    if (case_.residual)
      band.residual = {residual_.rows(), residual_.shape().pixel_stride, residual_.image_stride()};
    if (case_.residual && case_.in_place) {
      copy_residual(out);
      band.residual = {out.rows(), out.shape().pixel_stride, out.image_stride()};
    }
    band.out = output_rows(out);

    const std::ptrdiff_t pixels = std::ptrdiff_t{case_.out_h()} * case_.images * case_.tiles_across();
    const std::ptrdiff_t panels = case_.algorithm == ConvAlgorithm::direct
                                      ? table.conv_panels(case_.shape)
                                      : table.winograd_panels(case_.shape, case_.algorithm);
    RandomFloats random(slices.value_or(0), Values::kRandom);
    for (const Range& panel_slice : slices ? random_slices(panels, random) : std::vector{Range{0, panels}}) {
      for (const Range& slice : slices ? random_slices(pixels, random) : std::vector{Range{0, pixels}})
        convolve(table, band, slice, panel_slice);
    }
    return out;
  }

  const std::vector<float>& weights() const { return weights_; }
  /// What channel c of an input column is under kernel row ky of output row y.
  float input(int y, int ky, int image, int column, int c) const {
    return rows_[static_cast<std::size_t>(y * case_.shape.kernel_h + ky)]
                [image * in_.image_stride() + column * in_.shape().pixel_stride + c];
  }
  Map& input() { return in_; }

  /// The largest distance from float64, in units of what float32 may err by; at most 1 if all is well. Each
  /// of the k multiply-adds, a product of its own on SSE2, the residual's addition and the float64 sum's
  /// conversion round once: k + 3 roundings of 2^-24 each of at most the sum of absolute values (Higham,
  /// Accuracy and Stability of Numerical Algorithms, 3.1). Products that underflow add half the least
  /// denormal each.
  double error_in_bounds(const Map& got) const {
    return error_in_bounds(got, case_.k() + 3,
                           [](int, int, int, int, double magnitude) { return magnitude; });
  }
  /// The same for an algorithm of `roundings` roundings on the way to an output, relative to magnitude_of(y,
  /// image, x, n, the sum of absolute values of the direct products).
  template <class MagnitudeOf>
  double error_in_bounds(const Map& got, double roundings, const MagnitudeOf& magnitude_of) const;

 private:
  /// Of Winograd along the rows, whole tiles and a cache line more are read.
  static int right_margin(const ConvCase& c) {
    if (c.algorithm == ConvAlgorithm::direct) return c.pad_right;
    const int columns = c.tiles_across() * tile_extent(c.algorithm).x;
    const int read = (columns - 1) * c.shape.stride_x + c.shape.kernel_w - c.shape.pad_left;
    return std::max(c.pad_right, read - c.in_w + 16);
  }
  void convolve(const KernelTable& table, const kernels::ConvBand& band, Range pixels, Range panels) const {
    if (case_.algorithm == ConvAlgorithm::direct) return table.conv(band, pixels, panels);
    // A block of its own for each call: nothing may lean on what another call left in the scratch.
    const Packed scratch = floats(table.winograd_scratch(case_.shape, case_.algorithm));
    table.winograd(band, case_.algorithm, pixels, panels, scratch.get());
  }
  static MapShape out_shape(const ConvCase& c) {
    return {c.out_h(),
            c.out_w(),
            c.shape.out_channels,
            c.images,
            2,
            1,
            round_up(c.shape.out_channels, kernels::kChannelQuantum) + 16};
  }
  void copy_residual(Map& out) const {
    for (int y = 0; y < case_.out_h(); ++y) {
      for (int i = 0; i < case_.images; ++i) {
        for (int x = 0; x < case_.out_w(); ++x) {
          for (int c = 0; c < case_.shape.out_channels; ++c)
            out.pixel(y, i, x)[c] = residual_.pixel(y, i, x)[c];
        }
      }
    }
  }

  ConvCase case_;
  Map in_;
  Map residual_;
  std::vector<float> weights_;
  std::vector<float> bias_;
  std::vector<const float*> rows_;
};

template <class MagnitudeOf>
double ConvProblem::error_in_bounds(const Map& got, double roundings, const MagnitudeOf& magnitude_of) const {
  const kernels::ConvShape& s = case_.shape;
  const int group_in = s.in_channels / s.groups, group_out = s.out_channels / s.groups,
            area = s.kernel_h * s.kernel_w;
  const int columns = case_.images * case_.out_w();
  double worst = 0;
  for (int g = 0; g < s.groups; ++g) {
    Eigen::MatrixXd weights(case_.k(), group_out);  // in the order of the model: c, ky, kx
    for (int n = 0; n < group_out; ++n) {
      for (int k = 0; k < case_.k(); ++k) {
        weights(k, n) = weights_[static_cast<std::size_t>((g * group_out + n) * case_.k() + k)];
      }
    }
    for (int y = 0; y < case_.out_h(); ++y) {
      Eigen::MatrixXd pixels(columns, case_.k());
      for (int m = 0; m < columns; ++m) {
        for (int k = 0; k < case_.k(); ++k) {
          const int ky = k % area / s.kernel_w, kx = k % s.kernel_w;
          const int x = m % case_.out_w() * s.stride_x - s.pad_left + kx * s.dilation_x;
          pixels(m, k) = input(y, ky, m / case_.out_w(), x, g * group_in + k / area);
        }
      }
      const Eigen::MatrixXd sums = pixels * weights;
      const Eigen::MatrixXd magnitudes = pixels.cwiseAbs() * weights.cwiseAbs();
      for (int m = 0; m < columns; ++m) {
        for (int n = 0; n < group_out; ++n) {
          const int channel = g * group_out + n, image = m / case_.out_w(), x = m % case_.out_w();
          const double bias = bias_[static_cast<std::size_t>(channel)];
          const double residual = case_.residual ? residual_.pixel(y, image, x)[channel] : 0.0;
          double truth = sums(m, n) + bias + residual;
          if (case_.relu) truth = std::clamp(truth, 0.0, double{case_.ceiling});
          const double magnitude = magnitude_of(y, image, x, channel, magnitudes(m, n));
          const double bound = roundings * 0x1p-24 / (1 - roundings * 0x1p-24) *
                                   (magnitude + std::abs(bias) + std::abs(residual)) +
                               roundings * 0x1p-150;
          worst = std::max(worst, std::abs(got.pixel(y, image, x)[channel] - truth) / bound);
        }
      }
    }
  }
  return worst;
}

}  // namespace fcn::test
