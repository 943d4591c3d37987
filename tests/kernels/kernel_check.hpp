// SPDX-License-Identifier: MIT
// The harness of the kernel tests, in the manner of dav1d's checkasm: feature maps on heap blocks of exact
// size (so that AddressSanitizer sees a read too far) with poison wherever a kernel has no business, random
// and special values, and comparison of bits. Every kernel test runs the reference and each tested table on
// the same maps. What is particular to convolutions, pools and pixelwise kernels is in their own headers.
#pragma once

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "fcn/kernels/kernel_table.hpp"

namespace fcn::test {

using kernels::ConvAlgorithm;
using kernels::InputRows;
using kernels::KernelTable;
using kernels::OutputRows;
using kernels::Range;

/// The truth, and the tables compared with it; each test program says which (tables_*.cpp).
const KernelTable& reference_table();
const std::vector<const KernelTable*>& tested_tables();

/// SSE2 has no fused multiply-add: its bits are its own, and only float64 judges it.
inline bool shares_bits(const KernelTable& table) {
  return std::string(table.arch) != "sse2";
}

/// Fixed, unless FCN_TEST_SEED asks for another run.
inline unsigned test_seed() {
  const char* text = std::getenv("FCN_TEST_SEED");
  return text != nullptr ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : 20211u;
}

/// What a test fills its inputs with.
enum class Values {
  kRandom,    ///< normal distribution
  kIntegers,  ///< -3 .. 3: every sum is exact, so every arch and float64 agree to the bit
  kSpecial    ///< random, with NaN, infinities, -0 and denormals among them
};

class RandomFloats {
 public:
  RandomFloats(unsigned seed, Values values) : engine_(seed), values_(values) {}

  float operator()() {
    if (values_ == Values::kIntegers) return static_cast<float>(pick(7)) - 3.0f;
    if (values_ == Values::kSpecial && pick(8) == 0) return special();
    return normal_(engine_);
  }
  /// A whole number in [0, count).
  int pick(int count) { return static_cast<int>(engine_() % static_cast<unsigned>(count)); }

