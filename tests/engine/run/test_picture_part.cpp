// SPDX-License-Identifier: MIT
// Parts of pictures: their cells are those of the whole picture's map, with its bits, whatever the rectangle,
// the network's layers and where its rows come from. And what is refused.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <vector>

#include "fcn/label_map.hpp"
#include "fcn/pixel_rows.hpp"
#include "fcn/run/plan.hpp"
#include "tests/engine/emulated.hpp"
#include "tests/engine/random_network.hpp"
#include "tests/engine/session_fixture.hpp"

namespace fcn::test {
namespace {

constexpr int kParts = kEmulated ? 3 : 10;

/// A rectangle inside the picture; some reach its edges.
PixelRect random_part(Random& random, int width, int height) {
  PixelRect part;
  const auto side = [&](int& first, int& count, int pixels) {
    first = random.between(0, 3) == 0 ? 0 : random.between(0, pixels - 1);
    count = random.between(0, 3) == 0 ? pixels - first : random.between(1, pixels - first);
  };
  side(part.x, part.width, width);
  side(part.y, part.height, height);
  return part;
}

/// The cells along one axis whose centres lie in `count` pixels.
std::vector<int> cells_in(const AxisGeometry& axis, int cells, int pixels, int first, int count) {
  std::vector<int> found;
  for (int cell = 0; cell < cells; ++cell) {
    const double center = std::clamp(axis.first_center + cell * axis.stride, 0.0, pixels - 1.0);
    if (std::llround(center) >= first && std::llround(center) < first + count) found.push_back(cell);
  }
  return found;
}

/// Whether `map` is the cut of `whole` that belongs to the part, bits and places.
void check_cut(const ScoreMap& map, const ScoreMap& whole, const std::vector<int>& rows,
               const std::vector<int>& cols) {
  REQUIRE(map.rows() == static_cast<int>(rows.size()));
  REQUIRE(map.cols() == static_cast<int>(cols.size()));
  bool same = true;
  const std::size_t bytes = sizeof(float) * static_cast<std::size_t>(whole.classes());
  for (int row = 0; row < map.rows(); ++row)
    for (int col = 0; col < map.cols(); ++col)
      same = same && std::memcmp(map.cell(row, col), whole.cell(rows[0] + row, cols[0] + col), bytes) == 0;
  CHECK(same);
  CHECK(map.geometry().center_x(0) == whole.geometry().center_x(cols[0]));
  CHECK(map.geometry().center_y(0) == whole.geometry().center_y(rows[0]));
  CHECK(map.geometry().window_left(0) == whole.geometry().window_left(cols[0]));
  CHECK(map.geometry().window_top(0) == whole.geometry().window_top(rows[0]));
}

/// Runs random parts of a picture; how many of them had cells, and how many of these ran less than it all.
struct PartCount {
  int with_cells = 0;
  int narrowed = 0;
};
PartCount check_parts(const Model& model, const SessionOptions& options, const NoisePicture& picture,
                      Random& random) {
  Session session = session_on(model, options);
  const ScoreMap whole = logits_of(session, picture);
  PartCount count;
  for (int i = 0; i < kParts; ++i) {
    ImageView view = picture.view();
    view.part = random_part(random, picture.width, picture.height);
    INFO("part " << view.part.x << "," << view.part.y << "," << view.part.width << "," << view.part.height
                 << " of " << picture.width << "x" << picture.height);
    const auto rows =
        cells_in(whole.geometry().y, whole.rows(), picture.height, view.part.y, view.part.height);
    const auto cols = cells_in(whole.geometry().x, whole.cols(), picture.width, view.part.x, view.part.width);
    const auto map = session.run(view);
    if (rows.empty() || cols.empty()) {
      REQUIRE_FALSE(map);
      CHECK(map.error().code == ErrorCode::too_small);
      continue;
    }
    if (!map) FAIL(map.error().to_string());
    check_cut(*map, whole, rows, cols);
    const PixelRect& area = session.plan()->area();
    ++count.with_cells;
    if (area.width < picture.width || area.height < picture.height) ++count.narrowed;
  }
  return count;
}

TEST_CASE("a part of a picture has the cells of the whole one, to the bit") {
  const Model model = narrow_resnet(32, *kernels::select_table().table);
  Random random(5);
  const NoisePicture picture(kEmulated ? 500 : 1010, kEmulated ? 700 : 1333);
  for (const auto& [pool_stride, output_stride] : {std::pair{0, 0}, {2, 0}, {0, 8}}) {
    const PartCount count = check_parts(model,
                                        {.threads = 2,
                                         .pool_stride = pool_stride,
                                         .output_stride = output_stride,
                                         .scores = ScoreKind::logits},
                                        picture, random);
    CHECK(count.with_cells > 0);
    if (!kEmulated) CHECK(count.narrowed > 0);
  }
}

TEST_CASE("parts of random networks have the cells of the whole picture") {
  int narrowed = 0;
  for (std::uint32_t seed = 0; seed < (kEmulated ? 4 : 24); ++seed) {
    INFO("seed " << seed);
    Random random(seed);
    ModelInfo info = bench::imagenet_info();
    info.window = {1, 1};
    info.mean = {0.5f, 0.5f, 0.5f};
    info.std = {0.25f, 0.25f, 0.25f};
    const Graph graph = random_fcn(seed);
    if (std::get<Input>(graph.nodes[0].op).channels != 3) continue;
    const auto model = Model::from_graph(graph, info, {.table = kernels::select_table().table, .limits = {}});
    if (!model) FAIL(model.error().to_string());
    const NoisePicture picture(random.between(200, 320), random.between(200, 320));
    narrowed += check_parts(*model, {.threads = 2, .scores = ScoreKind::logits}, picture, random).narrowed;
  }
  CHECK(narrowed > 0);
}

/// Rows of a picture, from wherever the run begins.
class RowsFrom : public PixelRows {
 public:
  explicit RowsFrom(const NoisePicture& picture) : picture_(picture) {}
  Result<ImageView> rows(int first, int count) override {
    if (next >= 0) CHECK(first == next);
    if (next < 0) begin = first;
    next = first + count;
    ImageView whole = picture_.view();
    whole.channels = 3;
    return whole.crop(0, first, picture_.width, count);
  }
  int begin = -1, next = -1;

