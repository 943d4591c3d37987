// SPDX-License-Identifier: MIT
// One Winograd convolution to test: its parameters (printed when it fails), its maps and weights, a run on a
// table, and how far its results are from float64's direct convolution, in units of what they may err by.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "tests/kernels/kernel_check.hpp"
#include "tests/kernels/winograd_matrices.hpp"

namespace fcn::test {

struct WinogradCase {
  WinogradForm form = {4, 1};
  int in_channels = 1, out_channels = 1;
  int in_h = 1, in_w = 1, images = 1;
  int pad_top = 1, pad_bottom = 1, pad_left = 1, pad_right = 1;
  int spare_channels = 0;  ///< floats of an input pixel that do not count
  bool bias = true, residual = false, relu = false, in_place = false;
  float ceiling = std::numeric_limits<float>::infinity();
  Values values = Values::kRandom;
  unsigned seed = test_seed();

  int out_h() const { return outputs(in_h + pad_top + pad_bottom); }
  int out_w() const { return outputs(in_w + pad_left + pad_right); }
  int tiles_down() const { return (out_h() + form.tile - 1) / form.tile; }
  int tiles_across() const { return (out_w() + form.tile - 1) / form.tile; }
  ConvAlgorithm algorithm() const { return algorithm_of(form); }
  bool halves_filters() const {
    return form.tile == 4 && in_channels * out_channels > kernels::kMostWholeFilters;
  }
  /// Whether no step rounds: products of small integers fit 24 bits, but not with the fractions of F(4, 3)'s
  /// points, whose powers have up to 10 bits in each dimension.
  bool exact() const { return values == Values::kIntegers && form.tile == 2; }
  /// Input columns that whole tiles read, padding included.
  int columns_read() const { return (tiles_across() * form.tile - 1) * form.stride + 3; }
  kernels::ConvShape shape() const {
    return {in_channels, out_channels, 1, 3, 3, form.stride, form.stride, 1, 1, pad_left};
  }

  std::string reproducer() const {
    std::ostringstream text;
    text << "WinogradCase{{" << form.tile << ", " << form.stride << "}, " << in_channels << ", "
         << out_channels << ", " << in_h << ", " << in_w << ", " << images << ", " << pad_top << ", "
         << pad_bottom << ", " << pad_left << ", " << pad_right << ", " << spare_channels << ", " << bias
         << ", " << residual << ", " << relu << ", " << in_place << ", " << ceiling << ", Values("
         << static_cast<int>(values) << "), " << seed << "}";
    return text.str();
  }

 private:
  int outputs(int padded) const { return padded < 3 ? 0 : (padded - 3) / form.stride + 1; }
};

/// The data of a case. The map's last row is the row of zeros that stands for rows outside it.
class WinogradProblem {
 public:
  explicit WinogradProblem(const WinogradCase& c)
      : case_(c),
        in_(input_map({c.in_h + 1, c.in_w, c.in_channels, c.images, c.pad_left,
                       std::max(c.columns_read() - c.pad_left - c.in_w, 0),
                       c.in_channels + c.spare_channels})),
        residual_(input_map(out_shape(c))) {
    RandomFloats random(c.seed, c.values);
    in_.fill(random);
    in_.fill_zero_row(c.in_h);
    residual_.fill(random);
    // Special weights would drown the special inputs in NaN.
    RandomFloats ordinary(c.seed + 1, Values::kRandom);
    weights_.resize(static_cast<std::size_t>(c.out_channels * c.in_channels * 9));
    bias_.resize(static_cast<std::size_t>(c.out_channels));
    // Transformed multiples of 4 are integers, and a few small integers add up without rounding.
    const bool integers = c.values == Values::kIntegers;
    for (float& w : weights_) w = integers ? static_cast<float>(ordinary.pick(3) - 1) * 4.0f : ordinary();
    for (float& b : bias_) b = !c.bias ? 0.0f : integers ? 3.0f : ordinary();
  }

  Map& input() { return in_; }

