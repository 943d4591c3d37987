// SPDX-License-Identifier: MIT
// fcn-infer from the outside: what a picture gives, on which stream. Not here: what fails
// (test_fcn_infer_failures.cpp).
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/tools/infer_scene.hpp"

using namespace fcn;
using namespace fcn::tools::test;
using nlohmann::json;

TEST_CASE("a picture gives a report on stdout and nothing on stderr") {
  const InferScene scene;
  const CommandResult result = scene.run({scene.picture});
  CHECK(result.exit_code == 0);
  CHECK(result.err.empty());
  CHECK(result.out.find("20 x 12 pixels, map of 7 x 3 cells") != std::string::npos);
  CHECK(result.out.find("red") != std::string::npos);
  CHECK(scene.run({scene.picture, "-q"}).out.empty());
  CHECK(scene.run({scene.picture, "-v"}).out.find("[1, 3, 3, 7]") != std::string::npos);
}

TEST_CASE("JSON places the answer") {
  const InferScene scene;
  const CommandResult result = scene.run({scene.picture, "--json", "-", "-t", "3"});
  REQUIRE(result.exit_code == 0);
  REQUIRE(one_line(result.out));
  const json line = json::parse(result.out);
  CHECK(line["predicted"]["label"] == "red");
  // Cells 5 and 6 (pixels 10 to 19) see red only; the first of equals wins.
  CHECK(line["predicted"]["window_px"] == json::parse("[10, 0, 8, 8]"));
  CHECK(line["map"]["stride_px"] == 2);
  CHECK(line["map"]["window_size_px"] == 8);
  CHECK(line["threads"] == 3);
  const json coarse = json::parse(scene.run({scene.picture, "--json", "-", "--pool-stride", "4"}).out);
  CHECK(coarse["map"]["cols"] == 2);
  CHECK(coarse["map"]["pool_stride"] == 4);
  CHECK(coarse["map"]["output_stride"] == 2);
  const json dense = json::parse(
      scene.run({scene.picture, "--json", "-", "--pool-stride", "4", "--output-stride", "1"}).out);
  CHECK(dense["map"]["cols"] == 4);
  CHECK(dense["map"]["stride_px"] == 4);
  CHECK(dense["map"]["output_stride"] == 1);
  CHECK(dense["predicted"]["label"] == "red");
  const json logits = json::parse(
      scene.run({scene.picture, "--json", "-", "--scores", "logits", "-k", "1", "--class", "blue"}).out);
  CHECK(logits["top"].size() == 1);
  CHECK(logits["predicted"]["logit"] == 5);
  CHECK(logits["predicted"]["probability"] > 0.99);
  CHECK(logits["asked"][0]["label"] == "blue");
}

TEST_CASE("scores follow the activation, the model's or the one asked for") {
  const InferScene scene;
  const auto answer = [&](std::vector<std::string> options) {
    options.insert(options.begin(), {scene.picture, "--json", "-"});
    const CommandResult result = scene.run(options);
    REQUIRE(result.exit_code == 0);
    return json::parse(result.out);
  };
  // The red half's logits are 0, 5 and -5.
  const auto near = [](const json& value, double expected) {
    return std::abs(value.get<double>() - expected) < 1e-6;
  };
  const double e = std::exp(5);
  CHECK(near(answer({})["predicted"]["probability"], e / (1 + e + 1 / e)));
  const json sigmoid = answer({"--activation", "sigmoid", "--regions", "all", "--class", "blue"});
  CHECK(sigmoid["activation"] == "sigmoid");
  CHECK(near(sigmoid["predicted"]["probability"], e / (1 + e)));
  CHECK(near(sigmoid["asked"][0]["probability"], 1 / (1 + e)));
  const json none = answer({"--activation", "none"});
  CHECK(none["predicted"]["probability"].is_null());
  CHECK(near(none["predicted"]["logit"], 5));
  for (const char* option : {"--regions=all", "--mask=m.png", "--masked=m.png"}) {
    const CommandResult refused = scene.run({scene.picture, "--activation", "none", option});
    CHECK(refused.exit_code == 2);
    CHECK(refused.err.find("need --threshold") != std::string::npos);
  }
  CHECK(answer({"--activation", "none", "--regions", "all", "--threshold", "0.9"})["regions"].size() == 1);
  CHECK(scene.run({scene.picture, "--activation", "tanh"}).exit_code == 2);
  CHECK(scene.untouched());
}

