// SPDX-License-Identifier: MIT
// Denser maps by dilation: every cell of the network's own map is in the dense one, with its bits, whatever
// the size, the algorithms, threads, bands and the arch. (What the other cells hold is compared with PyTorch
// in tests/acceptance.) And what is refused.
#include <catch2/catch.hpp>
#include <cstring>
#include <random>

#include "tests/engine/emulated.hpp"
#include "tests/engine/run_network.hpp"
#include "tests/engine/session_fixture.hpp"

namespace fcn::test {
namespace {

constexpr int kSizes = kEmulated ? 2 : 20;

/// Whether `coarse` is every d-th cell of `dense` along each axis, to the bit.
bool holds(const ScoreMap& dense, const ScoreMap& coarse, int d) {
  if (ceil_div(dense.rows(), d) != coarse.rows() || ceil_div(dense.cols(), d) != coarse.cols()) return false;
  const std::size_t bytes = static_cast<std::size_t>(coarse.classes()) * sizeof(float);
  for (int row = 0; row < coarse.rows(); ++row)
    for (int col = 0; col < coarse.cols(); ++col)
      if (std::memcmp(dense.cell(row * d, col * d), coarse.cell(row, col), bytes) != 0) return false;
  return true;
}

bool holds(const Tensor& dense, const Tensor& coarse, Extent d) {
  const Shape &few = coarse.shape(), &many = dense.shape();
  if (ceil_div(many.height, d.y) != few.height || ceil_div(many.width, d.x) != few.width) return false;
  const std::size_t bytes = static_cast<std::size_t>(few.channels) * sizeof(float);
  for (int image = 0; image < coarse.images(); ++image)
    for (int row = 0; row < few.height; ++row)
      for (int col = 0; col < few.width; ++col)
        if (std::memcmp(dense.pixel(image, row * d.y, col * d.x), coarse.pixel(image, row, col), bytes) != 0)
          return false;
  return true;
}

/// Layers of every kind that can be dilated: strides of two and three, even kernels, paddings that differ
/// from side to side, ceil mode, dilation of its own, groups, all algorithms, branches, and a head with a
/// window.
Graph random_dilatable(std::uint32_t seed) {
  Random random(seed);
  Graph g;
  const int channels = random.between(16, 24);
  NodeId x = g.append("input", Input{3}, {});
  x = g.append("stem", random_conv(random, 3, channels, random.between(2, 4), 2, 1), {x});
  x = g.append("max_pool", MaxPool{{3, 2}, {2, 2}, {1, 1}, {1, 0, 0, 1}, random.chance()}, {x});
  Conv tiled = random_conv(random, channels, channels, 3, 1, 1);
  tiled.residual = tiled.relu = true;
  x = g.append("tiled", tiled, {x, x});
  x = g.append("strided",
               random_conv(random, channels, channels, random.between(1, 4), random.between(2, 3), 2), {x});
  x = g.append("tiled2", random_conv(random, channels, channels, 3, 1, random.between(0, 2)), {x});
  x = g.append("leaky", Activation{ActivationKind::leaky_relu, 0.1f, 0}, {x});
  const NodeId depthwise =
      g.append("depthwise", random_conv(random, channels, channels, 3, 1, 2, channels, 2), {x});
  const NodeId average =
      g.append("average", AveragePool{{3, 3}, {1, 1}, {1, 1, 1, 1}, false, random.chance()}, {x});
  x = g.append("concat", Concat{}, {depthwise, average});
  x = g.append("pad", Pad{PadMode::constant, {random.between(-1, 2), 0, 1, random.between(-1, 2)}, 0.5f},
               {x});
  const bool ceil = random.chance();
  x = g.append("shrink", AveragePool{{2, 2}, {2, 2}, {0, 1, 0, 0}, ceil, !ceil && random.chance()}, {x});
  x = g.append("response", LocalResponseNorm{3, 0.1f, 0.75f, 1}, {x});
  Conv wide = random_conv(random, 2 * channels, 2 * channels + 1, 3, 1, 1);
  wide.relu = true;
  x = g.append("wide", wide, {x});
  x = g.append("head_pool", MaxPool{{2, 2}, {1, 1}, {1, 1}, {}, false}, {x});
  g.append("head", random_conv(random, 2 * channels + 1, random.between(2, 20), 2, 1, 0), {x});
  return g;
}

/// Strides of the output's cells, pixels.
int own_stride(const Graph& graph) {
  int stride = 1;
  for (const Node& node : graph.nodes) stride *= window_of(node.op, {}).stride.y;
  return stride;
}

}  // namespace

TEST_CASE("the cells of the network's own map keep their bits in a denser map") {
  const kernels::KernelTable& table = *kernels::select_table().table;
  const Model model = narrow_resnet(8, table);
  std::mt19937 bits(8);
  const auto between = [&](int low, int high) {
    return low + static_cast<int>(bits() % static_cast<unsigned>(high - low + 1));
  };
  for (int round = 0; round < kSizes; ++round) {
    const NoisePicture picture(between(200, 280), between(200, 280));
    const int pool_stride = between(1, 7), band_rows = between(1, 40);
    const auto run = [&](SessionOptions options) {
      options.pool_stride = pool_stride;
      options.scores = ScoreKind::logits;
      Session session = session_on(model, options);
      return logits_of(session, picture);
    };
    const ScoreMap coarse = run({.threads = 1});
    for (const int output_stride : {16, 8, 4}) {
      CAPTURE(round, picture.height, picture.width, pool_stride, output_stride, band_rows);
      const ScoreMap dense = run({.threads = 1, .output_stride = output_stride});
      CHECK(holds(dense, coarse, 32 / output_stride));
      CHECK(dense.geometry().x.stride == output_stride * pool_stride);
      CHECK(dense.geometry().x.first_center == coarse.geometry().x.first_center);
      CHECK(dense.geometry().y.receptive_field == coarse.geometry().y.receptive_field);
      const int threads = round % 2 == 0 ? 2 : 5;
      CHECK(same_scores(run({.threads = threads, .output_stride = output_stride, .band_rows = band_rows}),
                        dense));
    }
  }
}

TEST_CASE("a denser map has the same bits on every arch") {
  const kernels::KernelTable& table = *kernels::select_table().table;
  const NoisePicture picture(201, 214);
  const SessionOptions options{.threads = 2, .output_stride = 8, .scores = ScoreKind::logits};
  const Model model = narrow_resnet(8, table);
  Session session = session_on(model, options);
  const ScoreMap truth = logits_of(session, picture);
  for (const kernels::KernelTable* other : kernels::supported_tables()) {
    const std::string arch = other->arch;
    CAPTURE(arch);
    if (other == &table || arch == "sse2") continue;  // SSE2 is a class of its own
    const Model same = narrow_resnet(8, *other);
    Session other_session = session_on(same, options);
    CHECK(same_scores(logits_of(other_session, picture), truth));
  }
}

TEST_CASE(
    "layers of every kind keep their cells' bits, with either algorithm, in bands, threads and batches") {
  const std::uint32_t seed = GENERATE(range(1u, kEmulated ? 2u : 9u));
  const Graph graph = random_dilatable(seed);
  Random random(seed);
  const int height = random.between(80, 100), width = random.between(80, 100), own = own_stride(graph);
  const std::vector<Picture> pictures{{random, height, width, 3}, {random, height, width, 3}};
  const kernels::KernelTable* table = kernels::supported_tables().back();
  for (const AlgorithmChoice algorithm : {AlgorithmChoice::automatic, AlgorithmChoice::direct}) {
    const Tensor coarse = run_network(graph, {}, pictures, {.table = table, .algorithm = algorithm});
    for (const int d : {2, own / 4, own / 2, own}) {
      INFO("seed " << seed << ", picture " << height << "x" << width << ", output stride " << own / d
                   << " of " << own);
      const RunOptions options{.table = table, .algorithm = algorithm, .output_stride = own / d};
      const Tensor dense = run_network(graph, {}, pictures, options);
      CHECK(holds(dense, coarse, {d, d}));
      RunOptions other = options;
      other.threads = 3;
      other.band_rows = random.between(1, 20);
      CHECK(same_bits(run_network(graph, {}, pictures, other), dense));
    }
  }
}

TEST_CASE("Filters that are kept half transformed keep their cells' bits as well") {
  Random random(2);
  Graph graph;
  const int wide = static_cast<int>(kernels::kMostWholeFilters) / 16;
  NodeId x = graph.append("input", Input{3}, {});
  x = graph.append("strided", random_conv(random, 3, 17, 3, 4, 1), {x});
  x = graph.append("tiled", random_conv(random, 17, wide, 3, 1, 1), {x});
  graph.append("head", random_conv(random, wide, 5, 1, 1, 0), {x});
  const Picture picture(random, 19, 26, 3);
  const kernels::KernelTable* table = kernels::supported_tables().back();
  const Tensor coarse = run_network(graph, {}, {&picture, 1}, {.table = table});
  for (const int d : {2, 4})
    CHECK(holds(run_network(graph, {}, {&picture, 1}, {.table = table, .threads = 2, .output_stride = 4 / d}),
                coarse, {d, d}));
}

TEST_CASE("tiles of stride 2 keep their cells' bits where their stride is removed") {
  const std::uint32_t seed = GENERATE(range(1u, kEmulated ? 2u : 9u));
  Random random(seed);
  const auto strided = [&](int in, int out) {
    Conv conv = random_conv(random, in, out, 3, 2, 0);
    conv.pad = {random.between(0, 2), random.between(0, 2), random.between(0, 2), random.between(0, 2)};
    conv.relu = random.chance();
    REQUIRE(choose_algorithm(conv, AlgorithmChoice::automatic) == ConvAlgorithm::polyphase);
    return conv;
  };
  Graph graph;
  NodeId x = graph.append("input", Input{3}, {});
  const Conv stem = random_conv(random, 3, 33, 7, 2, 3);
  REQUIRE(choose_algorithm(stem, AlgorithmChoice::automatic) == ConvAlgorithm::rowwise);
  x = graph.append("stem", stem, {x});
  x = graph.append("strided", strided(33, 35), {x});
  x = graph.append("tiled", random_conv(random, 35, 32, 3, 1, 1), {x});
  x = graph.append("strided2", strided(32, 33), {x});
  graph.append("head", random_conv(random, 33, 5, 1, 1, 0), {x});
  const int height = random.between(30, 50), width = random.between(30, 50);
  const std::vector<Picture> pictures{{random, height, width, 3}, {random, height, width, 3}};
  const kernels::KernelTable* table = kernels::supported_tables().back();
  const Tensor coarse = run_network(graph, {}, pictures, {.table = table});
  for (const int d : {2, 4, 8}) {
    INFO("seed " << seed << ", picture " << height << "x" << width << ", output stride " << 8 / d);
    RunOptions options{.table = table, .output_stride = 8 / d};
    const Tensor dense = run_network(graph, {}, pictures, options);
    CHECK(holds(dense, coarse, {d, d}));
    options.threads = 3;
    options.band_rows = random.between(1, 20);
    CHECK(same_bits(run_network(graph, {}, pictures, options), dense));
  }
}

}  // namespace fcn::test
