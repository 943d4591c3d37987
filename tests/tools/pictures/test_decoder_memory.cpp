// SPDX-License-Identifier: MIT
// What decoding is foretold to take from a picture's header, against what is counted while it is decoded.
#include <png.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <nlohmann/json.hpp>

#include "fcn/base/memory_count.hpp"
#include "tests/tools/picture_files.hpp"
#include "tools/pictures/image_io.hpp"
#include "tools/pictures/resize.hpp"
#include "tools/runs/memory_forecast.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;

namespace {

/// The most that was held while `work` ran, beyond what was held before.
template <class Work>
std::size_t counted(const Work& work) {
  MemoryCount::restart_peak();
  const std::size_t before = MemoryCount::held();
  work();
  return MemoryCount::peak() - before;
}

void check_decoding(const Bytes& bytes) {
  auto file = PictureFile::from_memory(bytes, {});
  REQUIRE(file);
  const PictureNeeds needs = PictureNeeds::of(*file, true);
  const MemoryForecast forecast(0, 0, needs);
  std::size_t foretold = 0;
  for (const auto& [name, phase] : forecast.phases())
    if (name == "decode") foretold = phase->total();
  const std::size_t taken = counted([&] {
    const auto picture = decode_picture(*std::move(file), {true, {}, needs.decoder});
    if (!picture) FAIL(picture.error().to_string());
    CHECK(picture->width == needs.upright.width);
    CHECK(picture->height == needs.upright.height);
  });
  CHECK(taken == foretold);
}

struct PngKind {
  int width, height, depth, colour;
  bool interlaced, transparent;
};

/// Noise as a PNG of this kind, by libpng.
Bytes make_png(const PngKind& kind) {
  Bytes bytes;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &bytes,
      [](png_structp self, png_bytep from, std::size_t count) {
        auto* const to = static_cast<Bytes*>(png_get_io_ptr(self));
        to->insert(to->end(), from, from + count);
      },
      [](png_structp) {});
  png_set_IHDR(png, info, static_cast<png_uint_32>(kind.width), static_cast<png_uint_32>(kind.height),
               kind.depth, kind.colour, kind.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_color palette[256] = {};
  const int colours = 1 << std::min(kind.depth, 8);
  if (kind.colour == PNG_COLOR_TYPE_PALETTE) png_set_PLTE(png, info, palette, colours);
  png_color_16 transparent{};
  png_byte alphas[1] = {128};
  if (kind.transparent)
    kind.colour == PNG_COLOR_TYPE_PALETTE ? png_set_tRNS(png, info, alphas, 1, nullptr)
                                          : png_set_tRNS(png, info, nullptr, 0, &transparent);
  png_write_info(png, info);
  Bytes row(png_get_rowbytes(png, info));
  std::uint32_t noise = 1;
  for (int pass = png_set_interlace_handling(png); pass > 0; --pass)
    for (int y = 0; y < kind.height; ++y) {
      for (std::uint8_t& value : row)
        value = static_cast<std::uint8_t>((noise = noise * 1664525u + 1013904223u) >> 24);
      png_write_row(png, row.data());
    }
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return bytes;
}

}  // namespace

TEST_CASE("decoding takes the bytes that a header foretells") {
  for (const std::string& folder : image_folders()) {
    const std::string formats = folder + "/formats/";
    const auto cases = nlohmann::json::parse(read_file(formats + "formats.json"));
    for (const auto& [name, expectation] : cases.items()) {
      CAPTURE(folder, name);
      if (is_read_here(name)) check_decoding(read_file(formats + name));
    }
  }
}

TEST_CASE("decoding takes the bytes foretold for PNG of every kind") {
  const std::vector<std::pair<int, std::vector<int>>> kinds = {{PNG_COLOR_TYPE_GRAY, {1, 2, 4, 8, 16}},
                                                               {PNG_COLOR_TYPE_RGB, {8, 16}},
                                                               {PNG_COLOR_TYPE_PALETTE, {1, 2, 4, 8}},
                                                               {PNG_COLOR_TYPE_GRAY_ALPHA, {8, 16}},
                                                               {PNG_COLOR_TYPE_RGB_ALPHA, {8, 16}}};
  for (const auto& [colour, depths] : kinds)
    for (const int depth : depths)
      for (const bool interlaced : {false, true})
        for (const bool transparent : {false, true})
          for (const auto& [width, height] : {std::pair{1, 1}, {3, 40}, {257, 2}, {301, 203}}) {
            if (transparent && (colour & PNG_COLOR_MASK_ALPHA) != 0) continue;
            CAPTURE(colour, depth, interlaced, transparent, width, height);
            check_decoding(make_png({width, height, depth, colour, interlaced, transparent}));
          }
}

TEST_CASE("a decoder that may hold less than it needs gives an error") {
  const Bytes png = make_png({64, 64, 8, PNG_COLOR_TYPE_RGB, false, false});
  const auto file = PictureFile::from_memory(png, {});
  REQUIRE(file);
  CHECK(decode_picture(png, {true, {}, file->structure().decoder_bytes}));
  CHECK_FALSE(decode_picture(png, {true, {}, file->structure().decoder_bytes - 1}));
}

TEST_CASE("resizing takes the bytes foretold") {
  for (const auto& [width, height] : {std::pair{1, 1}, {40, 30}, {300, 7}, {81, 60}, {40, 61}, {5, 5}}) {
    CAPTURE(width, height);
    const auto from = make_picture(40, 30, {});
    REQUIRE(from);
    const std::size_t pixels = 3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    const std::size_t taken =
        counted([&, w = width, h = height] { CHECK(resize_bilinear(*from, w, h, {})); });
    CHECK(taken == pixels + resize_scratch_bytes({40, 30}, {width, height}));
  }
}
