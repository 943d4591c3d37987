// SPDX-License-Identifier: MIT
// The way back to the original's pixels, against what turning and resizing do to real pixels.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "fcn/base/crc32.hpp"
#include "tests/tools/run_command.hpp"
#include "tests/tools/tiny_model.hpp"
#include "tools/pictures/formats/exif.hpp"
#include "tools/pictures/original_frame.hpp"
#include "tools/pictures/resize.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;

namespace {

/// Red is the column, green the row: every pixel says where it was.
Picture ruler(int width, int height) {
  Picture picture = *make_picture(width, height, {});
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      std::uint8_t* const pixel = picture.row(y) + 3 * x;
      pixel[0] = static_cast<std::uint8_t>(x);
      pixel[1] = static_cast<std::uint8_t>(y);
      pixel[2] = 0;
    }
  return picture;
}

PixelPoint said_by(const Picture& picture, int x, int y) {
  const std::uint8_t* const pixel = picture.row(y) + 3 * x;
  return {static_cast<double>(pixel[0]), static_cast<double>(pixel[1])};
}

OriginalFrame frame_of(int width, int height, int orientation, const Picture& run) {
  return {width, height, orientation, run.width, run.height};
}

}  // namespace

TEST_CASE("every pixel of a turned picture knows where it was") {
  for (const auto& [width, height] : {std::pair{5, 3}, {1, 1}, {1, 7}, {130, 66}})
    for (int orientation = 1; orientation <= 8; ++orientation) {
      CAPTURE(width, height, orientation);
      const Picture run = *apply_orientation(ruler(width, height), orientation, {});
      const OriginalFrame frame = frame_of(width, height, orientation, run);
      CHECK(frame.is_identity() == (orientation == 1));
      int wrong = 0;
      for (int y = 0; y < run.height; ++y)
        for (int x = 0; x < run.width; ++x) {
          const PixelPoint was = said_by(run, x, y);
          wrong += frame.point({static_cast<double>(x), static_cast<double>(y)}) != was;
          wrong += frame.box({static_cast<double>(x), static_cast<double>(y), 1, 1}) !=
                   PixelBox{was.x, was.y, 1, 1};
        }
      CHECK(wrong == 0);
    }
}

TEST_CASE("the pixels of a resized picture show what lies where they come from") {
  // Away from the edges, where the filter is cut, resizing keeps a slope but for two things: values are
  // rounded by at most a half (once, for the other pass blends equal ones), and where the factor is not whole
  // the filter is sampled unevenly, which by Poisson's summation shifts its centre by at most
  // sum over k of 1 / (pi k)^2 = 1/6 of a pixel.
  for (const auto& [width, height] : {std::pair{80, 40}, {40, 80}, {333, 150}, {120, 61}, {97, 201}})
    for (int orientation = 1; orientation <= 8; ++orientation) {
      CAPTURE(width, height, orientation);
      const Picture upright = *apply_orientation(ruler(150, 100), orientation, {});
      const Picture run = *resize_bilinear(upright, width, height, {});
      const OriginalFrame frame = frame_of(150, 100, orientation, run);
      CHECK_FALSE(frame.is_identity());
      const double step_x = std::max(1.0, static_cast<double>(upright.width) / width);
      const double step_y = std::max(1.0, static_cast<double>(upright.height) / height);
      const int edge_x = static_cast<int>(width * step_x / upright.width) + 1;
      const int edge_y = static_cast<int>(height * step_y / upright.height) + 1;
      double furthest = 0;
      for (int y = edge_y; y < height - edge_y; ++y)
        for (int x = edge_x; x < width - edge_x; ++x) {
          const PixelPoint was = said_by(run, x, y);
          const PixelPoint place = frame.point({static_cast<double>(x), static_cast<double>(y)});
          furthest = std::max({furthest, std::abs(place.x - was.x), std::abs(place.y - was.y)});
        }
      CHECK(furthest <= 0.5 + 1.0 / 6.0);
    }
}

