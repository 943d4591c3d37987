// SPDX-License-Identifier: MIT
// BMP headers that are not what they should be. That pixels are Pillow's is test_image_io.cpp's.
#include <catch2/catch.hpp>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "tests/tools/picture_files.hpp"
#include "tools/pictures/image_io.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;

namespace {

Bytes bmp_file(const std::string& name) {
  Bytes bytes = read_file(std::string(FCN_TEST_IMAGES) + "/formats/" + name);
  REQUIRE_FALSE(bytes.empty());
  return bytes;
}

/// Sets 32 bits.
Bytes with(Bytes bytes, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
  return bytes;
}

void check_error(const Bytes& bytes, ErrorCode code, std::string_view words) {
  const auto picture = decode_picture(bytes, {});
  REQUIRE_FALSE(picture);
  CAPTURE(picture.error().message);
  CHECK(picture.error().code == code);
  CHECK(picture.error().message.find(words) != std::string::npos);
}

constexpr std::size_t kFileBytes = 2, kPixelsAt = 10, kHeaderBytes = 14, kPlanes = 26, kCompression = 30,
                      kColoursUsed = 46, kRedMask = 54;

}  // namespace

TEST_CASE("BMP headers of unknown kinds, and fields that no pixel has, are refused") {
  const Bytes rgb = bmp_file("rgb.bmp"), masks = bmp_file("bits_565.bmp");
  REQUIRE(decode_picture(rgb, {}));
  check_error(with(rgb, kHeaderBytes, 41), ErrorCode::unsupported, "header of 41 bytes");
  check_error(with(rgb, kHeaderBytes, 0xffffffff), ErrorCode::unsupported, "of an unknown kind");
  check_error(with(rgb, kPlanes, 24u << 16 | 2), ErrorCode::malformed, "has 2 planes, expected 1");
  check_error(with(rgb, kPlanes, 7u << 16 | 1), ErrorCode::unsupported, "7 bits a pixel");
  check_error(with(rgb, kCompression, 1), ErrorCode::unsupported, "compressed");
  check_error(with(rgb, kPixelsAt, 20), ErrorCode::malformed, "within its header");
  check_error(with(rgb, kPixelsAt, 0xfffffff0), ErrorCode::truncated, "announces");
  check_error(with(rgb, kFileBytes, 0xffffffff), ErrorCode::truncated, "announces 4294967295 bytes");
  for (const std::uint32_t mask : {0u, 0xf8010000u, 0xf801u, 0x1ff0u, 0x10000u})
    check_error(with(masks, kRedMask, mask), ErrorCode::unsupported, "next to each other");
}

TEST_CASE("a BMP's pixels name colours of its palette, or are refused") {
  const Bytes whole = bmp_file("palette12.bmp");
  Bytes beyond = whole;
  beyond.back() = beyond[beyond.size() - 20] = 0xff;
  check_error(beyond, ErrorCode::malformed, "not in its palette");
  check_error(with(whole, kPixelsAt, 54), ErrorCode::malformed, "has no palette");
  check_error(with(whole, kColoursUsed, 1), ErrorCode::malformed, "not in its palette");
}

TEST_CASE("bytes between a BMP's palette and its pixels are no colours") {
  const Bytes large = bmp_file("palette200_os2.bmp");
  Bytes longer(large.begin(), large.begin() + 626);
  longer.resize(26 + 3 * 257);
  longer.insert(longer.end(), large.begin() + 626, large.end());
  const auto plain = decode_picture(large, {}),
             apart = decode_picture(with(longer, kPixelsAt, 26 + 3 * 257), {});
  REQUIRE(plain);
  REQUIRE(apart);
  REQUIRE(plain->width == apart->width);
  REQUIRE(plain->height == apart->height);
  for (int y = 0; y < plain->height; ++y)
    CHECK(std::memcmp(plain->row(y), apart->row(y), plain->row_bytes()) == 0);
}

TEST_CASE("a BMP cut anywhere is an error") {
  for (const char* const name : {"palette2.bmp", "palette200_os2.bmp", "bits_565.bmp"}) {
    const Bytes whole = bmp_file(name);
    for (std::size_t size = 0; size < whole.size(); size += 7) {
      CAPTURE(name, size);
      CHECK_FALSE(
          decode_picture(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)), {}));
    }
  }
}
