// SPDX-License-Identifier: MIT
// A narrow ResNet-18 of random weights, pictures of noise, and sessions that run them: what the tests of
// streaming and memory share.
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <cstring>
#include <vector>

#include "bench/resnet18.hpp"
#include "fcn/kernels/select.hpp"
#include "fcn/session.hpp"

namespace fcn::test {

/// `width` channels in the first stage, 10 classes, a window of 200.
inline Model narrow_resnet(int width, const kernels::KernelTable& table, const Limits& limits = {}) {
  ModelInfo info = bench::imagenet_info();
  info.window = {200, 200};
  auto model =
      Model::from_graph(bench::RandomResNet18(width).build(10), info, {.table = &table, .limits = limits});
  REQUIRE(model);
  return *std::move(model);
}

struct NoisePicture {
  int width, height;
  std::vector<std::uint8_t> pixels;

  NoisePicture(int picture_height, int picture_width) : width(picture_width), height(picture_height) {
    pixels.resize(3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    std::uint32_t noise = 1;
    for (std::uint8_t& value : pixels)
      value = static_cast<std::uint8_t>((noise = noise * 1664525u + 1013904223u) >> 24);
  }
  [[nodiscard]] ImageView view() const { return {pixels.data(), width, height, 3 * std::ptrdiff_t{width}}; }
};

inline Session session_on(const Model& model, const SessionOptions& options) {
  auto session = Session::create(model, options);
  REQUIRE(session);
  return *std::move(session);
}

/// The logits of one picture, or a failed test.
inline ScoreMap logits_of(Session& session, const NoisePicture& picture) {
  auto map = session.run(picture.view());
  if (!map) FAIL(map.error().to_string());
  return *std::move(map);
}

inline bool same_scores(const ScoreMap& a, const ScoreMap& b) {
  const auto cells = static_cast<std::size_t>(a.rows()) * static_cast<std::size_t>(a.cols());
  return a.rows() == b.rows() && a.cols() == b.cols() && a.classes() == b.classes() &&
         std::memcmp(a.cell(0, 0), b.cell(0, 0),
                     cells * static_cast<std::size_t>(a.classes()) * sizeof(float)) == 0;
}

}  // namespace fcn::test
