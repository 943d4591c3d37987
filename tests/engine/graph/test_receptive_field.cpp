// SPDX-License-Identifier: MIT
// Receptive fields by brute force, through the executor: pixels outside a cell's field never change its
// logits, pixels on the field's edges do. Here are whole networks with algorithms, tiles and phases; the
// formulas alone are test_geometry.cpp's.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <string>

#include "tests/engine/random_network.hpp"
#include "tests/engine/session_fixture.hpp"

namespace fcn::test {
namespace {

#ifdef FCN_TEST_EMULATED
constexpr int kCells = 4;
#else
constexpr int kCells = 40;
#endif
constexpr int kWide = kFewestPolyphaseChannels;  // enough for all algorithms

struct Network {
  std::string name;
  Graph graph;
  int output_stride = 0;  ///< PlanOptions::output_stride
};

/// Layers in a row. Weights are positive and nothing has a bias, so that a black picture gives zeros
/// everywhere and whatever a white pixel reaches becomes positive: no relu, maximum or cancellation hides it.
class Chain {
 public:
  Chain() { last_ = graph_.append("input", Input{1}, {}); }

  Chain& add(const Op& op) {
    last_ = append(op, last_);
    return *this;
  }
  Chain& conv(Extent kernel, Extent stride, const Padding& pad, Extent dilation = {1, 1}) {
    last_ = append(conv_from(last_, kernel, stride, pad, dilation), last_);
    return *this;
  }
  /// Two 3 x 3 convolutions and a shortcut.
  Chain& block(int stride) {
    const NodeId from = last_;
    NodeId shortcut = from;
    if (stride > 1) shortcut = append(conv_from(from, {1, 1}, {stride, stride}, {}, {1, 1}), from);
    conv({3, 3}, {stride, stride}, {1, 1, 1, 1}).conv({3, 3}, {1, 1}, {1, 1, 1, 1});
    last_ = graph_.append("sum" + std::to_string(last_), Add{true}, {last_, shortcut});
    return *this;
  }
  Graph graph() { return std::move(graph_); }

 private:
  Conv conv_from(NodeId from, Extent kernel, Extent stride, const Padding& pad, Extent dilation) {
    Conv conv;
    conv.in_channels = from == 0 ? 1 : kWide;
    conv.out_channels = kWide;
    conv.kernel = kernel;
    conv.stride = stride;
    conv.pad = pad;
    conv.dilation = dilation;
    conv.relu = true;
    const int taps = conv.in_channels * kernel.y * kernel.x;
    const float mean = 1.0f / static_cast<float>(taps);
    conv.weights = random_.floats(kWide * taps, 0.5f * mean, 1.5f * mean);
    return conv;
  }
  NodeId append(const Op& op, NodeId from) {
    return graph_.append(std::string(op_name(op)) + std::to_string(graph_.nodes.size()), op, {from});
  }

  Random random_{11};
  Graph graph_;
  NodeId last_ = 0;
};

Graph residual_network() {
  return Chain()
      .conv({5, 5}, {2, 2}, {2, 2, 2, 2})
      .add(MaxPool{{3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}, false})
      .block(1)
      .block(2)
      .add(AveragePool{{3, 3}, {1, 1}, {}, false, true})
      .conv({1, 1}, {1, 1}, {})
      .graph();
}

std::vector<Network> networks() {
  const Padding one{1, 1, 1, 1};
  const MaxPool halve{{2, 2}, {2, 2}, {1, 1}, {}, false};
  return {
      {"residual", residual_network()},
      {"residual, dilated", residual_network(), 2},
      {"plain", Chain()
                    .conv({3, 3}, {1, 1}, one)
                    .conv({3, 3}, {1, 1}, one)
                    .add(halve)
                    .conv({3, 3}, {1, 1}, one)
                    .conv({3, 3}, {1, 1}, one)
                    .add(halve)
                    .conv({3, 3}, {1, 1}, {})
                    .graph()},
      {"ceil mode, paddings, averages", Chain()
                                            .conv({4, 4}, {2, 2}, {1, 0, 2, 1})
                                            .add(MaxPool{{3, 3}, {2, 2}, {1, 1}, {}, true})
                                            .add(AveragePool{{3, 3}, {2, 2}, one, false, true})
                                            .add(Pad{PadMode::constant, {2, -1, 0, 1}, 0})
                                            .conv({3, 3}, {1, 1}, {1, 2, 1, 2}, {2, 2})
                                            .add(AveragePool{{2, 2}, {1, 1}, {1, 1, 1, 1}, false, false})
                                            .graph()},
      {"strides and windows that differ along the axes",
       Chain()
           .conv({5, 3}, {3, 2}, {2, 1, 2, 1})
           .add(MaxPool{{2, 3}, {1, 2}, {2, 1}, {1, 1, 0, 1}, false})
           .conv({3, 3}, {1, 1}, one)
           .conv({1, 5}, {2, 1}, {0, 2, 0, 2})
           .graph()},
  };
}

/// First and last pixel of a cell's field along an axis; beyond the picture they are padding.
struct Span {
  int first = 0, last = 0;