  /// Runs the case, whole or in random slices of tiles and panels; in slices, with null for the rows of the
  /// last tiles that lie outside the map.
  Map run(const KernelTable& table, std::optional<unsigned> slices = std::nullopt) const {
    const kernels::ConvShape shape = case_.shape();
    const Floats packed = floats(table.packed_winograd_size(shape, case_.algorithm()));
    table.pack_winograd(shape, case_.algorithm(), weights_.data(), case_.bias ? bias_.data() : nullptr,
                        packed.get());
    const std::vector<const float*> rows = band_rows(case_.form.tile, case_.form.taps());
    Map out = output_map(out_shape(case_));
    kernels::ConvBand band = make_band(rows, out, packed.get());
    std::vector<float*> whole_tiles(band.out.row, band.out.row + band.out_rows);
    whole_tiles.resize(static_cast<std::size_t>(case_.tiles_down() * case_.form.tile), nullptr);
    if (slices) {
      band.out.row = whole_tiles.data();
      band.out_rows = static_cast<int>(whole_tiles.size());
    }
    const Range tiles{0, std::ptrdiff_t{case_.tiles_down()} * case_.images * case_.tiles_across()};
    const Range panels{0, table.winograd_panels(shape, case_.algorithm())};
    RandomFloats random(slices.value_or(0), Values::kRandom);
    for (const Range& panel_slice : slices ? random_slices(panels.end, random) : std::vector{panels}) {
      for (const Range& tile_slice : slices ? random_slices(tiles.end, random) : std::vector{tiles}) {
        // A block of its own for each call: nothing may lean on what another call left in the scratch.
        const Floats scratch = floats(table.winograd_scratch(shape, case_.algorithm()));
        table.winograd(band, case_.algorithm(), tile_slice, panel_slice, scratch.get());
      }
    }
    return out;
  }

  /// The same convolution by the table's direct kernel.
  Map run_direct(const KernelTable& table) const {
    const kernels::ConvShape shape = case_.shape();
    const Floats packed = floats(table.packed_conv_size(shape));
    table.pack_conv(shape, weights_.data(), case_.bias ? bias_.data() : nullptr, packed.get());
    const std::vector<const float*> rows = band_rows(1, 3);
    Map out = output_map(out_shape(case_));
    const kernels::ConvBand band = make_band(rows, out, packed.get());
    const std::ptrdiff_t pixels = std::ptrdiff_t{case_.out_h()} * case_.images * case_.out_w();
    table.conv(band, {0, pixels}, {0, table.conv_panels(shape)});
    return out;
  }

  /// The largest distance from float64, in units of what float32 may err by; at most 1 if all is well.
  ///
  /// A value's way through the input transform has 2 * input_roundings roundings, of at most 2^-24 each
  /// relative to the sums of absolute values |B^T| |d| |B|, since no step subtracts what a former one added;
  /// on SSE2 it has 2 * products more. The transformed weight has one, or, kept half transformed, seven: of
  /// a half, of s times it, of the sum of two, of 1/6, of their product, and of two more sums; one more makes
  /// up for float64's. The sum of products has one for each channel and one more on SSE2, the output
  /// transform 2 * output_roundings, its scale on SSE2, bias and residual one each, float64's own sums less
  /// than one. N roundings of that kind err by at most N 2^-24 / (1 - N 2^-24) times |A^T| (sum over c of
  /// |G| |g| |G^T| . |B^T| |d| |B|) |A| (Higham, Accuracy and Stability of Numerical Algorithms, 3.1).
  /// Random normal values are far too large to underflow.
  double error_in_bounds(const Map& got) const;

 private:
  using Floats = std::unique_ptr<float[], decltype(&std::free)>;

  static Floats floats(std::size_t count) {
    Floats block(static_cast<float*>(std::aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64)),
                 &std::free);
    for (std::size_t i = 0; i < count; ++i) block[i] = poison();
    return block;
  }
  static MapShape out_shape(const WinogradCase& c) {
    const int stride = round_up(c.out_channels, kernels::kChannelQuantum) + 16;
    return {c.out_h(), c.out_w(), c.out_channels, c.images, 2, 1, stride};
  }

  /// `count` input rows for each `step` output rows.
  std::vector<const float*> band_rows(int step, int count) const {
    std::vector<const float*> rows;
    for (int oy = 0; oy < case_.out_h(); oy += step) {
      for (int i = 0; i < count; ++i) {
        const int y = oy * case_.form.stride - case_.pad_top + i;
        rows.push_back(in_.row(y >= 0 && y < case_.in_h ? y : case_.in_h));
      }
    }
    return rows;
  }

  kernels::ConvBand make_band(const std::vector<const float*>& rows, Map& out, const float* packed) const {
    kernels::ConvBand band;
    band.shape = case_.shape();
    band.images = case_.images;
    band.out_rows = case_.out_h();
    band.out_width = case_.out_w();
    band.in = {rows.data(), in_.shape().pixel_stride, in_.image_stride()};
    if (case_.residual)
      band.residual = {residual_.rows(), residual_.shape().pixel_stride, residual_.image_stride()};
    if (case_.residual && case_.in_place) {
      copy_residual(out);
      band.residual = {out.rows(), out.shape().pixel_stride, out.image_stride()};
    }
    band.out = output_rows(out);
    band.weights = packed;
    band.relu = case_.relu;
    band.ceiling = case_.ceiling;
    return band;
  }

