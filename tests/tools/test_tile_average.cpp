// SPDX-License-Identifier: MIT
// Labels by overlapping tiles, against tiles that are run one by one and averaged in float64; and the command
// that does it.
#include "tools/runs/tile_average.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "fcn/kernels/select.hpp"
#include "fcn/model.hpp"
#include "tests/tools/infer_scene.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;
using Catch::Contains;

namespace {

struct PixelScene : InferScene {
  std::string pixels = folder / "pixels.safetensors";
  PixelScene() {
    REQUIRE(write_tiny_pixel_model(pixels));
    ++files;
  }
};

/// Noise that is smooth enough for labels to form patches and rough enough for tiles to matter.
std::vector<std::uint8_t> noise(int width, int height) {
  std::vector<std::uint8_t> bytes;
  std::uint32_t state = 7;
  for (int i = 0; i < 3 * width * height; ++i) {
    state = state * 1664525 + 1013904223;
    bytes.push_back(state >> 31 == 0 ? 0 : 255);
  }
  return bytes;
}

/// The labels by definition: each pixel's mean logits over all tiles that have it.
std::vector<std::uint16_t> averaged_labels(Session& session, const ImageView& picture, Extent tile) {
  const auto* const pixels = static_cast<const std::uint8_t*>(picture.pixels.get());
  std::vector<double> sums(static_cast<std::size_t>(picture.width) *
                           static_cast<std::size_t>(picture.height) * 3);
  std::vector<int> counts(sums.size() / 3);
  for (const int top : tile_starts(picture.height, tile.y))
    for (const int left : tile_starts(picture.width, tile.x)) {
      std::vector<std::uint8_t> crop;
      for (int y = top; y < top + tile.y; ++y) {
        const std::uint8_t* row = pixels + 3 * (y * picture.width + left);
        crop.insert(crop.end(), row, row + std::ptrdiff_t{3} * tile.x);
      }
      const auto map = session.run({crop.data(), tile.x, tile.y, 0, 3});
      REQUIRE(map);
      for (int y = 0; y < tile.y; ++y)
        for (int x = 0; x < tile.x; ++x) {
          const auto at = static_cast<std::size_t>((top + y) * picture.width + left + x);
          ++counts[at];
          for (int c = 0; c < 3; ++c) sums[3 * at + static_cast<std::size_t>(c)] += map->at(c, y, x);
        }
    }
  std::vector<std::uint16_t> labels;
  for (std::size_t at = 0; at < counts.size(); ++at) {
    REQUIRE(counts[at] > 0);
    const double* sum = &sums[3 * at];
    labels.push_back(static_cast<std::uint16_t>(std::max_element(sum, sum + 3) - sum));
  }
  return labels;
}

std::vector<std::uint16_t> labels_of(const std::string& npy, std::size_t pixels) {
  const auto bytes = read_file(npy);
  REQUIRE(bytes.size() > 2 * pixels);
  std::vector<std::uint16_t> labels(pixels);
  std::memcpy(labels.data(), bytes.data() + bytes.size() - 2 * pixels, 2 * pixels);
  return labels;
}

}  // namespace

TEST_CASE("tiles cover an axis, and only the last overlaps another") {
  CHECK(tile_starts(10, 10) == std::vector<int>{0});
  CHECK(tile_starts(20, 10) == std::vector<int>{0, 10});
  CHECK(tile_starts(21, 10) == std::vector<int>{0, 10, 11});
  CHECK(tile_starts(1, 1) == std::vector<int>{0});
}