 private:
  float special() {
    using limits = std::numeric_limits<float>;
    const float list[] = {limits::quiet_NaN(),
                          limits::infinity(),
                          -limits::infinity(),
                          -0.0f,
                          0.0f,
                          limits::denorm_min(),
                          -3e-40f,
                          limits::max(),
                          limits::lowest()};
    return list[pick(9)];
  }
  std::mt19937 engine_;
  std::normal_distribution<float> normal_;
  Values values_;
};

/// A NaN that no arithmetic produces.
inline float poison() {
  return std::bit_cast<float>(0x7fc0dea1u);
}
inline bool is_poison(float x) {
  return std::bit_cast<std::uint32_t>(x) == 0x7fc0dea1u;
}

/// Same bits, or both NaN.
inline bool same_value(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

inline int round_up(int x, int quantum) {
  return (x + quantum - 1) / quantum * quantum;
}

/// The size of a feature map, and how it lies in memory.
struct MapShape {
  int rows = 1, width = 1, channels = 1, images = 1;
  int margin_left = 0, margin_right = 0;  ///< pixels
  int pixel_stride = 1;  ///< at least `channels`, or what they round up to in maps that are written
};

/// A feature map: each row a heap block of its own that ends where the last pixel's floats end.
class Map {
 public:
  Map(const MapShape& shape, int last_pixel_floats) : shape_(shape) {
    image_stride_ = (shape.margin_left + shape.width + shape.margin_right) * shape.pixel_stride;
    row_floats_ =
        static_cast<std::size_t>(image_stride_ * shape.images - shape.pixel_stride + last_pixel_floats);
    for (int y = 0; y < shape.rows; ++y) {
      blocks_.push_back(std::make_unique<float[]>(row_floats_));
      for (std::size_t i = 0; i < row_floats_; ++i) blocks_.back()[i] = poison();
      rows_.push_back(blocks_.back().get() + shape.margin_left * shape.pixel_stride);
    }
  }

  const MapShape& shape() const { return shape_; }
  std::ptrdiff_t image_stride() const { return image_stride_; }
  float* row(int y) const { return rows_[static_cast<std::size_t>(y)]; }
  float* pixel(int y, int image, int x) const {
    return row(y) + image * image_stride_ + x * shape_.pixel_stride;
  }
  float* const* rows() const { return rows_.data(); }

  /// Random pixels between margins of zeros. The rest of each pixel stays poisoned: nothing may read it as
  /// values.
  void fill(RandomFloats& random) {
    for (int y = 0; y < shape_.rows; ++y) {
      for (int i = 0; i < shape_.images; ++i) {
        for (int x = -shape_.margin_left; x < shape_.width + shape_.margin_right; ++x) {
          const bool inside = x >= 0 && x < shape_.width;
          for (int c = 0; c < shape_.channels; ++c) pixel(y, i, x)[c] = inside ? random() : 0.0f;
        }
      }
    }
  }

  /// A row as wide as this map's, margins included, of zeros.
  void fill_zero_row(int y) {
    for (int i = 0; i < shape_.images; ++i) {
      for (int x = -shape_.margin_left; x < shape_.width + shape_.margin_right; ++x) {
        for (int c = 0; c < shape_.channels; ++c) pixel(y, i, x)[c] = 0.0f;
      }
    }
  }

  /// True if every float that is not one of the padded channels of a pixel of the map still holds poison, and
  /// every channel that only pads holds +0.
  bool frame_intact() const {
    const int padded = round_up(shape_.channels, kernels::kChannelQuantum);
    for (int y = 0; y < shape_.rows; ++y) {
      const float* block = blocks_[static_cast<std::size_t>(y)].get();
      for (std::size_t i = 0; i < row_floats_; ++i) {
        const int in_image = static_cast<int>(i) % static_cast<int>(image_stride_);
        const int x = in_image / shape_.pixel_stride - shape_.margin_left;
        const int c = in_image % shape_.pixel_stride;
        if (x < 0 || x >= shape_.width || c >= padded) {
          if (!is_poison(block[i])) return false;
        } else if (c >= shape_.channels && std::bit_cast<std::uint32_t>(block[i]) != 0) {
          return false;
        }
      }
    }
    return true;
  }

 private:
  MapShape shape_;
  std::ptrdiff_t image_stride_ = 0;
  std::size_t row_floats_ = 0;
  std::vector<std::unique_ptr<float[]>> blocks_;
  std::vector<float*> rows_;
};

/// A map that kernels read: it ends with the last pixel's channels.
inline Map input_map(const MapShape& shape) {
  return Map(shape, shape.channels);
}

/// A map that kernels write: pixels hold their padding, and beyond it poison.
inline Map output_map(const MapShape& shape) {
  return Map(shape, shape.pixel_stride);
}

inline OutputRows output_rows(const Map& map) {
  return {map.rows(), map.shape().pixel_stride, map.image_stride()};
}

/// Where two maps of the same shape first differ, or "" if they have the same values.
inline std::string first_difference(const Map& truth, const Map& got) {
  const MapShape& s = truth.shape();
  for (int y = 0; y < s.rows; ++y) {
    for (int i = 0; i < s.images; ++i) {
      for (int x = 0; x < s.width; ++x) {
        for (int c = 0; c < s.channels; ++c) {
          const float a = truth.pixel(y, i, x)[c], b = got.pixel(y, i, x)[c];
          if (same_value(a, b)) continue;
          return "row " + std::to_string(y) + " image " + std::to_string(i) + " column " + std::to_string(x) +
                 " channel " + std::to_string(c) + ": " + std::to_string(a) + " is " + std::to_string(b);
        }
      }
    }
  }
  return "";
}

/// [0, count) cut at random places: the slices of a band. Some are empty.
inline std::vector<Range> random_slices(std::ptrdiff_t count, RandomFloats& random) {
  std::vector<Range> slices;
  for (std::ptrdiff_t begin = 0; begin < count;) {
    const std::ptrdiff_t end = begin + random.pick(static_cast<int>(count - begin) + 1);
    slices.push_back({begin, end});
    begin = end;
  }
  return slices;
}

}  // namespace fcn::test