  void copy_residual(Map& out) const {
    for (int y = 0; y < case_.out_h(); ++y) {
      for (int i = 0; i < case_.images; ++i) {
        for (int x = 0; x < case_.out_w(); ++x) {
          for (int c = 0; c < case_.out_channels; ++c) out.pixel(y, i, x)[c] = residual_.pixel(y, i, x)[c];
        }
      }
    }
  }

  /// The kernel of one pair of channels.
  Eigen::Matrix3d kernel(int n, int c) const {
    Eigen::Matrix3d g;
    for (int i = 0; i < 9; ++i)
      g(i / 3, i % 3) = weights_[static_cast<std::size_t>((n * case_.in_channels + c) * 9 + i)];
    return g;
  }

  /// Channel c of the input that a tile reads.
  Eigen::MatrixXd input_tile(int ty, int image, int tx, int c) const {
    const int taps = case_.form.taps(), step = case_.form.tile * case_.form.stride;
    Eigen::MatrixXd d(taps, taps);
    for (int i = 0; i < taps; ++i) {
      const int y = ty * step - case_.pad_top + i;
      for (int j = 0; j < taps; ++j) {
        const int x = tx * step - case_.pad_left + j;
        d(i, j) = in_.pixel(y >= 0 && y < case_.in_h ? y : case_.in_h, image, x)[c];
      }
    }
    return d;
  }

  double tile_error_in_bounds(const Map& got, int ty, int image, int tx) const;

  WinogradCase case_;
  Map in_;
  Map residual_;
  std::vector<float> weights_;
  std::vector<float> bias_;
};

inline double WinogradProblem::error_in_bounds(const Map& got) const {
  double worst = 0;
  for (int ty = 0; ty < case_.tiles_down(); ++ty) {
    for (int image = 0; image < case_.images; ++image) {
      for (int tx = 0; tx < case_.tiles_across(); ++tx)
        worst = std::max(worst, tile_error_in_bounds(got, ty, image, tx));
    }
  }
  return worst;
}

inline double WinogradProblem::tile_error_in_bounds(const Map& got, int ty, int image, int tx) const {
  const auto m = WinogradMatrices::of(case_.form);
  const Eigen::MatrixXd input = m.input.cwiseAbs(), filter = m.filter.cwiseAbs(),
                        output = m.scaled_output().cwiseAbs();
  const int tile = case_.form.tile, stride = case_.form.stride, taps = case_.form.taps();
  // Down the columns a short tile has transforms of its own, of no more roundings.
  const bool is_short = tile == 4 && ty * tile + 2 >= case_.out_h();
  const auto down = is_short ? WinogradMatrices::of_short() : m;
  const Eigen::MatrixXd input_down = down.input.cwiseAbs(), output_down = down.scaled_output().cwiseAbs();
  const double n_roundings = 2 * (m.input_roundings + m.products) + (case_.halves_filters() ? 8 : 2) +
                             case_.in_channels + 1 + 2 * m.output_roundings + 3 + 1;
  const double unit = n_roundings * 0x1p-24 / (1 - n_roundings * 0x1p-24);
  std::vector<Eigen::MatrixXd> tiles, magnitudes;
  for (int c = 0; c < case_.in_channels; ++c) {
    tiles.push_back(input_tile(ty, image, tx, c));
    magnitudes.push_back(input_down * tiles.back().cwiseAbs() * input.transpose());
  }
  double worst = 0;
  for (int n = 0; n < case_.out_channels; ++n) {
    Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(tile, tile);
    Eigen::MatrixXd magnitude = Eigen::MatrixXd::Zero(taps, taps);
    for (int c = 0; c < case_.in_channels; ++c) {
      const Eigen::Matrix3d g = kernel(n, c);
      const auto at = static_cast<std::size_t>(c);
      for (int i = 0; i < 9; ++i)
        sum +=
            g(i / 3, i % 3) * tiles[at](Eigen::seqN(i / 3, tile, stride), Eigen::seqN(i % 3, tile, stride));
      magnitude += (filter * g.cwiseAbs() * filter.transpose()).cwiseProduct(magnitudes[at]);
    }
    magnitude = output_down * magnitude * output.transpose();
    for (int i = 0; i < tile && ty * tile + i < case_.out_h(); ++i) {
      for (int j = 0; j < tile && tx * tile + j < case_.out_w(); ++j) {
        const int y = ty * tile + i, x = tx * tile + j;
        const double bias = bias_[static_cast<std::size_t>(n)];
        const double residual = case_.residual ? residual_.pixel(y, image, x)[n] : 0.0;
        double truth = sum(i, j) + bias + residual;
        if (case_.relu) truth = std::clamp(truth, 0.0, double{case_.ceiling});
        const double bound = unit * (magnitude(i, j) + std::abs(bias) + std::abs(residual));
        worst = std::max(worst, std::abs(got.pixel(y, image, x)[n] - truth) / bound);
      }
    }
  }
  return worst;
}

}  // namespace fcn::test
