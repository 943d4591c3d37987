// SPDX-License-Identifier: MIT
// Networks that label pixels: the map is the picture's whatever the network's own sizes, labels are the
// greatest scores, and they are the same bits in bands of any height, on any number of threads.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <vector>

#include "fcn/graph/padded_size.hpp"
#include "fcn/kernels/select.hpp"
#include "fcn/session.hpp"
#include "tests/engine/random_network.hpp"

using namespace fcn;
using namespace fcn::test;

namespace {

constexpr int kClasses = 5;

/// Strided down to a quarter with unpooling on the way back, skips cropped and resized to each other.
Graph pixel_network(std::uint32_t seed) {
  Random random(seed);
  Graph g;
  NodeId x = g.append("input", Input{3}, {});
  const NodeId first = g.append("first", random_conv(random, 3, 8, 3, 1, 1), {x});
  const MaxPool pool{.kernel = {2, 2}, .stride = {2, 2}, .dilation = {1, 1}, .pad = {}, .ceil_mode = true};
  const NodeId half = g.append("half", pool, {first});
  const NodeId taps = g.append("taps", MaxPoolIndices{{2, 2}, {2, 2}, {}, true}, {first});
  NodeId low = g.append("low", random_conv(random, 8, 8, 3, 2, 1), {half});
  low = g.append("up", ResizeTo{ResizeMode::linear, ResizeCoordinates::align_corners}, {low, half});
  x = g.append("unpool", MaxUnpool{{2, 2}, {2, 2}, {}}, {low, taps, first});
  const NodeId around = g.append("around", Pad{PadMode::constant, {3, 2, 4, 5}, 0}, {first});
  const NodeId skip = g.append("skip", CropTo{CropAxes::both, 3, 2}, {around, x});
  x = g.append("sum", Add{}, {x, skip});
  g.append("scores", random_conv(random, 8, kClasses, 1, 1, 0), {x});
  return g;
}

Model model_of(Graph graph, ModelInfo info) {
  info.mean = {0.5f, 0.4f, 0.3f};
  info.std = {0.2f, 0.3f, 0.4f};
  info.kind = ModelKind::pixels;
  return *Model::from_graph(std::move(graph), std::move(info),
                            {.table = kernels::select_table().table, .limits = {}});
}

std::vector<std::uint8_t> noise(int height, int width) {
  std::vector<std::uint8_t> pixels;
  std::uint32_t state = 12345;
  for (int i = 0; i < 3 * height * width; ++i) {
    state = state * 1664525u + 1013904223u;
    pixels.push_back(static_cast<std::uint8_t>(state >> 24));
  }
  return pixels;
}

ImageView view(const std::vector<std::uint8_t>& pixels, int height, int width) {
  return {pixels.data(), width, height, std::ptrdiff_t{3} * width, 3};
}

}  // namespace

TEST_CASE("labels are the greatest scores of each pixel of the picture") {
  ModelInfo info;
  info.window = {16, 16};
  const Model model = model_of(pixel_network(7), info);
  for (const auto& [height, width] : {std::pair(16, 16), std::pair(37, 22), std::pair(5, 61)}) {
    const auto pixels = noise(height, width);
    auto session = Session::create(model, {.threads = 1, .scores = ScoreKind::logits});
    const auto scores = session->run(view(pixels, height, width));
    REQUIRE(scores);
    REQUIRE(scores->rows() == height);
    REQUIRE(scores->cols() == width);
    const auto labels = session->label(view(pixels, height, width));
    REQUIRE(labels);
    REQUIRE(labels->rows() == height);
    REQUIRE(labels->cols() == width);
    std::uint64_t counted = 0;
    for (const std::uint64_t count : labels->counts()) counted += count;
    CHECK(counted == static_cast<std::uint64_t>(height) * static_cast<std::uint64_t>(width));
    bool right = true;
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) {
        const float* const cell = scores->cell(y, x);
        right &= labels->at(y, x) == std::max_element(cell, cell + kClasses) - cell;
      }
    CHECK(right);
  }
}