 private:
  const NoisePicture& picture_;
};

TEST_CASE("a part of a picture that comes row by row skips the rows above and below") {
  const Model model = narrow_resnet(8, *kernels::select_table().table);
  Session session = session_on(model, {.threads = 2, .scores = ScoreKind::logits});
  const NoisePicture picture(4200, 260);
  ImageView view = picture.view();
  view.part = {100, 2000, 100, 90};
  const auto held = session.run(view);
  REQUIRE(held);
  RowsFrom source(picture);
  const auto streamed =
      session.run({.width = picture.width, .height = picture.height, .source = &source, .part = view.part});
  REQUIRE(streamed);
  CHECK(same_scores(*streamed, *held));
  CHECK(source.begin > 0);
  CHECK(source.next < picture.height);
}

/// Pixel models: convolution, pool, upsampling back and a skip.
Graph pixel_network(Random& random) {
  Graph g;
  NodeId x = g.append("input", Input{3}, {});
  const NodeId skip = x = g.append("stem", random_conv(random, 3, 16, 3, 1, 1), {x});
  x = g.append("pool", MaxPool{{2, 2}, {2, 2}, {1, 1}, {}, false}, {x});
  x = g.append("tiled", random_conv(random, 16, 16, 3, 1, 1), {x});
  x = g.append("down", random_conv(random, 16, 16, 3, 2, 1), {x});
  x = g.append("up",
               Resize{ResizeMode::linear,
                      ResizeCoordinates::half_pixel,
                      ResizeRounding::round_prefer_floor,
                      {4, 4},
                      {1, 1}},
               {x});
  x = g.append("join", Add{}, {x, skip});
  g.append("head", random_conv(random, 16, 3, 1, 1, 0), {x});
  return g;
}

TEST_CASE("labels of a part are those of the whole picture") {
  Random random(11);
  ModelInfo info = bench::imagenet_info();
  info.kind = ModelKind::pixels;
  info.window = {32, 32};
  info.size_multiple = {4, 4};
  info.activation = ScoreActivation::none;
  const auto model =
      Model::from_graph(pixel_network(random), info, {.table = kernels::select_table().table, .limits = {}});
  if (!model) FAIL(model.error().to_string());
  Session session = session_on(*model, {.threads = 2});
  const NoisePicture picture(301, 279);  // is padded to run
  const auto whole = session.label(picture.view());
  if (!whole) FAIL(whole.error().to_string());
  int narrowed = 0;
  for (int i = 0; i < kParts; ++i) {
    ImageView view = picture.view();
    view.part = random_part(random, picture.width, picture.height);
    const auto labels = session.label(view);
    if (!labels) FAIL(labels.error().to_string());
    REQUIRE(labels->rows() == view.part.height);
    REQUIRE(labels->cols() == view.part.width);
    bool same = true;
    for (int row = 0; row < labels->rows(); ++row)
      for (int col = 0; col < labels->cols(); ++col)
        same = same && labels->at(row, col) == whole->at(view.part.y + row, view.part.x + col);
    CHECK(same);
    const PixelRect& area = session.plan()->area();
    if (area.width < picture.width || area.height < picture.height) ++narrowed;
  }
  CHECK(narrowed > 0);
}

TEST_CASE("parts that are outside, without a cell or of networks that see it all are refused") {
  const Model model = narrow_resnet(8, *kernels::select_table().table);
  Session session = session_on(model, {.threads = 1});
  const NoisePicture picture(300, 300);
  const auto code = [&](Session& of, const PixelRect& part) {
    ImageView view = picture.view();
    view.part = part;
    const auto map = of.run(view);
    REQUIRE_FALSE(map);
    return map.error().code;
  };
  for (const PixelRect& part : {PixelRect{-1, 0, 50, 50},
                                {0, 0, 301, 300},
                                {299, 0, 2, 10},
                                {0, 5, 10, 0},
                                {300, 300, 1, 1},
                                {2'000'000'000, 0, 2'000'000'000, 1}})
    CHECK(code(session, part) == ErrorCode::invalid_argument);
  CHECK(code(session, {0, 0, 3, 3}) == ErrorCode::too_small);

  Random random(3);
  Graph g;
  NodeId x = g.append("input", Input{3}, {});
  x = g.append("stem", random_conv(random, 3, 16, 3, 1, 1), {x});
  const NodeId sum = g.append("squeeze", GlobalAveragePool{}, {x});
  x = g.append("gated", Arithmetic{ArithmeticKind::multiply}, {x, sum});
  g.append("head", random_conv(random, 16, 3, 1, 1, 0), {x});
  ModelInfo info = bench::imagenet_info();
  info.window = {16, 16};
  const auto gated = Model::from_graph(g, info, {.table = kernels::select_table().table, .limits = {}});
  if (!gated) FAIL(gated.error().to_string());
  Session sees_all = session_on(*gated, {.threads = 1});
  CHECK(code(sees_all, {100, 100, 50, 50}) == ErrorCode::unsupported);
}

}  // namespace
}  // namespace fcn::test
