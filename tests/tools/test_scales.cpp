// SPDX-License-Identifier: MIT
// --scales: fusing maps against a float64 sum of hat functions, and whole pyramids against the scales run one
// by one with --resize.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <vector>

#include "tests/tools/run_command.hpp"
#include "tests/tools/tiny_model.hpp"
#include "tools/runs/map_fusion.hpp"
#include "tools/runs/scale_pyramid.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;
using nlohmann::json;

namespace {

/// A map in float64 and where its cells lie.
struct PlacedMap {
  int classes = 0, rows = 0, cols = 0;
  AxisGeometry y, x;
  std::vector<float> scores;  ///< classes x rows x cols

  [[nodiscard]] double at(int id, int row, int col) const {
    return static_cast<double>(scores[static_cast<std::size_t>((id * rows + row) * cols + col)]);
  }

  /// The score at a place of the picture, or nothing where no cell's area is: the sum of all cells, each
  /// under a hat that reaches to its neighbours' centres.
  [[nodiscard]] std::optional<double> read(int id, double place_y, double place_x) const {
    double v = (place_y - y.first_center) / y.stride, u = (place_x - x.first_center) / x.stride;
    constexpr double kRounding = 1e-9;
    if (v < -0.5 - kRounding || v > rows - 0.5 + kRounding || u < -0.5 - kRounding ||
        u > cols - 0.5 + kRounding)
      return std::nullopt;
    v = std::min(std::max(v, 0.0), rows - 1.0);
    u = std::min(std::max(u, 0.0), cols - 1.0);
    double sum = 0;
    for (int row = 0; row < rows; ++row)
      for (int col = 0; col < cols; ++col)
        sum += at(id, row, col) * std::max(0.0, 1 - std::abs(v - row)) * std::max(0.0, 1 - std::abs(u - col));
    return sum;
  }
};

/// What maps[0]'s cells hold after fusing.
double fused_truth(const std::vector<PlacedMap>& maps, Fuse fuse, int id, int row, int col) {
  const double y = maps[0].y.first_center + row * maps[0].y.stride;
  const double x = maps[0].x.first_center + col * maps[0].x.stride;
  double largest = -std::numeric_limits<double>::infinity(), sum = 0;
  int voices = 0;
  for (const PlacedMap& map : maps)
    if (const auto score = map.read(id, y, x)) {
      largest = std::max(largest, *score);
      sum += *score;
      ++voices;
    }
  return fuse == Fuse::max ? largest : sum / voices;
}

MapGeometry geometry_of(const PlacedMap& map) {
  return {map.y, map.x, {8, 8}};
}

ScoreMap score_map(const PlacedMap& map, ScoreKind kind) {
  auto made = ScoreMap::create({map.classes, map.rows, map.cols}, kind, geometry_of(map), 0);
  REQUIRE(made);
  for (int row = 0; row < map.rows; ++row)
    for (int col = 0; col < map.cols; ++col)
      for (int id = 0; id < map.classes; ++id)
        made->cell(row, col)[id] = static_cast<float>(map.at(id, row, col));
  return *std::move(made);
}

/// `scale` cells a unit of length, over about the same area as every other.
PlacedMap random_map(std::minstd_rand& bits, int rows, int cols, double stride, double first) {
  PlacedMap map{4, rows, cols, {stride, first, 9}, {stride * 1.01, first - 0.3, 9}, {}};
  std::uniform_real_distribution<float> score(-2, 2);
  map.scores.resize(static_cast<std::size_t>(4 * rows * cols));
  for (float& value : map.scores) value = score(bits);
  return map;
}

/// A written npy: classes x rows x cols.
std::vector<float> npy_scores(const std::string& path) {
  const Bytes bytes = read_file(path);
  const auto header_end = std::find(bytes.begin() + 10, bytes.end(), '\n') + 1;
  std::vector<float> scores(static_cast<std::size_t>(bytes.end() - header_end) / sizeof(float));
  std::memcpy(scores.data(), &*header_end, scores.size() * sizeof(float));
  return scores;
}

/// A folder with the tiny model (window 8, a cell every 2 pixels) and a 24 x 18 picture of blotches.
struct Scene {
  TemporaryFolder folder;
  std::string model = folder / "tiny.safetensors", picture = folder / "blotches.ppm";

  Scene() {
    REQUIRE(write_tiny_model(model));
    const std::string header = "P6 24 18 255\n";
    Bytes bytes(header.begin(), header.end());
    for (int y = 0; y < 18; ++y)
      for (int x = 0; x < 24; ++x)
        for (const int value : {255 * (x / 5 % 2), 77, 255 * (y / 7 % 2)})
          bytes.push_back(static_cast<std::uint8_t>(value));
    write_file(picture, bytes);
  }

