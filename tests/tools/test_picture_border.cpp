// SPDX-License-Identifier: MIT
// Pictures that run with a border: the map is that of a picture with those pixels around it, held or read by
// rows, and its places are those of the picture itself.
#include <catch2/catch.hpp>
#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/tools/infer_scene.hpp"

using namespace fcn::tools::test;
using nlohmann::json;

namespace {

constexpr int kHalfWindow = 4;  // of the tiny model

std::uint8_t noise(int x, int y, int channel) {
  return static_cast<std::uint8_t>((x * 37 + y * 101 + channel * 53 + x * y % 29 * 7) % 256);
}

/// numpy.pad's "reflect", mirrored again and again, and "edge".
int shown(int at, int size, bool reflect) {
  if (!reflect) return at < 0 ? 0 : at >= size ? size - 1 : at;
  while (size > 1 && (at < 0 || at >= size)) at = at < 0 ? -at : 2 * (size - 1) - at;
  return size == 1 ? 0 : at;
}

/// A PPM of the pixels that pixel(x, y, channel) gives.
template <class Pixel>
void write_picture(const std::string& path, int width, int height, const Pixel& pixel) {
  std::ofstream file(path, std::ios::binary);
  file << "P6 " << width << ' ' << height << " 255\n";
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int channel = 0; channel < 3; ++channel) file.put(static_cast<char>(pixel(x, y, channel)));
}

}  // namespace

TEST_CASE("a picture with a border has the map of one with those pixels around it") {
  const InferScene scene;
  REQUIRE(write_tiny_model(scene.model, {0.2F, 0.4F, 0.6F}));
  const std::string picture = scene.folder / "picture.ppm", around = scene.folder / "around.ppm";
  const std::string npy = scene.folder / "map.npy", text = scene.folder / "map.json";
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-q", "--npy", npy, "--json", text});
    const CommandResult result = scene.run(arguments);
    CAPTURE(result.err);
    REQUIRE(result.exit_code == 0);
    const Bytes bytes = read_file(text);
    return std::pair(read_file(npy), json::parse(bytes.begin(), bytes.end()));
  };
  for (const auto& [width, height] : {std::pair{20, 12}, {8, 9}, {3, 2}, {1, 5}, {900, 500}})
    for (const char* kind : {"reflect", "edge", "mean"}) {
      CAPTURE(width, height, kind);
      const int w = width, h = height;
      const bool reflect = kind[0] == 'r', mean = kind[0] == 'm';
      write_picture(picture, w, h, noise);
      write_picture(around, w + 2 * kHalfWindow, h + 2 * kHalfWindow, [&](int x, int y, int channel) {
        const int from_x = x - kHalfWindow, from_y = y - kHalfWindow;
        const bool outside = from_x < 0 || from_x >= w || from_y < 0 || from_y >= h;
        if (mean && outside) return static_cast<std::uint8_t>(51 * (channel + 1));  // the model's mean
        return noise(shown(from_x, w, reflect), shown(from_y, h, reflect), channel);
      });
      const auto [whole_map, whole] = run({around});
      for (const char* rows_from : {"1M", "1G"}) {
        const auto [map, answer] = run({picture, "--border", kind, "--rows-from", rows_from});
        CHECK(map == whole_map);
        CHECK(answer["width"] == w);
        CHECK(answer["border_px"] == json{kHalfWindow, kHalfWindow});
        const double first = whole["map"]["first_center_px"][0];
        CHECK(answer["map"]["first_center_px"][0] == first - kHalfWindow);
        for (const json& peak : answer["top"]) {
          CHECK(peak["window_px"][0] >= 0);
          CHECK(peak["window_px"][0].get<int>() + peak["window_px"][2].get<int>() <= w);
          CHECK(peak["window_px"][1].get<int>() + peak["window_px"][3].get<int>() <= h);
        }
      }
    }
  CHECK(scene.run({picture, "--border", "edge", "--roi", "0,0,5,5"}).exit_code == 2);
  CHECK(scene.run({picture, "--border", "wrap"}).exit_code == 2);
}