  static Span of(const AxisGeometry& axis, int cell) {
    const double first =
        axis.first_center + cell * axis.stride - static_cast<double>(axis.receptive_field - 1) / 2;
    CHECK(first == std::floor(first));
    return {static_cast<int>(first), static_cast<int>(first) + static_cast<int>(axis.receptive_field) - 1};
  }
  [[nodiscard]] bool holds(int pixel) const { return pixel >= first && pixel <= last; }
};

struct Field {
  Span rows, columns;
};

constexpr int kHeight = 125, kWidth = 138;

struct GreyPicture {
  std::vector<std::uint8_t> pixels = std::vector<std::uint8_t>(kHeight * kWidth);

  [[nodiscard]] std::uint8_t& at(int y, int x) { return pixels[static_cast<std::size_t>(y * kWidth + x)]; }
  [[nodiscard]] ImageView view() const { return {pixels.data(), kWidth, kHeight, kWidth}; }
};

GreyPicture noise(Random& random) {
  GreyPicture picture;
  for (std::uint8_t& pixel : picture.pixels) pixel = static_cast<std::uint8_t>(random.between(0, 255));
  return picture;
}

ScoreMap run(Session& session, const GreyPicture& picture) {
  auto map = session.run(picture.view());
  if (!map) FAIL(map.error().to_string());
  return *std::move(map);
}

/// The white row or column at an edge of the field, within it, changes every logit of the cell: they are zero
/// for a black picture.
void check_edges(Session& session, const Field& field, int row, int col, int& edges) {
  const Span columns{std::max(field.columns.first, 0), std::min(field.columns.last, kWidth - 1)};
  const Span rows{std::max(field.rows.first, 0), std::min(field.rows.last, kHeight - 1)};
  const auto check = [&](const Span& down, const Span& across) {
    CAPTURE(down.first, down.last, across.first, across.last);
    GreyPicture picture;
    for (int y = down.first; y <= down.last; ++y)
      for (int x = across.first; x <= across.last; ++x) picture.at(y, x) = 255;
    const ScoreMap map = run(session, picture);
    CHECK(*std::min_element(map.cell(row, col), map.cell(row, col) + map.classes()) > 0);
    ++edges;
  };
  for (const int y : {field.rows.first, field.rows.last})
    if (y >= 0 && y < kHeight) check({y, y}, columns);
  for (const int x : {field.columns.first, field.columns.last})
    if (x >= 0 && x < kWidth) check(rows, {x, x});
}

}  // namespace

TEST_CASE("pixels change a cell's logits if and only if they lie in its receptive field") {
  const kernels::KernelTable& table = *kernels::select_table().table;
  for (const Network& network : networks()) {
    const auto model_for = [&](AlgorithmChoice algorithm) {
      auto model =
          Model::from_graph(network.graph, {}, {.table = &table, .limits = {}, .algorithm = algorithm});
      REQUIRE(model);
      return *std::move(model);
    };
    const Model direct = model_for(AlgorithmChoice::direct),
                automatic = model_for(AlgorithmChoice::automatic);
    const SessionOptions options{
        .threads = 2, .output_stride = network.output_stride, .scores = ScoreKind::logits};
    Session on_direct = session_on(direct, options), on_automatic = session_on(automatic, options);
    Random random(2);
    const GreyPicture picture = noise(random);
    const ScoreMap map = run(on_direct, picture), tiled = run(on_automatic, picture);
    int edges = 0;
    for (int i = 0; i < kCells; ++i) {
      const int row = random.between(0, map.rows() - 1), col = random.between(0, map.cols() - 1);
      const Field field{Span::of(map.geometry().y, row), Span::of(map.geometry().x, col)};
      INFO(network.name << ", cell " << row << ", " << col << ", field " << field.rows.first << ".."
                        << field.rows.last << " x " << field.columns.first << ".." << field.columns.last);
      GreyPicture other = noise(random);
      for (int y = 0; y < kHeight; ++y)
        for (int x = 0; x < kWidth; ++x)
          if (field.rows.holds(y) && field.columns.holds(x))
            other.at(y, x) = picture.pixels[static_cast<std::size_t>(y * kWidth + x)];
      const std::size_t bytes = static_cast<std::size_t>(map.classes()) * sizeof(float);
      CHECK(std::memcmp(run(on_direct, other).cell(row, col), map.cell(row, col), bytes) == 0);
      const ScoreMap other_tiled = run(on_automatic, other);  // a tile rounds its neighbours together
      for (int c = 0; c < map.classes(); ++c)
        CHECK(std::abs(other_tiled.at(c, row, col) - tiled.at(c, row, col)) <= 1e-4f);
      check_edges(on_direct, field, row, col, edges);
    }
    CHECK(edges > 2 * kCells);
  }
}

}  // namespace fcn::test