  [[nodiscard]] CommandResult run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {FCN_INFER, "-m", model, picture});
    return run_command(arguments);
  }
  [[nodiscard]] json answer(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--json", "-", "--npy", folder / "map.npy"});
    const CommandResult result = run(arguments);
    CAPTURE(arguments, result.err);
    REQUIRE(result.exit_code == 0);
    return json::parse(result.out);
  }
  /// The map of one scale, run by itself.
  [[nodiscard]] PlacedMap alone(int width, int height, const std::string& kind) const {
    const std::string size = std::to_string(width) + "x" + std::to_string(height);
    const json line = answer({"--resize", size, "--output", kind});
    const auto axis = [](const json& map, int which, double given, double scaled) {
      const double ratio = given / scaled;
      return AxisGeometry{
          map["stride_px"].get<double>() * ratio,
          (map["first_center_px"][static_cast<std::size_t>(which)].get<double>() + 0.5) * ratio - 0.5, 1};
    };
    return {3,
            line["map"]["rows"],
            line["map"]["cols"],
            axis(line["map"], 1, 18, height),
            axis(line["map"], 0, 24, width),
            npy_scores(folder / "map.npy")};
  }
};

}  // namespace

TEST_CASE("maps are fused as hat functions say, in their cells' areas and no further") {
  const auto seed = GENERATE(range(1U, 6U));
  const Fuse fuse = GENERATE(Fuse::max, Fuse::mean);
  const ScoreKind kind = GENERATE(ScoreKind::probabilities, ScoreKind::logits);
  CAPTURE(seed, fuse == Fuse::mean, kind == ScoreKind::logits);
  std::minstd_rand bits(seed);
  // The finest; a coarser one that ends within it; one of a row, one of a cell; one whose cells lie on cells.
  const std::vector<PlacedMap> maps = {random_map(bits, 9, 13, 3, 2), random_map(bits, 4, 5, 5.3, 5),
                                       random_map(bits, 1, 3, 7, 9), random_map(bits, 1, 1, 12, 14),
                                       random_map(bits, 3, 5, 6, 2)};
  ScoreMap fused;
  const ScoreMap first = score_map(maps[0], kind);
  auto fusion = MapFusion::begin(fuse, first, geometry_of(maps[0]), fused);
  REQUIRE(fusion);
  for (std::size_t i = 1; i < maps.size(); ++i) fusion->add(score_map(maps[i], kind), geometry_of(maps[i]));
  fusion->finish();

  // One rounding a map, then one for each addition and the division, of values up to 5 x 2.
  constexpr double kTolerance = 10 * 10 * 6e-8;
  for (int id = 0; id < 4; ++id) {
    float best = 0;
    for (int row = 0; row < 9; ++row)
      for (int col = 0; col < 13; ++col) {
        CAPTURE(id, row, col);
        CHECK(std::abs(static_cast<double>(fused.at(id, row, col)) - fused_truth(maps, fuse, id, row, col)) <=
              kTolerance);
        double sum = 0;
        for (int other = 0; other < 4; ++other)
          sum += std::exp(static_cast<double>(fused.at(other, row, col) - fused.at(id, row, col)));
        best =
            std::max(best, kind == ScoreKind::logits ? static_cast<float>(1 / sum) : fused.at(id, row, col));
      }
    CHECK(fused.peak(id).probability == Approx(best).epsilon(1e-6));
  }
}

TEST_CASE("a coarse map's border is not spread beyond its cells") {
  std::minstd_rand bits(1);
  PlacedMap fine = random_map(bits, 1, 11, 1, 0), coarse = random_map(bits, 1, 1, 4, 5);
  fine.x = {1, 0, 1};
  coarse.x = {4, 5, 1};
  coarse.y = fine.y;
  std::fill(fine.scores.begin(), fine.scores.end(), 0.0F);
  std::fill(coarse.scores.begin(), coarse.scores.end(), 1.0F);
  ScoreMap fused;
  auto fusion =
      MapFusion::begin(Fuse::max, score_map(fine, ScoreKind::probabilities), geometry_of(fine), fused);
  REQUIRE(fusion);
  fusion->add(score_map(coarse, ScoreKind::probabilities), geometry_of(coarse));
  fusion->finish();
  for (int col = 0; col < 11; ++col) CHECK(fused.at(0, 0, col) == (col >= 3 && col <= 7 ? 1 : 0));
}

