// SPDX-License-Identifier: MIT
// The maps that make_region_expectations.py asked OpenCV about, made anew from their seeds, and its answers.
#pragma once

#include <cstdint>
#include <optional>

#include "fcn/score_map.hpp"

namespace fcn::test {

struct RegionCase {
  std::uint32_t seed;
  int rows, cols, height, width;
  std::uint32_t stretched_hash;
  int count;
  std::uint32_t regions_hash;
  int tutorial_box[4];
  std::uint32_t masked_hash;

  /// One class.
  [[nodiscard]] ScoreMap map() const;
};

inline constexpr RegionCase kRegionCases[] = {
#include "tests/maps/region_expectations.inc"
};

/// The script's generator.
class Lcg {
 public:
  explicit Lcg(std::uint32_t seed) : state_(seed) {}
  int operator()(int count) {
    state_ = state_ * 1664525u + 1013904223u;
    return static_cast<int>((state_ >> 16) % static_cast<std::uint32_t>(count));
  }

 private:
  std::uint32_t state_;
};

/// FNV-1a of the bytes of numbers.
class Fnv {
 public:
  void add(std::int32_t number) {
    for (int shift = 0; shift < 32; shift += 8)
      value_ = (value_ ^ ((static_cast<std::uint32_t>(number) >> shift) & 0xff)) * 16777619u;
  }
  [[nodiscard]] std::uint32_t value() const { return value_; }

 private:
  std::uint32_t value_ = 2166136261u;
};

inline ScoreMap RegionCase::map() const {
  Lcg random(seed);
  for (int i = 0; i < 4; ++i) random(1);  // the sizes
  auto made = *ScoreMap::create({1, rows, cols}, ScoreKind::probabilities, {}, std::nullopt);
  for (int i = 0; i < rows * cols; ++i) {
    const float score = static_cast<float>(random(64)) / 64;
    *made.cell(i / cols, i % cols) = score;
    if (score > made.peak(0).probability) made.peaks()[0] = {score, i / cols, i % cols};
  }
  return made;
}

}  // namespace fcn::test
