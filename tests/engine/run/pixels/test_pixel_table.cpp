// SPDX-License-Identifier: MIT
// Samples of every type and layout become the numbers that the network was trained on.
#include "fcn/run/pixels/pixel_table.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <limits>
#include <string>
#include <vector>

namespace fcn::test {
namespace {

/// One row of a picture, as a model of so many channels sees it.
std::vector<float> read_row(const PixelTable& table, int model_channels, const ImageView& view) {
  const auto layout = pixel_layout(view, model_channels);
  if (!layout) FAIL(layout.error().to_string());
  std::vector<float> row(static_cast<std::size_t>(view.width) * static_cast<std::size_t>(model_channels));
  CHECK(table.apply(*layout, 0, model_channels, row.data()));
  return row;
}

ModelInfo imagenet() {
  ModelInfo info;
  info.mean = {0.485f, 0.456f, 0.406f};
  info.std = {0.229f, 0.224f, 0.225f};
  return info;
}

}  // namespace

TEST_CASE("pixels are normalised channel by channel") {
  ModelInfo info;
  info.mean = {0.5f, 0.25f, 0};
  info.std = {0.25f, 0.5f, 1};
  const PixelTable table(info, 3);
  const std::uint8_t pixels[] = {0, 51, 255, 255, 0, 102};
  std::array<float, 8> out{};
  const auto layout = pixel_layout({.pixels = pixels, .width = 2, .height = 1, .channels = 3}, 3);
  REQUIRE(layout);
  CHECK(table.apply(*layout, 0, 4, out.data()));
  const std::array<double, 8> expected{-2, (51 / 255.0 - 0.25) / 0.5, 1, 0, 2, -0.5, 102 / 255.0, 0};
  for (std::size_t i = 0; i < out.size(); ++i) CHECK(out[i] == static_cast<float>(expected[i]));
}

TEST_CASE("the same level in 8 bits, 16 bits and float is the same number to the bit") {
  const PixelTable table(imagenet(), 3);
  for (int value = 0; value < 256; ++value) {
    const auto v8 = static_cast<std::uint8_t>(value);
    const auto v16 = static_cast<std::uint16_t>(257 * value);
    const float v32 = static_cast<float>(value) / 255.0f;
    CHECK(v32 == static_cast<float>(value / 255.0));  // whichever way the caller divides
    const std::uint8_t bytes[] = {v8, v8, v8};
    const std::uint16_t words[] = {v16, v16, v16};
    const float floats[] = {v32, v32, v32};
    const auto truth = read_row(table, 3, {.pixels = bytes, .width = 1, .height = 1, .channels = 3});
    CHECK(read_row(table, 3, {.pixels = words, .width = 1, .height = 1, .channels = 3}) == truth);
    CHECK(read_row(table, 3, {.pixels = floats, .width = 1, .height = 1, .channels = 3}) == truth);
    CHECK(read_row(table, 3, {.pixels = bytes, .width = 1, .height = 1, .channels = 1}) == truth);
  }
}

TEST_CASE("samples between the levels of 8 bits keep their precision") {
  const ModelInfo info = imagenet();
  const PixelTable table(info, 3);
  for (int i = 0; i < 65536; i += 7) {
    const auto word = static_cast<std::uint16_t>(i);
    const float real = static_cast<float>(i) * (1 / 65535.0f);
    const std::uint16_t words[] = {word, word, word};
    const float floats[] = {real, real, -real};
    const auto of_words = read_row(table, 3, {.pixels = words, .width = 1, .height = 1, .channels = 3});
    const auto of_floats = read_row(table, 3, {.pixels = floats, .width = 1, .height = 1, .channels = 3});
    for (std::size_t c = 0; c < 3; ++c) {
      const double mean = info.mean[c], std = info.std[c];
      CHECK(of_words[c] == static_cast<float>((i / 65535.0 - mean) / std));
      // A float stands for a number within half a unit in its last place, and so does the result.
      const double exact = (double{floats[c]} - mean) / std;
      CHECK(std::abs(double{of_floats[c]} - exact) <=
            0x1p-24 * (std::abs(double{floats[c]}) / std + std::abs(exact)) * (1 + 0x1p-20));
    }
  }
}

TEST_CASE("floats that normalise to no finite number are noticed") {
  const PixelTable table(imagenet(), 3);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity(), std::numeric_limits<float>::max()}) {
    const float pixels[] = {0, 0, 0, 0, bad, 0};
    std::array<float, 6> out{};
    const auto layout = pixel_layout({.pixels = pixels, .width = 2, .height = 1, .channels = 3}, 3);
    REQUIRE(layout);
    CHECK_FALSE(table.apply(*layout, 0, 3, out.data()));
  }
}