TEST_CASE("scales are lists of different numbers") {
  CHECK(*parse_scales("1") == std::vector<double>{1});
  CHECK(*parse_scales("0.5,0.71,1,1.41") == std::vector<double>{0.5, 0.71, 1, 1.41});
  for (const char* const text : {"", ",", "1,", ",1", "1,,2", "0", "-1", "1,1", "1,1.0", "101", "1e1", "nan",
                                 "inf", "0.001", "1 ,2", "1;2", "0x1"})
    CHECK_FALSE(parse_scales(text));
  std::string many = "1";
  for (int i = 2; i <= 33; ++i) many += "," + std::to_string(i);
  CHECK_FALSE(parse_scales(many));
  const PictureSize size = scaled_size({1920, 725}, 0.71);
  CHECK(size.width == 1363);
  CHECK(size.height == 515);
  CHECK(scaled_size({10, 3}, 0.01).height == 1);
}

TEST_CASE("a pyramid is its scales, each run alone and put together") {
  const Scene scene;
  const std::string fuse = GENERATE("max", "mean"), kind = GENERATE("probabilities", "logits");
  CAPTURE(fuse, kind);
  // 1.5 times is 36 x 27, 0.5 times 12 x 9, 0.1 times smaller than the window.
  const std::vector<PlacedMap> maps = {scene.alone(36, 27, kind), scene.alone(24, 18, kind),
                                       scene.alone(12, 9, kind)};
  const json line = scene.answer({"--scales", "0.5,1.5,0.1,1", "--fuse", fuse, "--output", kind, "-t", "2"});
  const std::vector<float> fused = npy_scores(scene.folder / "map.npy");
  REQUIRE(fused.size() == maps[0].scores.size());
  CHECK(line["map"]["first_center_px"][0].get<double>() == Approx(maps[0].x.first_center));
  CHECK(line["map"]["stride_px"].get<double>() == Approx(4.0 / 3));
  std::size_t at = 0;
  for (int id = 0; id < 3; ++id)
    for (int row = 0; row < maps[0].rows; ++row)
      for (int col = 0; col < maps[0].cols; ++col) {
        const double truth = fused_truth(maps, fuse == "max" ? Fuse::max : Fuse::mean, id, row, col);
        CHECK(std::abs(static_cast<double>(fused[at++]) - truth) <= 4 * 6e-8 * 10);
      }
  CHECK(line["fuse"] == fuse);
  const json& scales = line["scales"];
  REQUIRE(scales.size() == 4);
  CHECK(scales[0]["map"]["stride_px"] == 4);
  CHECK(scales[0]["map"]["window_size_px"] == 16);
  CHECK(scales[2].contains("skipped"));
  CHECK(scales[3]["width"] == 24);
  std::size_t classes = 0;
  for (const json& scale : scales)
    if (scale.contains("best_of")) classes += scale["best_of"].size();
  CHECK(classes == 3);
  CHECK(line["predicted"]["best_scale"].contains("window_px"));
}

TEST_CASE("one scale of 1 changes nothing") {
  const Scene scene;
  const json plain = scene.answer({});
  const Bytes map = read_file(scene.folder / "map.npy");
  const json scaled = scene.answer({"--scales", "1"});
  CHECK(read_file(scene.folder / "map.npy") == map);
  CHECK(scaled["map"] == plain["map"]);
  CHECK(scaled["top"].size() == plain["top"].size());
  CHECK(scaled["predicted"]["probability"] == plain["predicted"]["probability"]);
}

TEST_CASE("scales that cannot be run are refused in one line") {
  const Scene scene;
  CHECK(scene.run({"--scales", "0.5,0.4"}).exit_code == 0);  // 0.4 is skipped
  const CommandResult small = scene.run({"--scales", "0.1,0.2"});
  CHECK(small.exit_code == 1);
  CHECK(small.err.find("at every scale the picture is smaller than the model's 8x8 window") !=
        std::string::npos);
  CHECK(scene.run({"--scales", "100"}).exit_code == 0);
  CHECK(scene.run({"--scales", "1;2"}).exit_code == 2);
  CHECK(scene.run({"--fuse", "max"}).exit_code == 2);
  CHECK(scene.run({"--scales", "1", "--fuse", "median"}).exit_code == 2);
  for (const char* const other :
       {"--plan", "--explain-geometry", "--max-memory=1G", "--profile", "--compare-windows"})
    CHECK(scene.run({"--scales", "1", other}).exit_code == 2);
  const CommandResult text = scene.run({"--scales", "0.5,0.1,1"});
  CHECK(text.out.find("Scales, fused by their maximum") != std::string::npos);
  CHECK(text.out.find("skipped: smaller than the model's window") != std::string::npos);
}
