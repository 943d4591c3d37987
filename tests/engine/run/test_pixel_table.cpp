// SPDX-License-Identifier: MIT
// 8-bit pixels become the numbers that the network was trained on.
#include "fcn/run/pixel_table.hpp"

#include <array>
#include <catch2/catch.hpp>

namespace fcn::test {

TEST_CASE("pixels are normalised channel by channel") {
  ModelInfo info;
  info.mean = {0.5f, 0.25f, 0};
  info.std = {0.25f, 0.5f, 1};
  const PixelTable table(info, 3);
  const std::uint8_t pixels[] = {0, 51, 255, 255, 0, 102};
  std::array<float, 8> out{};
  table.apply(pixels, 3, 2, 4, out.data());
  const std::array<double, 8> expected{-2, (51 / 255.0 - 0.25) / 0.5, 1, 0, 2, -0.5, 102 / 255.0, 0};
  for (std::size_t i = 0; i < out.size(); ++i) CHECK(out[i] == static_cast<float>(expected[i]));
}

TEST_CASE("a grey model sees a coloured picture as Pillow's L") {
  const PixelTable table(ModelInfo(), 1);
  CHECK(table.takes(0));
  CHECK(table.takes(1));
  CHECK(table.takes(3));
  CHECK_FALSE(table.takes(4));
  CHECK_FALSE(PixelTable(ModelInfo(), 3).takes(1));
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
    float out = -1;
    table.apply(rgb.data(), 3, 1, 1, &out);
    CHECK(out == static_cast<float>(grey / 255.0));
  }
  for (int value = 0; value < 256; ++value) {  // grey stays what it is
    const auto byte = static_cast<std::uint8_t>(value);
    const std::uint8_t pixel[] = {byte, byte, byte};
    float coloured = -1, grey = -1;
    table.apply(pixel, 3, 1, 1, &coloured);
    table.apply(pixel, 1, 1, 1, &grey);
    CHECK(coloured == grey);
  }
}

}  // namespace fcn::test
