// SPDX-License-Identifier: MIT
// The memory of fcn-infer from the outside: what --plan says is what is counted, what the system sees stays
// within the stated constant of it, and --max-memory keeps both its promises.
#include <catch2/catch.hpp>
#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>

#include "bench/resnet18.hpp"
#include "tests/tools/run_command.hpp"
#include "tests/tools/tiny_model.hpp"
#include "tools/export/model_writer.hpp"
#include "tools/report/plan_report.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;
using nlohmann::json;

namespace {

/// A folder with a narrow ResNet-18 of random weights, and pictures.
struct Scene {
  TemporaryFolder folder;
  std::string model = folder / "narrow.safetensors";

  explicit Scene(int width = 16) {
    ModelInfo info = bench::imagenet_info();
    info.exporter = "test";
    REQUIRE(write_model(model, bench::RandomResNet18(width).build(40), info, WeightStorage::f16));
  }

  [[nodiscard]] std::string write_ppm(int width, int height) const {
    const std::string path = folder / (std::to_string(width) + "x" + std::to_string(height) + ".ppm");
    std::ofstream file(path, std::ios::binary);
    file << "P6 " << width << ' ' << height << " 255\n";
    std::string row(3 * static_cast<std::size_t>(width), '\0');
    for (int y = 0; y < height; ++y) {
      for (std::size_t i = 0; i < row.size(); ++i)
        row[i] = static_cast<char>(i * 7 + static_cast<std::size_t>(y) * 31);
      file.write(row.data(), static_cast<std::streamsize>(row.size()));
    }
    return path;
  }

  [[nodiscard]] CommandResult run(std::vector<std::string> arguments, const std::string& input = "") const {
    arguments.insert(arguments.begin(), {FCN_INFER, "-m", model});
    CommandOptions options;
    options.input = input;
    return run_command(arguments, options);
  }

  /// The JSON object of a run that must succeed.
  [[nodiscard]] json answer(std::vector<std::string> arguments, const std::string& input = "") const {
    arguments.insert(arguments.end(), {"--json", "-"});
    const CommandResult result = run(arguments, input);
    CAPTURE(arguments, result.err);
    REQUIRE(result.exit_code == 0);
    return json::parse(result.out);
  }
};

std::vector<std::string> with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

}  // namespace

TEST_CASE("the peak that --plan names is the peak that is counted") {
  const Scene scene;
  const std::string formats = std::string(FCN_TEST_IMAGES) + "/formats/";
  const std::string overlay = scene.folder / "overlay.png";
  const std::vector<std::vector<std::string>> cases = {
      {scene.write_ppm(224, 224), "-t", "1"},
      {scene.write_ppm(640, 301), "-t", "2"},
      {scene.write_ppm(301, 640), "-t", "5", "--pool-stride", "3"},
      {scene.write_ppm(1500, 1200), "-t", "2", "--pool-stride", "7"},
      {scene.write_ppm(300, 231), "-t", "2", "--output-stride", "8"},
      {scene.write_ppm(231, 300), "-t", "1", "--output-stride", "4", "--pool-stride", "2", "--max-memory",
       "1G"},
      {scene.write_ppm(700, 600), "-t", "1", "--algorithm", "direct", "--scores", "logits"},
      {scene.write_ppm(700, 600), "-t", "2", "--resize", "short:224"},
      {scene.write_ppm(230, 240), "-t", "2", "--resize", "2000x300"},
      {scene.write_ppm(700, 600), "-t", "2", "--overlay", overlay},
      {scene.write_ppm(224, 230), "-t", "2", "--overlay", overlay, "--npy", scene.folder / "m.npy"},
      {scene.write_ppm(1500, 1200), "-t", "2", "--pool-stride", "7", "--html", scene.folder / "page.html"},
      {scene.write_ppm(700, 600), "-t", "2", "--sheet", overlay, "--top", "3"},
      {scene.write_ppm(300, 900), "-t", "2", "--sheet", overlay, "--class", "1", "--class", "2"},
      {scene.write_ppm(230, 240), "-t", "2", "--sheet", overlay, "--top", "50"},
      {scene.write_ppm(700, 600), "-t", "2", "--side-by-side", overlay},
      {scene.write_ppm(230, 240), "-t", "2", "--side-by-side", overlay},
      {scene.write_ppm(700, 600), "-t", "2", "--argmax", overlay, "--heat", scene.folder / "heat.png"},
      {scene.write_ppm(230, 240), "-t", "2", "--heat", overlay, "--csv", scene.folder / "m.csv"},
      {scene.write_ppm(700, 600), "-t", "2", "--masked", overlay, "--mask", scene.folder / "mask.png"},
      {scene.write_ppm(700, 600), "-t", "2", "--regions", "all", "--contours"},
      {scene.write_ppm(700, 600), "-t", "2", "--rows-from", "1M"},
      {scene.write_ppm(700, 600), "-t", "2", "--rows-from", "1M", "--overlay", overlay},
      {scene.write_ppm(600, 700), "-t", "1", "--rows-from", "1M", "--heat", overlay},
      {scene.write_ppm(600, 700), "-t", "2", "--rows-from", "1M", "--argmax", overlay, "--max-memory", "1G"},
      {scene.write_ppm(1500, 1200), "-t", "2", "--roi", "900,100,500,400", "--overlay", overlay},
      {scene.write_ppm(1500, 1200), "-t", "2", "--roi", "9,700,400,500", "--rows-from", "1M", "--argmax",
       overlay},
      {scene.write_ppm(300, 231), "-t", "2", "--border", "edge", "--overlay", overlay},
      {scene.write_ppm(700, 600), "-t", "2", "--border", "reflect", "--rows-from", "1M", "--argmax", overlay},
      {formats + "progressive.jpg", "-t", "1", "--resize", "300x300"},
      {formats + "exif_6.jpg", "-t", "1", "--resize", "short:300"},
      {formats + "exif_6.jpg", "-t", "1", "--resize", "short:300", "--no-exif"},
      {formats + "palette.png", "-t", "1", "--resize", "short:300"}};
  for (const auto& arguments : cases) {
    CAPTURE(arguments);
    const json plan = scene.answer(with(arguments, {"--plan"}));
    CHECK(plan["schema"] == "fcn-infer-plan/1");
    CHECK(plan["peak_bytes"] >= plan["smallest_peak_bytes"]);
    CHECK(scene.answer(arguments)["peak_bytes"] == plan["peak_bytes"]);
  }
  const std::string picture = scene.write_ppm(640, 301);
  const json plan = scene.answer({"-", "--plan"}, picture);
  CHECK(scene.answer({"-"}, picture)["peak_bytes"] == plan["peak_bytes"]);
}