TEST_CASE("labels by tiles are those of the averaged logits") {
  const PixelScene scene;
  const auto model = Model::load(scene.pixels, {.table = kernels::select_table().table, .limits = {}});
  REQUIRE(model);
  auto session = Session::create(*model, {.threads = 1, .scores = ScoreKind::logits});
  REQUIRE(session);
  for (const auto& [size, tile] :
       {std::pair{Extent{13, 21}, Extent{8, 8}}, {{24, 16}, {8, 16}}, {{9, 30}, {9, 12}}}) {
    const std::vector<std::uint8_t> bytes = noise(size.x, size.y);
    const ImageView picture{bytes.data(), size.x, size.y, std::ptrdiff_t{3} * size.x, 3};
    LabelMap map;
    REQUIRE(map.reset(size.y, size.x, 3));
    const auto times = label_tiles(*session, model->info(), picture, tile, map);
    REQUIRE(times);
    CHECK(times->tiles ==
          static_cast<int>(tile_starts(size.y, tile.y).size() * tile_starts(size.x, tile.x).size()));
    const std::vector<std::uint16_t> wanted = averaged_labels(*session, picture, tile);
    INFO("picture " << size.x << "x" << size.y << ", tiles of " << tile.x << "x" << tile.y);
    for (int row = 0; row < size.y; ++row)
      CHECK(std::equal(map.row(row).begin(), map.row(row).end(),
                       wanted.begin() + std::ptrdiff_t{row} * size.x));
  }
}

TEST_CASE("fcn-infer averages tiles, says so, and takes tiles larger than the picture for the whole") {
  const PixelScene scene;
  const auto run = [&](const char* tile, const std::string& npy) {
    return scene.run({"-m", scene.pixels, scene.picture, "--tile-average", tile, "--npy", npy, "--json",
                      scene.folder / "out.json"});
  };
  const CommandResult tiled = run("4x12", scene.folder / "tiled.npy");
  REQUIRE(tiled.exit_code == 0);
  CHECK_THAT(tiled.out, Contains("5 tiles of 4 x 12, their logits averaged"));
  const auto json = read_file(scene.folder / "out.json");
  CHECK_THAT(std::string(json.begin(), json.end()), Contains(R"("tiles":{"count":5,"width":4,"height":12})"));
  REQUIRE(run("500x500", scene.folder / "one.npy").exit_code == 0);
  REQUIRE(scene.run({"-m", scene.pixels, scene.picture, "--npy", scene.folder / "whole.npy"}).exit_code == 0);
  const auto labels = labels_of(scene.folder / "whole.npy", 20 * 12);
  CHECK(labels_of(scene.folder / "one.npy", 20 * 12) == labels);
  CHECK(std::count(labels.begin(), labels.end(), 1) > 0);
  CHECK(labels_of(scene.folder / "tiled.npy", 20 * 12) != labels);  // zeros stand around each tile
}

TEST_CASE("the memory of tiles is foretold") {
  const PixelScene scene;
  scene.write_ppm("large.ppm", 600, 500);
  const auto peak = [&](const std::vector<std::string>& more) {
    std::vector<std::string> command = {
        "-m", scene.pixels, scene.folder / "large.ppm", "-t", "1", "--tile-average", "64x64"};
    command.insert(command.end(), more.begin(), more.end());
    const CommandResult result = scene.run(command);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    const std::size_t at = result.out.find("\"peak_bytes\":");
    REQUIRE(at != std::string::npos);
    return std::stoull(result.out.substr(at + 13));
  };
  CHECK(peak({"--json", "-", "--plan"}) == peak({"--json", "-"}));
}

TEST_CASE("tiles are refused where they make no sense") {
  const PixelScene scene;
  const auto refused = [&](std::vector<std::string> arguments, const char* why) {
    const CommandResult result = scene.run(std::move(arguments));
    CHECK(result.exit_code == 2);
    CHECK(one_line(result.err));
    CHECK_THAT(result.err, Contains("--tile-average") && Contains(why));
  };
  refused({scene.picture, "--tile-average", "8x8"}, "the model is a classifier");
  refused({"-m", scene.pixels, scene.picture, "--tile-average", "8"}, "WxH");
  refused({"-m", scene.pixels, scene.picture, "--tile-average", "0x8"}, "WxH");
  refused({"-m", scene.pixels, scene.picture, "--tile-average", "8x8", "--scores", "logits", "--npy",
           scene.folder / "a"},
          "labels");
  CHECK(scene.untouched());
}