TEST_CASE("a grey model sees a coloured picture as Pillow's L") {
  const PixelTable table(ModelInfo(), 1);
  struct Luma {
    std::array<std::uint8_t, 3> rgb;
    int grey;
  };
  // Image.convert("L") of Pillow 9.4
  for (const auto& [rgb, grey] : {Luma{{255, 0, 0}, 76},
                                  {{0, 255, 0}, 150},
                                  {{0, 0, 255}, 29},
                                  {{1, 2, 3}, 2},
                                  {{255, 255, 254}, 255},
                                  {{12, 200, 99}, 132},
                                  {{128, 127, 129}, 128},
                                  {{254, 1, 77}, 85}}) {
    const std::array<std::uint16_t, 3> words{static_cast<std::uint16_t>(257 * rgb[0]),
                                             static_cast<std::uint16_t>(257 * rgb[1]),
                                             static_cast<std::uint16_t>(257 * rgb[2])};
    const std::array<float, 3> floats{static_cast<float>(rgb[0]) / 255, static_cast<float>(rgb[1]) / 255,
                                      static_cast<float>(rgb[2]) / 255};
    const auto of_bytes = read_row(table, 1, {.pixels = rgb.data(), .width = 1, .height = 1, .channels = 3});
    const auto of_words =
        read_row(table, 1, {.pixels = words.data(), .width = 1, .height = 1, .channels = 3});
    const auto of_floats =
        read_row(table, 1, {.pixels = floats.data(), .width = 1, .height = 1, .channels = 3});
    CHECK(of_bytes[0] == static_cast<float>(grey / 255.0));
    // Each type rounds its luma to its own steps, by half of one at most.
    CHECK(std::abs(double{of_words[0]} - double{of_bytes[0]}) <= (0.5 + 0.5 / 257) / 255 + 0x1p-24);
    CHECK(std::abs(double{of_floats[0]} - double{of_bytes[0]}) <= 0.5 / 255 + 0x1p-23);
    const std::uint8_t bgra[] = {rgb[2], rgb[1], rgb[0], 7};
    CHECK(read_row(table, 1, {.pixels = bgra, .width = 1, .height = 1, .format = PixelFormat::bgra}) ==
          of_bytes);
  }
  for (int value = 0; value < 256; ++value) {  // grey stays what it is, in every type
    const auto byte = static_cast<std::uint8_t>(value);
    const auto word = static_cast<std::uint16_t>(257 * value);
    const float real = static_cast<float>(value) / 255.0f;
    const std::uint8_t bytes[] = {byte, byte, byte};
    const std::uint16_t words[] = {word, word, word};
    const float floats[] = {real, real, real};
    const auto grey = read_row(table, 1, {.pixels = bytes, .width = 1, .height = 1, .channels = 1});
    CHECK(read_row(table, 1, {.pixels = bytes, .width = 1, .height = 1, .channels = 3}) == grey);
    CHECK(read_row(table, 1, {.pixels = words, .width = 1, .height = 1, .channels = 3}) == grey);
    CHECK(read_row(table, 1, {.pixels = floats, .width = 1, .height = 1, .channels = 3}) == grey);
  }
}

}  // namespace fcn::test
