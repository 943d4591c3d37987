// SPDX-License-Identifier: MIT
// fcn-infer from the outside: exit codes, what goes to which stream, and what is left on the disk.
#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/tools/run_command.hpp"
#include "tests/tools/tiny_model.hpp"

using namespace fcn;
using namespace fcn::tools::test;
using nlohmann::json;

namespace {

/// A folder with the tiny model (window 8) and a 20 x 12 picture whose right half is red.
struct Scene {
  TemporaryFolder folder;
  std::string model = folder / "tiny.safetensors";
  std::string picture = folder / "right.ppm";
  std::size_t files = 0;

  Scene() {
    REQUIRE(write_tiny_model(model));
    write_ppm("right.ppm", 20, 12);
    files = folder.names().size();
  }

  void write_ppm(const std::string& name, int width, int height) const {
    const std::string header = "P6 " + std::to_string(width) + " " + std::to_string(height) + " 255\n";
    Bytes bytes(header.begin(), header.end());
    for (int i = 0; i < width * height; ++i) {
      const bool red = i % width >= width / 2;
      for (const int value : {red ? 255 : 0, 0, 0}) bytes.push_back(static_cast<std::uint8_t>(value));
    }
    write_file(folder / name, bytes);
  }

  [[nodiscard]] CommandResult run(std::vector<std::string> arguments,
                                  const CommandOptions& options = {}) const {
    std::vector<std::string> command = {FCN_INFER};
    if (std::find(arguments.begin(), arguments.end(), "-m") == arguments.end())
      command.insert(command.end(), {"-m", model});
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run_command(command, options);
  }
  /// Nothing was written beside the scene's own files.
  [[nodiscard]] bool untouched() const { return folder.names().size() == files; }
};

bool one_line(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n') == 1 && text.back() == '\n';
}

}  // namespace

TEST_CASE("a picture gives a report on stdout and nothing on stderr") {
  const Scene scene;
  const CommandResult result = scene.run({scene.picture});
  CHECK(result.exit_code == 0);
  CHECK(result.err.empty());
  CHECK(result.out.find("20 x 12 pixels, map of 7 x 3 cells") != std::string::npos);
  CHECK(result.out.find("red") != std::string::npos);
  CHECK(scene.run({scene.picture, "-q"}).out.empty());
  CHECK(scene.run({scene.picture, "-v"}).out.find("[1, 3, 3, 7]") != std::string::npos);
}

TEST_CASE("JSON places the answer") {
  const Scene scene;
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
  const Scene scene;
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
  const Scene scene;
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
  const Scene scene;
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
  const Scene scene;
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

TEST_CASE("a bad picture among good ones costs only itself") {
  const Scene scene;
  write_file(scene.folder / "bad.png", {1, 2, 3});
  const CommandResult result = scene.run(
      {scene.picture, scene.folder / "bad.png", scene.folder / "missing.jpg", scene.picture, "--json", "-"});
  CHECK(result.exit_code == 1);
  CHECK(std::count(result.out.begin(), result.out.end(), '\n') == 2);
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 2);
}

TEST_CASE("what cannot be run has its exit code and one line") {
  const Scene scene;
  const std::string folder = scene.folder / "empty";
  std::filesystem::create_directory(folder);
  scene.write_ppm("small.ppm", 7, 20);
  const auto text = [](const std::string& content) { return Bytes(content.begin(), content.end()); };
  write_file(scene.folder / "huge.ppm", text("P6 60000 60000 255\n"));
  write_file(scene.folder / "zero.ppm", text("P6 0 0 255\n"));
  write_file(scene.folder / "text.model", text("not a model"));
  const auto expect = [&](int exit_code, const std::vector<std::string>& arguments) {
    CAPTURE(arguments);
    const CommandResult result = scene.run(arguments);
    CAPTURE(result.err);
    CHECK(result.exit_code == exit_code);
    CHECK(result.out.empty());
    CHECK(one_line(result.err));
  };
  expect(1, {scene.folder / "missing.png"});
  expect(1, {folder});
  expect(1, {scene.folder / "small.ppm"});
  expect(1, {scene.folder / "zero.ppm"});
  expect(4, {scene.folder / "huge.ppm"});
  expect(4, {scene.picture, "--resize", "60000x60000"});
  for (const std::vector<std::string>& usage :
       std::vector<std::vector<std::string>>{{},
                                             {"--nonsense"},
                                             {scene.picture, "-t", "0"},
                                             {scene.picture, "-t", "010x"},
                                             {scene.picture, "-k", "-1"},
                                             {scene.picture, "--pool-stride", "5"},
                                             {scene.picture, "--output-stride", "3"},
                                             {scene.picture, "--output-stride", "4"},
                                             {scene.picture, "--resize", "9"},
                                             {scene.picture, "--class", "green"},
                                             {scene.picture, "--scores", "both"},
                                             {scene.picture, "--algorithm", "best"},
                                             {scene.picture, "-q", "-v"},
                                             {scene.picture, "--npy", "-"},
                                             {scene.picture, scene.picture, "--overlay", scene.picture}})
    expect(2, usage);
  expect(3, {"-m", scene.folder / "text.model", scene.picture});
  expect(3, {"-m", scene.folder / "no.model", scene.picture});
  expect(3, {"-m", scene.picture, scene.picture});
}

