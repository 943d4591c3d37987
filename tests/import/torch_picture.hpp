// SPDX-License-Identifier: MIT
// The picture on which the scripts of this folder asked PyTorch, and the comparison of a model file's map
// with what it answered.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "fcn/kernels/kernel_table.hpp"
#include "fcn/model.hpp"
#include "fcn/session.hpp"

/// picture() of make_fixtures.py and make_families.py, interleaved.
inline std::vector<std::uint8_t> pattern(int height, int width, int channels) {
  std::vector<std::uint8_t> pixels;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < channels; ++c)
        pixels.push_back(static_cast<std::uint8_t>((y * 7 + x * 13 + c * 29 + (x * y) % 31 * 5) % 256));
  return pixels;
}

/// The model's logits on that picture, classes x rows x cols.
inline std::vector<double> logits_of(const fcn::Model& model, int height, int width) {
  const int channels = model.input_channels();
  auto session = fcn::Session::create(model, {.threads = 1, .scores = fcn::ScoreKind::logits});
  REQUIRE(session);
  const auto pixels = pattern(height, width, channels);
  const auto map = session->run({pixels.data(), width, height, std::ptrdiff_t{channels} * width});
  if (!map) FAIL(map.error().to_string());
  std::vector<double> logits;
  for (int c = 0; c < map->classes(); ++c)
    for (int row = 0; row < map->rows(); ++row)
      for (int col = 0; col < map->cols(); ++col) logits.push_back(static_cast<double>(map->at(c, row, col)));
  return logits;
}

/// Those of the model file at `path`.
inline std::vector<double> logits_of(const std::string& path, int height, int width,
                                     const fcn::kernels::KernelTable* table) {
  fcn::ModelOptions options;
  options.table = table;
  const auto model = fcn::Model::load(path, options);
  if (!model) FAIL(model.error().to_string());
  return logits_of(*model, height, width);
}

/// The project's stated accuracy: |difference| <= 1e-4 x max(scale, |logit|).
inline void check_logits(const std::vector<double>& found, const std::vector<double>& expected,
                         double scale = 1) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    INFO("logit " << i << ": found " << found[i] << ", PyTorch says " << expected[i]);
    CHECK(std::abs(found[i] - expected[i]) <= 1e-4 * std::max(scale, std::abs(expected[i])));
  }
}

inline double largest_of(const std::vector<double>& values) {
  double largest = 1;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  return largest;
}
