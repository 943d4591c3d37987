// SPDX-License-Identifier: MIT
// What --explain-geometry says, of a ResNet-18 whose geometry is known: cells every 32 pixels, each seeing
// 435 and 32 more for each cell that its pool takes in, looking 15.5 pixels up and left of its window's
// middle.
#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/tools/run_command.hpp"
#include "tests/tools/tiny_model.hpp"
#include "tools/report/geometry_report.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;
using nlohmann::json;

namespace {

AxisGeometry axis(double stride, double first, std::int64_t field) {
  return {stride, first, field};
}

/// The strided layers of a ResNet-18 for windows of 224, and its 7 x 7 pool.
GeometryReport resnet18(const OriginalFrame& frame) {
  GeometryReport report;
  report.model = "resnet18.safetensors";
  report.frame = frame;
  const auto add = [&](const char* name, AxisGeometry at) {
    report.layers.push_back({name, "conv", {64, 1, 1}, {at, at, {}}});
  };
  add("input", axis(1, 0, 1));
  add("conv1\x1b[31m", axis(2, 0, 7));
  add("maxpool", axis(4, 0, 11));
  add("layer1", axis(4, 0, 43));
  add("layer2", axis(8, 0, 99));
  add("layer3", axis(16, 0, 211));
  add("layer4", axis(32, 0, 435));
  add("pool", axis(32, 96, 627));
  report.geometry = report.layers.back().geometry;
  report.geometry.window = {224, 224};
  report.map = {1000, 17, 54};
  return report;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("the offset of windows is explained by the layers that halve") {
  const GeometryReport report = resnet18({1920, 725, 1, 1920, 725});
  CHECK(window_offsets(report) == std::vector<double>{0.5, 1, 2, 4, 8});
  const std::string text = geometry_text(report);
  CHECK(text.find("x = 96 + 32 c    y = 96 + 32 r") != std::string::npos);
  CHECK(text.find("0.5 + 1 + 2 + 4 + 8 = 15.5") != std::string::npos);
  CHECK(text.find("224 x 224 crop from (32 c, 32 r)") != std::string::npos);
  CHECK(text.find("96 to 1792 across and 96 to 608 down") != std::string::npos);
  // 1920 / 54 is 35.6 pixels a tile: the first would be centred on 17.3, the last on 1901.7.
  CHECK(text.find("across        96.0      17.3     -78.7       1792.0    1901.7     109.7") !=
        std::string::npos);
}

TEST_CASE("a pool that steps further moves cells and windows alike") {
  GeometryReport report = resnet18({1920, 725, 1, 1920, 725});
  report.pool_stride = 7;
  report.layers.back().geometry.x.stride = report.layers.back().geometry.y.stride = 224;
  report.geometry.x.stride = report.geometry.y.stride = 224;
  CHECK(window_offsets(report) == std::vector<double>{0.5, 1, 2, 4, 8});
  CHECK(geometry_text(report).find("Cells are 7 x 32 pixels apart because of --pool-stride 7.") !=
        std::string::npos);
}

TEST_CASE("a network without padding has no offset, an odd one no simple sum") {
  GeometryReport report = resnet18({448, 448, 1, 448, 448});
  report.layers = {{"input", "input", {3, 448, 448}, {axis(1, 0, 1), axis(1, 0, 1), {}}},
                   {"pool1", "max_pool", {3, 224, 224}, {axis(2, 0.5, 2), axis(2, 0.5, 2), {}}}};
  report.geometry = {axis(2, 111.5, 224), axis(2, 111.5, 224), {224, 224}};
  CHECK(window_offsets(report).empty());
  CHECK(geometry_text(report).find("Its middle is where the cell looks") != std::string::npos);
  report.geometry.x.first_center = report.geometry.y.first_center = 100;
  CHECK(window_offsets(report).empty());
  CHECK(geometry_text(report).find("but 11.5 pixels further right and down") != std::string::npos);
}

TEST_CASE("the geometry report fits 80 columns, escapes names and leads back to the file") {
  GeometryReport report = resnet18({4000, 3000, 6, 480, 640});
  report.image = "a\x1b.jpg";
  const std::string text = geometry_text(report);
  CHECK(text.find('\x1b') == std::string::npos);
  for (const std::string& line : lines_of(text)) CHECK(line.size() <= 80);
  CHECK(text.find("EXIF orientation 6 means: turned right, to 3000 x 4000") != std::string::npos);
  CHECK(text.find("480 x 640, 0.16 and 0.16 times") != std::string::npos);
  // (96, 96) is at (602.625, 602.625) before resizing; the file's rows run from right to left there.
  CHECK(text.find("x = 602.625 + 200 r    y = 2396.38 - 200 c") != std::string::npos);
  const json line = json::parse(geometry_json(report));
  CHECK(line["schema"] == "fcn-infer-geometry/1");
  CHECK(line["map"]["window_offset_px"] == json({15.5, 15.5}));
  CHECK(line["map"]["receptive_field_px"] == json({627, 627}));
  CHECK(line["map"]["output_stride"] == 32);
  CHECK(line["layers"].size() == 8);
  CHECK(line["layers"][6]["first_center_px"] == json({0, 0}));
  CHECK(line["original"]["first_center_px"] == json({602.625, 2396.375}));
  CHECK(line["original"]["col_step_px"] == json({0, -200}));
}

TEST_CASE("fcn-infer explains a picture, a size or the model alone") {
  const TemporaryFolder folder;
  REQUIRE(write_tiny_model(folder / "tiny.safetensors"));
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {FCN_INFER, "-m", folder / "tiny.safetensors", "--explain-geometry"});
    return run_command(arguments);
  };
  const CommandResult alone = run({});
  CHECK(alone.exit_code == 0);
  CHECK(alone.out.find("8 x 8 pixels through tiny.safetensors") != std::string::npos);
  CHECK(alone.out.find("x = 3.5 + 2 c") != std::string::npos);
  const json sized = json::parse(run({"--size", "20x12", "--json", "-"}).out);
  CHECK(sized["map"]["cols"] == 7);
  CHECK(sized["map"]["window_offset_px"] == json({0, 0}));
  CHECK(sized["image"].is_null());
  CHECK(run({"--plan"}).exit_code == 2);
  CHECK(run({folder / "gone.ppm"}).exit_code == 1);
}
