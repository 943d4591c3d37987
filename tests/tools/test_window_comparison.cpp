// SPDX-License-Identifier: MIT
// --compare-windows against float64: each window cropped, padded with zeros after normalisation, and run
// alone through the naive network of the engine's tests.
#include "tools/runs/window_comparison.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "fcn/kernels/select.hpp"
#include "tests/engine/error_bound.hpp"
#include "tests/engine/random_network.hpp"
#include "tests/tools/run_command.hpp"
#include "tests/tools/tiny_model.hpp"
#include "tools/runs/window_grid.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;
using fcn::test::Map;
using fcn::test::Random;
using nlohmann::json;

namespace {

constexpr int kWindow = 8, kClasses = 5;

/// Convolutions that pad, so that a crop's border shows; stride 2, window 8.
Graph padding_network(Random& random) {
  Graph graph;
  Conv stem = fcn::test::random_conv(random, 3, 6, 5, 2, 2);
  stem.bias.assign(6, 0.25F);  // beyond the picture a layer's zeros are not the input's zeros
  stem.relu = true;
  Conv head = fcn::test::random_conv(random, 7, kClasses, 1, 1, 0);
  graph.append("input", Input{3}, {});
  graph.append("stem", stem, {0});
  graph.append("conv", fcn::test::random_conv(random, 6, 7, 3, 1, 1), {1});
  AveragePool pool;
  pool.kernel = {4, 4};
  graph.append("pool", pool, {2});
  graph.append("head", head, {3});
  return graph;
}

ModelInfo padding_info() {
  ModelInfo info;
  info.mean = {0.485F, 0.456F, 0.406F};
  info.std = {0.229F, 0.224F, 0.225F};
  info.window = {kWindow, kWindow};
  info.classifier_pool = "pool";
  return info;
}

/// The normalised picture's window at (y, x), zeros where it overhangs.
Map crop(const Map& picture, int y, int x) {
  Map window(picture.c, kWindow, kWindow);
  for (int c = 0; c < window.c; ++c)
    for (int r = 0; r < kWindow; ++r)
      for (int s = 0; s < kWindow; ++s)
        if (picture.inside(y + r, x + s)) window.at(c, r, s) = picture.at(c, y + r, x + s);
  return window;
}

/// Pairs of logits, cell and window, in float64.
struct Truth {
  std::vector<double> map, windows;
  std::array<std::vector<double>, 5> differences_by_sides;
  double bound = 0;  ///< how far a float32 difference may be off
};

double root_mean_square(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return values.empty() ? 0 : std::sqrt(sum / static_cast<double>(values.size()));
}

double correlation(const std::vector<double>& x, const std::vector<double>& y) {
  const auto n = static_cast<double>(x.size());
  double mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) mean_x += x[i] / n, mean_y += y[i] / n;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    yy += (y[i] - mean_y) * (y[i] - mean_y);
    xy += (x[i] - mean_x) * (y[i] - mean_y);
  }
  return xy / std::sqrt(xx * yy);
}

/// The map's cells are 2 pixels apart; windows stand at every second cell if `step` is 2.
Truth float64_truth(const Graph& graph, const Map& picture, int step) {
  Truth truth;
  const auto logits_of = [&](const Map& input, double& bound) {
    const std::vector<Map> values = fcn::test::evaluate(graph, input);
    const auto bounds = fcn::test::error_bounds(graph, values, AlgorithmChoice::direct);
    for (const double each : bounds.back().v) bound = std::max(bound, each);
    return values.back();
  };
  double map_bound = 0, window_bound = 0;
  const Map map = logits_of(picture, map_bound);
  for (int row = 0; row < map.h; row += step)
    for (int col = 0; col < map.w; col += step) {
      const int y = 2 * row, x = 2 * col;
      const Map logits = logits_of(crop(picture, y, x), window_bound);
      const auto sides = static_cast<std::size_t>((y == 0) + (x == 0) + (y + kWindow >= picture.h) +
                                                  (x + kWindow >= picture.w));
      for (int id = 0; id < kClasses; ++id) {
        truth.map.push_back(map.at(id, row, col));
        truth.windows.push_back(logits.at(id, 0, 0));
        truth.differences_by_sides[sides].push_back(map.at(id, row, col) - logits.at(id, 0, 0));
      }
    }
  truth.bound = map_bound + window_bound;
  return truth;
}