TEST_CASE("a small picture can be enlarged, as the message says") {
  const Scene scene;
  scene.write_ppm("small.ppm", 7, 20);
  CHECK(scene.run({scene.folder / "small.ppm"}).err.find("--resize short:8") != std::string::npos);
  CHECK(scene.run({scene.folder / "small.ppm", "--resize", "short:8"}).exit_code == 0);
}

TEST_CASE("an output that cannot be written leaves nothing behind") {
  const Scene scene;
  for (const char* const option : {"--json", "--npy", "--overlay"}) {
    CAPTURE(option);
    // Below a file and below nothing, root or not.
    for (const std::string& place :
         {scene.picture + "/out", scene.folder / "none/out", std::string("/proc/out")}) {
      const CommandResult result = scene.run({scene.picture, option, place});
      CHECK(result.exit_code == 1);
      CHECK(result.out.empty());
      CHECK(one_line(result.err));
    }
    CommandOptions full_disk;
    full_disk.file_size = 100;
    full_disk.output = "/dev/null";
    CHECK(scene.run({scene.picture, option, scene.folder / "out"}, full_disk).exit_code == 1);
    CHECK(scene.untouched());
    CHECK(scene.run({scene.picture, option, "/dev/full"}).exit_code == 1);
    if (::geteuid() != 0) {  // root may write anywhere
      const std::string closed = scene.folder / "closed";
      std::filesystem::create_directory(closed);
      REQUIRE(::chmod(closed.c_str(), 0555) == 0);
      CHECK(scene.run({scene.picture, option, closed + "/out"}).exit_code == 1);
      std::filesystem::remove(closed);
    }
  }
  CommandOptions full;
  full.output = "/dev/full";
  const CommandResult lost = scene.run({scene.picture, "--json", "-"}, full);
  CHECK(lost.exit_code == 1);
  CHECK(one_line(lost.err));
}

TEST_CASE("streams that cannot be written keep the exit codes as they are") {
  const Scene scene;
  const CommandOptions full_error{.input = "", .output = "", .error = "/dev/full"};
  const CommandOptions no_error{.input = "", .output = "", .closed = {2}};
  const CommandOptions nothing_open{.input = "", .output = "", .closed = {0, 1, 2}};
  for (const CommandOptions& options : {full_error, no_error}) {
    CHECK(scene.run({scene.picture}, options).exit_code == 0);
    CHECK(scene.run({scene.folder / "none.png"}, options).exit_code == 1);
    CHECK(scene.run({"--nonsense"}, options).exit_code == 2);
    CHECK(scene.run({"-m", scene.picture, scene.picture}, options).exit_code == 3);
    CHECK(scene.run({"--max-memory", "1k", scene.picture}, options).exit_code == 4);
  }
  CHECK(scene.untouched());
  // Messages do not go into the file that would have had the number of the closed stream.
  CHECK(
      scene.run({"-q", scene.folder / "none.png", scene.picture, "--json", scene.folder / "a.json"}, no_error)
          .exit_code == 1);
  CHECK(json::parse(read_file(scene.folder / "a.json")).is_object());
  CHECK(scene.run({scene.picture}, nothing_open).exit_code == 1);
  const CommandOptions full{.input = "", .output = "/dev/full"};
  CHECK(scene.run({scene.picture}, full).exit_code == 1);
  CHECK(scene.run({"--help"}, full).exit_code == 1);
  CHECK(scene.run({"--version"}, full).err.find("No space left") != std::string::npos);
}

TEST_CASE("no output takes the place of an input") {
  const Scene scene;
  const Bytes before = read_file(scene.picture);
  const std::string other = scene.folder / "other.ppm";
  scene.write_ppm("other.ppm", 16, 16);
  std::filesystem::create_symlink("right.ppm", scene.folder / "soft");
  std::filesystem::create_hard_link(scene.picture, scene.folder / "hard");
  std::filesystem::create_directory(scene.folder / "layers");
  std::filesystem::create_symlink("../right.ppm", scene.folder / "layers/01-mean.png");
  write_file(scene.folder / "list", Bytes(scene.picture.begin(), scene.picture.end()));
  const auto refused = [&](const std::vector<std::string>& arguments) {
    const CommandResult result = scene.run(arguments);
    INFO(arguments[1] << ' ' << arguments[2] << ": " << result.err);
    CHECK(result.exit_code == 2);
    CHECK(result.err.find("which is an input") != std::string::npos);
  };
  refused({scene.picture, "--json", scene.picture});
  for (const char* option :
       {"--npy", "--csv", "--overlay", "--heat", "--masked", "--argmax", "--sheet", "--html"})
    refused({scene.picture, option, scene.picture});
  refused({scene.picture, "--overlay", scene.folder / "soft"});
  refused({scene.picture, "--overlay", scene.folder / "hard"});
  refused({scene.picture, "--npy", scene.folder / "./layers/../right.ppm"});
  refused({scene.picture, "--npy", scene.model});
  refused({"--list", scene.folder / "list", "--json", scene.folder / "list"});
  refused({other, scene.picture, "--json", scene.folder / "soft"});
  refused({scene.picture, "--layers", scene.folder / "layers"});
  std::filesystem::rename(other, scene.folder / "right.overlay.png");
  refused({scene.folder / "right.overlay.png", scene.picture, "--overlay", scene.folder.path()});
  CHECK(read_file(scene.picture) == before);
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
  const Scene scene;
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

TEST_CASE("version, classes and a forced arch") {
  const Scene scene;
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
