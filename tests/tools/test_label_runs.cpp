// SPDX-License-Identifier: MIT
// Runs of equal labels against a count by definition, the memory that they take, and its limit.
#include "tools/runs/label_runs.hpp"

#include <catch2/catch.hpp>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "fcn/base/memory_count.hpp"
#include "tests/tools/infer_scene.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;
using Catch::Contains;

namespace {

using Lengths = std::vector<std::uint64_t>;

Lengths runs_by_definition(const std::vector<std::uint16_t>& labels, int label) {
  Lengths lengths;
  bool own = false;
  std::uint64_t length = 0;
  for (const std::uint16_t each : labels) {
    if ((each == label) != own) {
      lengths.push_back(length);
      length = 0;
      own = !own;
    }
    ++length;
  }
  if (length != 0) lengths.push_back(length);
  return lengths;
}

Lengths runs_of(const LabelRuns& runs, int label) {
  Lengths lengths;
  runs.for_each(label, [&](std::uint64_t length) { lengths.push_back(length); });
  return lengths;
}

constexpr int kSide = 600;  // a picture of more than a megabyte can come row by row

struct NoiseScene : InferScene {
  std::string pixels = folder / "pixels.safetensors";
  std::string noise = folder / "noise.ppm";

  NoiseScene() {
    REQUIRE(write_tiny_pixel_model(pixels));
    const std::string header = "P6 600 600 255\n";
    Bytes bytes(header.begin(), header.end());
    std::mt19937 random(5);
    for (int i = 0; i < kSide * kSide; ++i) {
      const bool red = random() % 2 == 0;
      bytes.insert(bytes.end(), {std::uint8_t(red ? 255 : 0), std::uint8_t{0}, std::uint8_t(red ? 0 : 255)});
    }
    write_file(noise, bytes);
    files = folder.names().size();
  }
  [[nodiscard]] CommandResult run_noise(const std::vector<std::string>& more) const {
    std::vector<std::string> command = {"-m", pixels, noise, "-t", "1"};
    command.insert(command.end(), more.begin(), more.end());
    return run(command);
  }
};

}  // namespace

TEST_CASE("runs are those of the map, for every label") {
  std::mt19937 random(3);
  for (const int labels : {1, 2, 21, 128, 129, 1000, 32768, 32769, 65536})
    for (const int longest : {1, 2, 3, 129, 130, 131, 20000}) {
      CAPTURE(labels, longest);
      std::vector<std::uint16_t> map;
      while (map.size() < 3000) {
        const auto label = static_cast<std::uint16_t>(
            random() % 4 == 0 ? labels - 1 : static_cast<int>(random()) % labels & 0xffff);
        map.insert(map.end(), 1 + random() % static_cast<unsigned>(longest),
                   static_cast<std::uint16_t>(label % labels));
      }
      const std::size_t before = MemoryCount::held();
      LabelRuns runs(labels, map.size());
      const std::size_t held = MemoryCount::held() - before;
      CHECK(held == LabelRuns::bytes(labels, map.size()));
      for (std::size_t at = 0; at < map.size(); at += 97)
        runs.take(std::span(map).subspan(at, std::min<std::size_t>(97, map.size() - at)));
      CHECK(MemoryCount::held() - before == held);  // it never grew
      for (const int label : {0, labels / 2, labels - 1, static_cast<int>(map[0])})
        CHECK(runs_of(runs, label) == runs_by_definition(map, label));
    }
}

TEST_CASE("a map without pixels has no runs, one without a label a single run of others") {
  CHECK(runs_of(LabelRuns(), 0).empty());
  LabelRuns runs(3, 4);
  runs.take(std::vector<std::uint16_t>{1, 1, 1, 1});
  CHECK(runs_of(runs, 1) == Lengths{0, 4});
  CHECK(runs_of(runs, 2) == Lengths{4});
}

TEST_CASE("the runs in JSON make up the picture, their memory is foretold, and their text obeys the limit") {
  const NoiseScene scene;
  const CommandResult ran = scene.run_noise({"--json", "-"});
  REQUIRE(ran.exit_code == 0);
  const auto line = nlohmann::json::parse(ran.out);
  std::uint64_t all = 0, runs = 0;
  for (const auto& label : line["labels"]) {
    std::uint64_t own = 0, pixels = 0, i = 0;
    for (const std::uint64_t length : label["runs"]) {
      pixels += length;
      if (i++ % 2 == 1) own += length;
      ++runs;
    }
    CHECK(pixels <= kSide * kSide);
    CHECK(own == label["pixels"]);
    all += own;
  }
  CHECK(all == kSide * kSide);
  CHECK(runs > 100000);
  std::uint64_t peak = 0;
  for (const char* rows : {"64M", "1M"}) {
    const CommandResult plan = scene.run_noise({"--json", "-", "--rows-from", rows, "--plan"});
    peak = nlohmann::json::parse(plan.out)["peak_bytes"].get<std::uint64_t>();
    const CommandResult result = scene.run_noise({"--json", "-", "--rows-from", rows});
    CHECK(nlohmann::json::parse(result.out)["peak_bytes"] == peak);
  }
  const auto limited = [&](std::uint64_t bytes) {
    return scene.run_noise({"--json", scene.folder / "out.json", "--argmax", scene.folder / "a.png",
                            "--rows-from", "1M", "--max-memory", std::to_string(bytes)});
  };
  const CommandResult refused = limited(peak);
  CHECK(refused.exit_code == 4);
  CHECK(one_line(refused.err));
  CHECK_THAT(refused.err, Contains("bytes of JSON") && Contains("--max-memory"));
  CHECK(scene.untouched());
  CHECK(limited(peak + ran.out.size() + 5000).exit_code == 0);
}