/// The number of cells whose best class is the same, a tie within `bound` counting for and against.
std::pair<int, int> same_class(const Truth& truth) {
  std::pair<int, int> least_and_most{0, 0};
  for (std::size_t at = 0; at < truth.map.size(); at += kClasses) {
    const auto best = [&](const std::vector<double>& logits, bool& clear) {
      const auto first = logits.begin() + static_cast<std::ptrdiff_t>(at);
      const auto best_id = std::max_element(first, first + kClasses) - first;
      for (int id = 0; id < kClasses; ++id)
        if (id != best_id && first[best_id] - first[id] <= truth.bound) clear = false;
      return best_id;
    };
    bool clear = true;
    const bool same = best(truth.map, clear) == best(truth.windows, clear);
    least_and_most.first += same && clear;
    least_and_most.second += same || !clear;
  }
  return least_and_most;
}

}  // namespace

TEST_CASE("windows on their own, overhanging ones too, agree with the map as far as float64 says") {
  const auto seed = GENERATE(range(1U, 4U));
  const int stride = GENERATE(0, 4);
  const int threads = GENERATE(1, 3);
  Random random(seed);
  const Graph graph = padding_network(random);
  const ModelInfo info = padding_info();
  // 7 x 11 features, 4 x 8 cells; windows of the last row and column overhang by one pixel.
  const fcn::test::Picture picture(random, 13, 21, 3);
  CAPTURE(seed, stride, threads);
  const auto model = Model::from_graph(
      graph, info,
      {.table = kernels::find_table("reference"), .limits = {}, .algorithm = AlgorithmChoice::direct});
  REQUIRE(model);
  auto session = Session::create(*model, {.threads = threads});
  REQUIRE(session);
  const auto found = compare_windows(*model, *session, picture.view(), stride);
  REQUIRE(found);
  CHECK(session->scores() == ScoreKind::probabilities);

  const Truth truth = float64_truth(graph, picture.input(info), stride == 4 ? 2 : 1);
  CHECK(found->rows == (stride == 4 ? 2 : 4));
  CHECK(found->cols == (stride == 4 ? 4 : 8));
  const WindowAgreement& agreement = found->agreement;
  CHECK(agreement.cells * kClasses == static_cast<int>(truth.map.size()));
  const auto [least, most] = same_class(truth);
  CHECK(agreement.same_class >= least);
  CHECK(agreement.same_class <= most);
  CHECK(static_cast<int>(agreement.disagreements.size()) == agreement.cells - agreement.same_class);
  std::vector<double> differences;
  double largest = 0;
  for (std::size_t sides = 0; sides < 5; ++sides) {
    const std::vector<double>& here = truth.differences_by_sides[sides];
    const WindowAgreement::AtEdge& at_edge = agreement.by_sides_at_edge[sides];
    CHECK(at_edge.cells * kClasses == static_cast<int>(here.size()));
    CHECK(std::abs(at_edge.rms_difference - root_mean_square(here)) <= truth.bound);
    for (const double difference : here) largest = std::max(largest, std::abs(difference));
    differences.insert(differences.end(), here.begin(), here.end());
  }
  CHECK(std::abs(agreement.rms_difference - root_mean_square(differences)) <= truth.bound);
  CHECK(std::abs(agreement.largest.difference - largest) <= truth.bound);
  CHECK(largest > 100 * truth.bound);  // so that the checks above say something
  // Moving each logit by at most b turns a vector of deviations by an angle of at most b sqrt(n) / its
  // length.
  const double spread = std::min(root_mean_square(truth.map), root_mean_square(truth.windows));
  CHECK(std::abs(agreement.correlation - correlation(truth.map, truth.windows)) <= 20 * truth.bound / spread);
}