TEST_CASE("the whole picture is the whole picture, and halves stay halves") {
  const auto near = [](const PixelBox& a, const PixelBox& b) {
    return std::abs(a.x - b.x) + std::abs(a.y - b.y) + std::abs(a.width - b.width) +
               std::abs(a.height - b.height) <
           1e-9;
  };
  for (int orientation = 1; orientation <= 8; ++orientation) {
    CAPTURE(orientation);
    const OriginalFrame frame{640, 480, orientation, 341, 256};
    CHECK(near(frame.box({0, 0, 341, 256}), {0, 0, 640, 480}));
    const PixelPoint middle = frame.point({170, 127.5});
    CHECK(std::abs(middle.x - 319.5) < 1e-9);
    CHECK(std::abs(middle.y - 239.5) < 1e-9);
  }
  // The upper half of a picture turned right (6) is the left half of the file.
  const OriginalFrame turned{640, 480, 6, 480, 640};
  CHECK(turned.box({0, 0, 480, 320}) == PixelBox{0, 0, 320, 480});
  CHECK(turned.box({0, 0, 1, 1}) == PixelBox{0, 479, 1, 1});
}

namespace {

/// A black 20 x 12 PNG with a red 8 x 8 block at (10, 2), held as `orientation` says.
Bytes held_png(int orientation) {
  Bytes rgb(20 * 12 * 3, 0);
  for (std::size_t y = 2; y < 10; ++y)
    for (std::size_t x = 10; x < 18; ++x) rgb[3 * (20 * y + x)] = 255;
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = 20;
  image.height = 12;
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = 0;
  REQUIRE(png_image_write_to_memory(&image, nullptr, &size, 0, rgb.data(), 0, nullptr));
  Bytes png(size);
  REQUIRE(png_image_write_to_memory(&image, png.data(), &size, 0, rgb.data(), 0, nullptr));

  Bytes exif = {0, 0, 0, 26, 'e', 'X',  'I',  'f', 'I', 'I', 42, 0, 8,
                0, 0, 0, 1,  0,   0x12, 0x01, 3,   0,   1,   0,  0, 0};
  exif.insert(exif.end(), {static_cast<std::uint8_t>(orientation), 0, 0, 0, 0, 0, 0, 0});
  const std::uint32_t crc = crc32(std::as_bytes(std::span(exif).subspan(4)));
  for (int shift = 24; shift >= 0; shift -= 8) exif.push_back(static_cast<std::uint8_t>(crc >> shift));
  png.insert(png.begin() + 33, exif.begin(), exif.end());  // behind the signature and IHDR
  return png;
}

}  // namespace

TEST_CASE("fcn-infer finds a block where the file has it, however the camera was held") {
  const TemporaryFolder folder;
  REQUIRE(write_tiny_model(folder / "tiny.safetensors"));
  const auto peak_of = [&](const std::vector<std::string>& options) {
    std::vector<std::string> command = {FCN_INFER,           "-m",     folder / "tiny.safetensors",
                                        folder / "held.png", "--json", "-"};
    command.insert(command.end(), options.begin(), options.end());
    return nlohmann::json::parse(run_command(command).out).at("predicted");
  };
  for (int orientation = 1; orientation <= 8; ++orientation) {
    CAPTURE(orientation);
    write_file(folder / "held.png", held_png(orientation));
    for (const char* const option : {"-q", "--no-exif"}) {
      const nlohmann::json peak = peak_of({option});
      CHECK(peak["label"] == "red");
      CHECK(peak["window_original_px"] == nlohmann::json({10, 2, 8, 8}));
      CHECK(peak["center_original_px"] == nlohmann::json({13.5, 5.5}));
    }
    // Enlarged, the window is a part of the block.
    const nlohmann::json part = peak_of({"--resize", "short:36"})["window_original_px"];
    CHECK(part[0] >= 10);
    CHECK(part[1] >= 2);
    CHECK(part[0].get<double>() + part[2].get<double>() <= 18);
    CHECK(part[1].get<double>() + part[3].get<double>() <= 10);
  }
}