TEST_CASE("labels do not depend on bands and threads") {
  ModelInfo info;
  info.window = {16, 16};
  const Model model = model_of(pixel_network(11), info);
  const int height = 43, width = 35;
  const auto pixels = noise(height, width);
  const auto labels_with = [&](SessionOptions options) {
    auto session = Session::create(model, options);
    const auto map = session->label(view(pixels, height, width));
    REQUIRE(map);
    std::vector<std::uint16_t> all;
    for (int y = 0; y < height; ++y) all.insert(all.end(), map->row(y).begin(), map->row(y).end());
    return all;
  };
  const auto expected = labels_with({.threads = 1});
  CHECK(labels_with({.threads = 3}) == expected);
  for (const int rows : {1, 2, 7, 64}) CHECK(labels_with({.threads = 2, .band_rows = rows}) == expected);
}

TEST_CASE("a map larger than the picture is cut, and a picture that does not fit is padded with its edge") {
  // Upsampled by 4 after a stride of 4 that floors: only multiples of 4 are covered.
  Random random(3);
  Graph g;
  NodeId x = g.append("input", Input{3}, {});
  x = g.append("down", MaxPool{.kernel = {4, 4}, .stride = {4, 4}, .dilation = {1, 1}, .pad = {}}, {x});
  x = g.append("deep", random_conv(random, 3, kClasses * 16, 1, 1, 0), {x});
  g.append("spread", DepthToSpace{{4, 4}}, {x});
  ModelInfo info;
  info.window = {8, 12};
  info.size_multiple = *find_size_multiple(g, {3, 8, 12}, ModelKind::pixels);
  CHECK(info.size_multiple == Extent{4, 4});
  info.kind = ModelKind::pixels;
  CHECK(padded_size({7, 13}, info) == Extent{8, 16});
  CHECK(padded_size({3, 4}, info) == Extent{4, 4});
  const Model model = model_of(g, info);
  const int height = 7, width = 13;
  const auto pixels = noise(height, width);
  std::vector<std::uint8_t> padded;
  for (int y = 0; y < 8; ++y)
    for (int c = 0; c < 16; ++c)
      for (int channel = 0; channel < 3; ++channel)
        padded.push_back(pixels[static_cast<std::size_t>(
            (std::min(y, height - 1) * width + std::min(c, width - 1)) * 3 + channel)]);
  auto session = Session::create(model, {.threads = 1});
  const auto cut = session->label(view(pixels, height, width));
  const auto whole = session->label(view(padded, 8, 16));
  REQUIRE(cut);
  REQUIRE(whole);
  CHECK(cut->rows() == height);
  bool same = true;
  for (int y = 0; y < height; ++y)
    for (int c = 0; c < width; ++c) same &= cut->at(y, c) == whole->at(y, c);
  CHECK(same);
}

TEST_CASE("one class is there where its probability exceeds one half, and a classifier labels nothing") {
  Random random(5);
  Graph g;
  const NodeId input = g.append("input", Input{3}, {});
  g.append("score", random_conv(random, 3, 1, 3, 1, 1), {input});
  ModelInfo info;
  info.window = {8, 8};
  info.activation = ScoreActivation::sigmoid;
  const Model model = model_of(g, info);
  const auto pixels = noise(9, 11);
  auto session = Session::create(model, {.threads = 2, .scores = ScoreKind::logits});
  const auto scores = session->run(view(pixels, 9, 11));
  const auto labels = session->label(view(pixels, 9, 11));
  REQUIRE(labels);
  CHECK(labels->counts().size() == 2);
  bool right = true;
  for (int y = 0; y < 9; ++y)
    for (int x = 0; x < 11; ++x) right &= labels->at(y, x) == (scores->at(0, y, x) > 0 ? 1 : 0);
  CHECK(right);
  info.kind = ModelKind::classifier;
  info.mean = {0, 0, 0};
  info.std = {1, 1, 1};
  const Model classifier =
      *Model::from_graph(g, info, {.table = kernels::select_table().table, .limits = {}});
  auto other = Session::create(classifier, {.threads = 1});
  const auto refused = other->label(view(pixels, 9, 11));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::invalid_argument);
}