TEST_CASE("windows stand as far as cells do") {
  MapGeometry geometry;
  geometry.x = geometry.y = {32, 96, 435};
  const Shape map{1000, 17, 54};  // of 725 x 1920 pixels, window 224
  const auto own = WindowGrid::create(map, geometry, 0);
  REQUIRE(own);
  CHECK(own->size() == 918);
  CHECK(own->origin(917).y + 224 == 725 + 11);
  CHECK(own->origin(917).x + 224 == 1920);
  const auto apart = WindowGrid::create(map, geometry, 224);
  REQUIRE(apart);
  CHECK(apart->size() == 24);
  CHECK(apart->map_row(224) == 7);
  CHECK(apart->map_row(225) == std::nullopt);
  geometry.x.stride = 4.0 / 3.0;
  CHECK(WindowGrid::create(map, geometry, 0).error().code == ErrorCode::unsupported);
  CHECK(WindowGrid::create(map, geometry, 4)->map_col(4) == 3);
}

TEST_CASE("a picture of one window is its own window, to the bit") {
  Random random(9);
  const auto model = Model::from_graph(padding_network(random), padding_info(),
                                       {.table = kernels::supported_tables().back(), .limits = {}});
  REQUIRE(model);
  auto session = Session::create(*model, {.threads = 2});
  REQUIRE(session);
  const fcn::test::Picture picture(random, kWindow, kWindow, 3);
  const auto found = compare_windows(*model, *session, picture.view(), 0);
  REQUIRE(found);
  CHECK(found->agreement.cells == 1);
  CHECK(found->agreement.by_sides_at_edge[4].cells == 1);
  CHECK(found->agreement.largest.difference == 0);
  CHECK(found->windows.multiply_adds == found->map.multiply_adds);
}

TEST_CASE("strides between cells count windows that no cell is compared with") {
  const TemporaryFolder folder;
  const std::string model = folder / "tiny.safetensors", picture = folder / "red.ppm";
  REQUIRE(write_tiny_model(model));
  const std::string header = "P6 20 12 255\n";
  Bytes bytes(header.begin(), header.end());
  for (int i = 0; i < 20 * 12 * 3; ++i) bytes.push_back(static_cast<std::uint8_t>(i * 37));
  write_file(picture, bytes);
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {FCN_INFER, "-m", model});
    return run_command(arguments);
  };
  const auto compared = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--json", "-"});
    const CommandResult result = run(arguments);
    CAPTURE(arguments, result.err);
    REQUIRE(result.exit_code == 0);
    return json::parse(result.out)["compare_windows"];
  };
  // Nothing pads in this network, so windows are their cells. A window costs 4 x 4 x 3 x 12 for the averages
  // and 9 for the head, the map 6 x 10 x 3 x 12 and 9 a cell.
  const json own = compared({picture, "--compare-windows", "-t", "2"});
  CHECK(own["rows"] == 3);
  CHECK(own["cols"] == 7);
  CHECK(own["agreement"]["top1"] == 1);
  CHECK(own["agreement"]["largest_difference"]["difference"] == 0);
  CHECK(own["agreement"]["disagreements"].empty());
  CHECK(own["multiply_adds"]["windows"] == 21 * (4 * 4 * 3 * 12 + 9));
  CHECK(own["multiply_adds"]["map"] == 6 * 10 * 3 * 12 + 21 * 9);
  // Every third pixel: 5 x 2 windows, of which those at columns 0, 6, 12 of row 0 stand at cells.
  const json third = compared({"--compare-windows", "3", picture});
  CHECK(third["rows"] == 2);
  CHECK(third["cols"] == 5);
  CHECK(third["agreement"]["cells"] == 3);
  CHECK(compared({picture, "--compare-windows", "--pool-stride", "4"})["stride_px"] == 8);

  const CommandResult text = run({"--compare-windows", picture});
  CHECK(text.exit_code == 0);
  CHECK(text.out.find("same best class in 21 of 21 cells, 100.0 %") != std::string::npos);
  CHECK(run({"--compare-windows", "0x", picture}).exit_code != 0);
  CHECK(run({"--compare-windows", picture, "--max-memory", "1G"}).exit_code == 2);
  CHECK(run({"--compare-windows=-1", picture}).exit_code == 2);
}
