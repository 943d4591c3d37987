// SPDX-License-Identifier: MIT
// Labels by overlapping tiles, against tiles that are run one by one and averaged in float64; and the command
// that does it.
#include "tools/runs/tile_average.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
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

/// By definition: each pixel's mean logits over all tiles that have it.
std::vector<double> averaged_logits(Session& session, const ImageView& picture, Extent tile) {
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
  for (std::size_t i = 0; i < sums.size(); ++i) {
    REQUIRE(counts[i / 3] > 0);
    sums[i] /= counts[i / 3];
  }
  return sums;
}

/// Keeps rows of scores as they come.
struct KeptScores : ScoreRows {
  std::vector<float> values;
  int rows = 0;
  void take(const ScoreRow& scores) override {
    CHECK(scores.row == rows++);
    for (int col = 0; col < scores.cols; ++col)
      values.insert(values.end(), scores.cell(col), scores.cell(col) + scores.classes);
  }
};

/// The last numbers of a file of classes x rows x cols.
std::vector<float> scores_of(const std::string& npy, std::size_t numbers) {
  const auto bytes = read_file(npy);
  REQUIRE(bytes.size() > sizeof(float) * numbers);
  std::vector<float> scores(numbers);
  std::memcpy(scores.data(), bytes.data() + bytes.size() - sizeof(float) * numbers, sizeof(float) * numbers);
  return scores;
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
    KeptScores scores;
    const auto times = label_tiles(*session, *model, picture, tile, map, {&scores, ScoreKind::logits});
    REQUIRE(times);
    CHECK(times->tiles ==
          static_cast<int>(tile_starts(size.y, tile.y).size() * tile_starts(size.x, tile.x).size()));
    const std::vector<double> wanted = averaged_logits(*session, picture, tile);
    INFO("picture " << size.x << "x" << size.y << ", tiles of " << tile.x << "x" << tile.y);
    REQUIRE(scores.values.size() == wanted.size());
    std::size_t i = 0;
    for (int row = 0; row < size.y; ++row)
      for (const std::uint16_t label : map.row(row)) {
        const double* logits = &wanted[i];
        CHECK(label == std::max_element(logits, logits + 3) - logits);
        for (int id = 0; id < 3; ++id, ++i)
          CHECK(scores.values[i] == Approx(wanted[i]).epsilon(1e-6).margin(1e-6));
      }
    KeptScores shares;
    REQUIRE(label_tiles(*session, *model, picture, tile, map, {&shares, ScoreKind::probabilities}));
    for (i = 0; i < wanted.size(); i += 3) {
      const double sum = std::exp(wanted[i]) + std::exp(wanted[i + 1]) + std::exp(wanted[i + 2]);
      for (std::size_t id = 0; id < 3; ++id)
        CHECK(shares.values[i + id] == Approx(std::exp(wanted[i + id]) / sum).epsilon(1e-5));
    }
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

TEST_CASE("the averaged scores are written too, those of one tile as those of the whole picture") {
  const PixelScene scene;
  for (const char* kind : {"logits", "probabilities"}) {
    const auto scores = [&](const std::vector<std::string>& more) {
      std::vector<std::string> command = {"-m", scene.pixels, scene.picture,         "--scores",
                                          kind, "--npy",      scene.folder / "s.npy"};
      command.insert(command.end(), more.begin(), more.end());
      const CommandResult result = scene.run(command);
      INFO(result.err);
      REQUIRE(result.exit_code == 0);
      return read_file(scene.folder / "s.npy");
    };
    const auto whole = scores({});
    CHECK(scores({"--tile-average", "500x500"}) == whole);
    const auto tiled = scores({"--tile-average", "4x12"});
    CHECK(tiled.size() == whole.size());
    CHECK(tiled != whole);
    const std::vector<float> values = scores_of(scene.folder / "s.npy", 3 * 20 * 12);
    // The first class has the logit 0 wherever tiles begin, and a share of less than 1.
    const bool zeros = std::all_of(values.begin(), values.begin() + 20 * 12, [](float v) { return v == 0; });
    CHECK(zeros == (std::string(kind) == "logits"));
  }
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
  const std::vector<std::string> scores = {"--json",   "-",     "--npy", scene.folder / "s.npy",
                                           "--scores", "logits"};
  std::vector<std::string> planned = scores;
  planned.push_back("--plan");
  CHECK(peak(planned) == peak(scores));
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
  CHECK(scene.untouched());
}
