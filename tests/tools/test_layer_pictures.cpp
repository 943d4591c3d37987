// SPDX-License-Identifier: MIT
// Feature maps and filters as pictures: every value where it belongs and as grey as it should be.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "tests/tools/run_command.hpp"
#include "tests/tools/tiny_model.hpp"
#include "tools/draw/feature_maps.hpp"
#include "tools/draw/filter_picture.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;

namespace {

/// Gives `maps` a whole feature map, pixel by pixel, in two blocks of rows.
template <class Value>
void fill(FeatureMaps& maps, const Shape& shape, const Value& value) {
  const auto size = [](int count) { return static_cast<std::size_t>(count); };
  const std::ptrdiff_t stride = shape.channels + 3;
  std::vector<std::vector<float>> rows(
      size(shape.height), std::vector<float>(size(shape.width) * static_cast<std::size_t>(stride)));
  std::vector<const float*> pointers;
  for (int y = 0; y < shape.height; ++y) {
    for (int x = 0; x < shape.width; ++x)
      for (int c = 0; c < shape.channels; ++c)
        rows[size(y)][static_cast<std::size_t>(x * stride + c)] = value(c, y, x);
    pointers.push_back(rows[size(y)].data());
  }
  const int half = shape.height / 2;
  maps.take({pointers.data(), 0, half, 1, shape, stride, 0});
  maps.take({pointers.data() + half, half, shape.height - half, 1, shape, stride, 0});
}

}  // namespace

TEST_CASE("maps stand side by side, each value as a grey square") {
  const Shape shape{5, 40, 50};
  const FeatureMapGrid grid = FeatureMapGrid::of(shape);
  REQUIRE(grid.shrink == 1);
  REQUIRE(grid.columns * grid.rows >= 5);
  FeatureMaps maps(shape);
  const auto value = [](int c, int y, int x) { return static_cast<float>(c * 2000 + y * 50 + x); };
  fill(maps, shape, value);
  const auto picture = maps.draw("title", {});
  REQUIRE(picture);
  const double high = value(4, 39, 49);
  for (int c = 0; c < 5; ++c)
    for (int y = 0; y < 40; y += 3)
      for (int x = 0; x < 50; x += 7) {
        CAPTURE(c, y, x);
        const int left = c % grid.columns * (50 * grid.enlarge + 2) + x * grid.enlarge;
        const int top = c / grid.columns * (40 * grid.enlarge + 2) + y * grid.enlarge;
        const std::uint8_t* pixel = picture->row(top) + 3 * left;
        CHECK(std::abs(pixel[0] - 255 * static_cast<double>(value(c, y, x)) / high) <= 0.51);
        CHECK((pixel[0] == pixel[1] && pixel[1] == pixel[2]));
      }
}

TEST_CASE("with negative values zero is middle grey, and NaN is red") {
  const Shape shape{1, 2, 2};
  FeatureMaps maps(shape);
  const float values[] = {0, -3, 1.5f, std::numeric_limits<float>::quiet_NaN()};
  fill(maps, shape, [&](int, int y, int x) { return values[2 * y + x]; });
  const auto picture = maps.draw("", {});
  REQUIRE(picture);
  const int side = FeatureMapGrid::of(shape).enlarge;
  REQUIRE(side > 8);
  CHECK(picture->row(0)[0] == 128);
  CHECK(picture->row(0)[3 * side] == 0);
  CHECK(picture->row(side)[0] == 191);
  CHECK(picture->row(side)[3 * side] == 255);
  CHECK(picture->row(side)[3 * side + 1] == 0);
}

TEST_CASE("large maps are averaged until the grid fits a screen") {
  const Shape shape{64, 700, 1001};
  const FeatureMapGrid grid = FeatureMapGrid::of(shape);
  CHECK(grid.shrink > 1);
  CHECK(grid.enlarge == 1);
  CHECK(grid.columns * grid.width <= 1920 + grid.columns);
  FeatureMaps maps({1, 4001, 4000});
  fill(maps, {1, 4001, 4000}, [](int, int y, int x) { return y == 4000 && x >= 3999 ? 8.0f : 1.0f; });
  const auto picture = maps.draw("", {});
  REQUIRE(picture);
  CHECK(picture->width <= 2000);
  const FeatureMapGrid single = FeatureMapGrid::of({1, 4001, 4000});
  const int last_rows = 4001 - (single.height - 1) * single.shrink;  // fewer values are averaged there
  const int last_columns = 4000 - (single.width - 1) * single.shrink;
  const double corner = 1 + 7.0 / (last_rows * last_columns);
  CHECK(std::abs(picture->row(0)[0] - 255 / corner) <= 0.51);
  CHECK(picture->row(single.height - 1)[3 * (single.width - 1)] == 255);
}

TEST_CASE("filters are grey, coloured or one a channel") {
  Conv conv;
  conv.in_channels = 3;
  conv.out_channels = 2;
  conv.kernel = {1, 2};
  for (int i = 0; i < 12; ++i) conv.weights.push_back(static_cast<float>(i - 4));
  const auto coloured = draw_filters(conv, "t", {});
  REQUIRE(coloured);
  // weights [filter][channel][row][column], the largest 7
  const auto shade = [](float weight) { return static_cast<int>(std::lround(127.5f + 127.5f * weight / 7)); };
  for (int channel = 0; channel < 3; ++channel)
    CHECK(int{coloured->row(0)[channel]} == shade(static_cast<float>(2 * channel - 4)));
  conv.in_channels = 1;
  conv.weights.resize(4);
  CHECK(draw_filters(conv, "t", {}));
  conv.in_channels = 5;
  conv.weights.assign(20, 0.0f);
  const auto rows = draw_filters(conv, "t", {});
  REQUIRE(rows);
  CHECK(int{rows->row(0)[0]} == 128);
}

TEST_CASE("a folder of layers has a picture of each and of the filters") {
  const TemporaryFolder folder;
  const std::string model = folder / "tiny.safetensors";
  REQUIRE(write_tiny_model(model));
  const std::string header = "P6 20 12 255\n";
  Bytes bytes(header.begin(), header.end());
  bytes.resize(bytes.size() + 3 * 20 * 12, 77);
  for (const char* name : {"a.ppm", "b.ppm"}) write_file(folder / name, bytes);
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {FCN_INFER, "-m", model, "-q"});
    return run_command(arguments);
  };
  const std::string layers = folder / "layers";
  for (int again = 0; again < 2; ++again) {
    REQUIRE(run({folder / "a.ppm", "--layers", layers}).exit_code == 0);
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(layers))
      names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    REQUIRE(names.size() >= 3);
    CHECK(names.front().starts_with("01-"));
    CHECK(names.back().starts_with("filters-"));
  }
  REQUIRE(run({folder / "a.ppm", folder / "b.ppm", "--layers", folder / "both"}).exit_code == 0);
  CHECK(std::filesystem::is_directory(folder / "both/a"));
  CHECK(std::filesystem::is_directory(folder / "both/b"));
  CHECK(run({folder / "a.ppm", "--layers", folder / "a.ppm"}).exit_code == 1);
  CHECK(run({folder / "a.ppm", "--layers", layers, "--max-memory", "1G"}).exit_code == 2);
}
