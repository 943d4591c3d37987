// SPDX-License-Identifier: MIT
// --scales: whole pyramids against the scales run one by one with --resize, fused as naive_fusion.hpp says.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/maps/naive_fusion.hpp"
#include "tests/tools/run_command.hpp"
#include "tests/tools/tiny_model.hpp"
#include "tools/runs/scale_pyramid.hpp"

using namespace fcn;
using namespace fcn::test;
using namespace fcn::tools;
using namespace fcn::tools::test;
using nlohmann::json;

namespace {

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
  [[nodiscard]] NaiveMap alone(int width, int height, const std::string& kind) const {
    const std::string size = std::to_string(width) + "x" + std::to_string(height);
    const json line = answer({"--resize", size, "--scores", kind});
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
  const std::vector<NaiveMap> all = {scene.alone(36, 27, kind), scene.alone(24, 18, kind),
                                     scene.alone(12, 9, kind)};
  const json line = scene.answer({"--scales", "0.5,1.5,0.1,1", "--fuse", fuse, "--scores", kind, "-t", "2"});
  const std::vector<float> fused = npy_scores(scene.folder / "map.npy");
  REQUIRE(fused.size() == all[0].scores.size());
  CHECK(line["map"]["first_center_px"][0].get<double>() == Approx(all[0].x.first_center));
  CHECK(line["map"]["stride_px"].get<double>() == Approx(4.0 / 3));
  std::size_t at = 0;
  for (int id = 0; id < 3; ++id)
    for (int row = 0; row < all[0].rows; ++row)
      for (int col = 0; col < all[0].cols; ++col) {
        const double truth =
            fused_truth(all, fuse == "max" ? maps::Fuse::max : maps::Fuse::mean, id, row, col);
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