TEST_CASE("a plan adds up, and needs no picture") {
  const Scene scene;
  const json plan = scene.answer({"--plan", "--size", "640x301", "-t", "2"});
  CHECK(plan["image"].is_null());
  CHECK(plan["width"] == 640);
  CHECK(plan["height"] == 301);
  CHECK(plan["map"]["cols"] == 14);
  std::uint64_t rings = 0, largest = 0, multiply_adds = 0, peak = 0;
  for (const json& layer : plan["layers"]) {
    rings += layer["ring_bytes"].get<std::uint64_t>();
    largest = std::max(largest, layer["ring_bytes"].get<std::uint64_t>());
    multiply_adds += layer["multiply_adds"].get<std::uint64_t>();
  }
  CHECK(plan["memory"]["run"]["rings"] <= rings);  // those of late layers share memory
  CHECK(plan["memory"]["run"]["rings"] > largest);
  CHECK(plan["multiply_adds"] == multiply_adds);
  for (const auto& [name, phase] : plan["memory"].items()) {
    std::uint64_t sum = 0;
    for (const auto& [part, bytes] : phase.items()) sum += part == "bytes" ? 0 : bytes.get<std::uint64_t>();
    CHECK(phase["bytes"] == sum);
    peak = std::max(peak, sum);
  }
  CHECK(plan["peak_bytes"] == peak);
  // A picture of that size takes the same.
  const std::string picture = scene.write_ppm(640, 301);
  CHECK(scene.answer({picture, "--plan", "-t", "2"})["peak_bytes"] == peak);

  const CommandResult table = scene.run({"--plan", "--size", "640x301"});
  CHECK(table.exit_code == 0);
  CHECK(table.out.find("layer4.1.conv2          128x10x20        winograd4") != std::string::npos);
  CHECK(table.out.find("Peak ") != std::string::npos);
  CHECK(scene.run({picture, "--size", "640x301"}).exit_code == 2);
  CHECK(scene.run({"--size", "640x301"}).exit_code == 2);
  CHECK(scene.run({"--plan", "--size", "100x100"}).exit_code == 1);
  CHECK(scene.run({"--plan", "--size", "300000x300000"}).exit_code == 4);
}