TEST_CASE("fused and compared maps follow the activation") {
  const InferScene scene;
  const auto answer = [&](std::vector<std::string> options) {
    options.insert(options.begin(), {scene.picture, "--json", "-", "--activation", "sigmoid"});
    const CommandResult result = scene.run(options);
    REQUIRE(result.exit_code == 0);
    return json::parse(result.out);
  };
  const double expected = 1 / (1 + std::exp(-5.0));
  for (const char* kind : {"probabilities", "logits"})
    for (const char* fuse : {"max", "mean"}) {
      const json fused = answer({"--scales", "1,2", "--fuse", fuse, "--scores", kind});
      CHECK(std::abs(fused["predicted"]["probability"].get<double>() - expected) < 1e-6);
    }
  const json compared = answer({"--compare-windows"});
  const json& agreement = compared["compare_windows"]["agreement"];
  CHECK(agreement["same_class"] == agreement["cells"]);
}

TEST_CASE("a profile has a line a layer, beside the result or alone") {
  const InferScene scene;
  const CommandResult alone = scene.run({scene.picture, "--profile", "-q", "--algorithm", "direct"});
  CHECK(alone.exit_code == 0);
  CHECK(alone.out.find("classifier              3x3x7") != std::string::npos);
  CHECK(alone.out.find("right.ppm") == std::string::npos);
  const json line = json::parse(scene.run({scene.picture, "--profile", "--json", "-"}).out);
  CHECK(line["predicted"]["label"] == "red");
  REQUIRE(line["profile"]["layers"].size() == 4);
  CHECK(line["profile"]["layers"][1]["algorithm"] == "direct");
  CHECK(line["profile"]["peak_gflops"] > 0);
}

TEST_CASE("pictures come from folders and standard input, and go to folders") {
  const InferScene scene;
  scene.write_ppm("other.pgm.ppm", 9, 9);
  const CommandResult result =
      scene.run({scene.folder.path().string(), "--json", scene.folder / "all.json", "--npy",
                 scene.folder / "maps", "--overlay", scene.folder / "maps/"});
  CHECK(result.exit_code == 0);
  CHECK(result.err.empty());
  CHECK(std::count(result.out.begin(), result.out.end(), '\n') == 2);
  const Bytes lines = read_file(scene.folder / "all.json");
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 2);
  for (const char* const name :
       {"maps/right.npy", "maps/right.overlay.png", "maps/other.pgm.npy", "maps/other.pgm.overlay.png"})
    CHECK(std::filesystem::exists(scene.folder / name));
  CommandOptions options;
  options.input = scene.picture;
  CHECK(json::parse(scene.run({"-", "--json", "-"}, options).out)["predicted"]["label"] == "red");
}

TEST_CASE("help fits 80 columns") {
  const CommandResult help = run_command({FCN_INFER, "--help"});
  CHECK(help.exit_code == 0);
  std::istringstream lines(help.out);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(line.size() <= 80);
  }
}

TEST_CASE("regions are listed, and every picture of them written") {
  const InferScene scene;
  const std::string folder = scene.folder / "out/";
  const CommandResult result = scene.run({scene.picture,    "--regions", "all",      "--contours",
                                          "--nms",          "0.5",       "--json",   scene.folder / "r.json",
                                          "--heat",         folder,      "--masked", folder,
                                          "--mask",         folder,      "--argmax", folder,
                                          "--side-by-side", folder,      "--sheet",  folder,
                                          "--csv",          folder,      "--class",  "red",
                                          "--class",        "blue"});
  CHECK(result.exit_code == 0);
  CHECK(result.err.empty());
  CHECK(result.out.find("Regions of 25 % or more") != std::string::npos);
  for (const char* const name : {"right.heat.png", "right.masked.png", "right.mask.png", "right.argmax.png",
                                 "right.side.png", "right.sheet.png", "right.csv"})
    CHECK(std::filesystem::file_size(folder + name) > 50);
  const Bytes text = read_file(scene.folder / "r.json");
  const json line = json::parse(text.begin(), text.end());
  REQUIRE(line["asked"].size() == 2);
  REQUIRE(line["regions"].size() == 1);
  const json region = line["regions"][0];
  CHECK(region["label"] == "red");
  // Cells every 2 pixels from (3.5, 3.5): red wins where at least 5 of 8 columns are red, from centre 11.5
  // on, and its region reaches half a cell beyond the last centre, 15.5.
  CHECK(region["box"][0].get<int>() + region["box"][2].get<int>() == 17);
  CHECK(region["peak"] > 0.99);
  CHECK(region["contour"].size() == 4);
  CHECK_FALSE(region.contains("box_original"));
  const json turned =
      json::parse(scene.run({scene.picture, "--regions", "shown", "--resize", "40x24", "--json", "-"}).out);
  CHECK(turned["regions"][0].contains("box_original"));
  CHECK(
      json::parse(scene.run({scene.picture, "--regions", "tutorial", "--json", "-"}).out)["regions"].size() ==
      1);
  for (const std::vector<std::string>& usage :
       std::vector<std::vector<std::string>>{{"--regions", "some"},
                                             {"--nms", "0.5"},
                                             {"--contours"},
                                             {"--regions", "all", "--threshold", "1.5"},
                                             {"--regions", "all", "--threshold", "nan"},
                                             {"--regions", "all", "--scores", "logits"},
                                             {"--mask", "-"},
                                             {"--placement", "middle"}}) {
    CAPTURE(usage);
    std::vector<std::string> arguments = {scene.picture};
    arguments.insert(arguments.end(), usage.begin(), usage.end());
    CHECK(scene.run(arguments).exit_code == 2);
  }
}

TEST_CASE("a part of a picture has the cells and places of the whole") {
  const InferScene scene;
  const auto text_of = [&](const char* name) {
    const Bytes bytes = read_file(scene.folder / name);
    return std::string(bytes.begin(), bytes.end());
  };
  const auto cells = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{scene.picture, "-q",  "--csv",  scene.folder / "cells.csv",
                                       "--regions",   "all", "--json", scene.folder / "cells.json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    REQUIRE(scene.run(arguments).exit_code == 0);
    std::istringstream lines(text_of("cells.csv"));
    std::vector<std::string> places;  // without the row and column that they have in the map
    for (std::string line; std::getline(lines, line);)
      places.push_back(line.substr(line.find(',', line.find(',') + 1)));
    places.erase(places.begin());
    return places;
  };
  const std::vector<std::string> whole = cells({});
  const std::vector<std::string> part = cells({"--roi", "8,0,12,8"});
  CHECK(!part.empty());
  CHECK(part.size() < whole.size());
  for (const std::string& place : part) CHECK(std::find(whole.begin(), whole.end(), place) != whole.end());
  const json answer = json::parse(text_of("cells.json"));
  CHECK(answer["width"] == 20);
  CHECK(answer["part_px"] == json{8, 0, 12, 8});
  for (const json& region : answer["regions"]) CHECK(region["box"][0] >= 8);

  for (const char* outside : {"9,0,12,8", "0,0,21,1"}) {
    const CommandResult refused = scene.run({scene.picture, "--roi", outside});
    CHECK(refused.exit_code == 1);
    CHECK(refused.err.find("not inside the picture of 20x12") != std::string::npos);
  }
  CHECK(scene.run({scene.picture, "--roi", "0,0,1,1"}).err.find("no cell of the map") != std::string::npos);
  for (const char* wrong : {"1,2,3", "1,2,3,4,5", "1,2,0,4", "-1,0,2,2", "a,0,2,2", "1,2,3,4x"})
    CHECK(scene.run({scene.picture, "--roi", wrong}).exit_code == 2);
  CHECK(scene.run({scene.picture, "--roi", "0,0,9,9", "--resize", "40x24"}).exit_code == 2);
}

TEST_CASE("version, classes and a forced arch") {
  const InferScene scene;
  CommandOptions forced;
  forced.environment = {"FCN_FORCE_ARCH=reference"};
  CHECK(scene.run({"--version"}, forced).out.find("(reference)") != std::string::npos);
  CHECK(json::parse(scene.run({scene.picture, "--json", "-"}, forced).out)["arch"] == "reference");
  forced.environment = {"FCN_FORCE_ARCH=abacus"};
  CHECK(scene.run({scene.picture}, forced).exit_code == 2);
  const CommandResult classes = scene.run({"--list-classes"});
  CHECK(classes.exit_code == 0);
  CHECK(classes.out == "   0  nothing  (background, never predicted)\n   1  red\n   2  blue\n");
}