TEST_CASE("a limit of memory fits a picture without changing a bit, or refuses it") {
  const Scene scene;
  const std::string picture = scene.write_ppm(900, 700);
  const auto map_under = [&](const std::vector<std::string>& limit) {
    const std::string npy = scene.folder / "map.npy";
    const CommandResult result = scene.run(with({picture, "-q", "--npy", npy}, limit));
    CAPTURE(limit, result.err);
    CHECK(result.exit_code == 0);
    return read_file(npy);
  };
  const json plan = scene.answer({picture, "--plan"});
  const auto peak = plan["peak_bytes"].get<std::uint64_t>();
  const auto smallest = plan["smallest_peak_bytes"].get<std::uint64_t>();
  REQUIRE(smallest < peak);
  const Bytes free = map_under({});
  REQUIRE_FALSE(free.empty());
  for (const std::uint64_t limit : {peak, peak - 1, (peak + smallest) / 2, smallest}) {
    CAPTURE(limit);
    CHECK(map_under({"--max-memory", std::to_string(limit)}) == free);
    const json run = scene.answer({picture, "--max-memory", std::to_string(limit)});
    CHECK(run["peak_bytes"] <= limit);
    CHECK(scene.answer({picture, "--plan", "--max-memory", std::to_string(limit)})["peak_bytes"] ==
          run["peak_bytes"]);
  }
  for (const std::string& limit : {std::to_string(smallest - 1), std::string("10K")}) {
    const CommandResult refused = scene.run({picture, "--max-memory", limit});
    CHECK(refused.exit_code == 4);
    CHECK(refused.out.empty());
    CHECK(std::count(refused.err.begin(), refused.err.end(), '\n') == 1);
    CHECK(refused.err.find("at least " + std::to_string(smallest) + " bytes") != std::string::npos);
  }
  // Pictures one after another: what was kept of the one before gives way.
  const std::string exact = std::to_string(smallest);
  CHECK(scene.run({picture, picture, scene.write_ppm(300, 224), picture, "--max-memory", exact}).exit_code ==
        0);
  for (const char* const nonsense :
       {"0", "", "M", "-1", "1X", "1.5G", "99999999999999999999", "99999999999999G"})
    CHECK(scene.run({picture, "--max-memory", nonsense}).exit_code == 2);
}

#ifndef FCN_TEST_SANITIZED  // sanitizers have memory of their own
TEST_CASE("resident memory stays within the stated constant of the plan's peak") {
  const Scene scene;
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {scene.write_ppm(224, 224), "-t", "1"},
           {scene.write_ppm(1500, 1200), "-t", "5"},
           {scene.write_ppm(2000, 1500), "-t", "2", "--overlay", scene.folder / "o.png", "--npy",
            scene.folder / "m"},
           {std::string(FCN_TEST_IMAGES) + "/shelf_480x640.png", "-t", "2", "--resize", "2000x1500"}}) {
    CAPTURE(arguments);
    const auto peak = scene.answer(with(arguments, {"--plan"}))["peak_bytes"].get<std::uint64_t>();
    const std::string kibibytes = scene.folder / "rss";
    const CommandResult result =
        run_command(with({FCN_PEAK_RSS, kibibytes, FCN_INFER, "-m", scene.model}, arguments));
    REQUIRE(result.exit_code == 0);
    const Bytes text = read_file(kibibytes);
    const std::uint64_t resident = 1024 * std::stoull(std::string(text.begin(), text.end()));
    CAPTURE(peak, resident);
    CHECK(resident <= peak + kProcessBytes);
  }
}

TEST_CASE("a hundred megapixels run in the memory of their pixels and little more") {
  const Scene scene(8);
  const std::string picture = scene.folder / "black.ppm", kibibytes = scene.folder / "rss";
  std::ofstream(picture, std::ios::binary) << "P6 10000 10000 255\n";
  constexpr std::uint64_t kPixelBytes = 300'000'000;
  std::filesystem::resize_file(picture,
                               std::filesystem::file_size(picture) + kPixelBytes);  // a hole is black
  const CommandResult result =
      run_command({FCN_PEAK_RSS, kibibytes, FCN_INFER, "-m", scene.model, picture, "--json", "-"});
  REQUIRE(result.exit_code == 0);
  const auto peak = json::parse(result.out)["peak_bytes"].get<std::uint64_t>();
  const Bytes text = read_file(kibibytes);
  const std::uint64_t resident = 1024 * std::stoull(std::string(text.begin(), text.end()));
  CAPTURE(peak, resident);
  CHECK(peak < kPixelBytes + (64u << 20));
  CHECK(resident <= peak + kProcessBytes);
}

TEST_CASE("the legend under a wide picture of labels is drawn a few rows at a time") {
  const Scene scene(8);
  const std::string model = scene.folder / "pixels.safetensors", kibibytes = scene.folder / "rss";
  REQUIRE(write_tiny_pixel_model(model));
  const std::string picture = scene.write_ppm(20000, 8);
  const CommandResult result = run_command({FCN_PEAK_RSS, kibibytes, FCN_INFER, "-m", model, picture, "-t",
                                            "2", "--overlay", scene.folder / "o.png", "--json", "-"});
  REQUIRE(result.exit_code == 0);
  const auto peak = json::parse(result.out)["peak_bytes"].get<std::uint64_t>();
  const Bytes text = read_file(kibibytes);
  const std::uint64_t resident = 1024 * std::stoull(std::string(text.begin(), text.end()));
  CAPTURE(peak, resident);
  CHECK(resident <= peak + kProcessBytes);
}
#endif
