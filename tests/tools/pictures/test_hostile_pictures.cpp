// SPDX-License-Identifier: MIT
// Damaged and hostile picture files: a typed error or a picture, never anything else. Run under the
// sanitizers too.
#include <zlib.h>

#include <catch2/catch.hpp>
#include <random>

#include "tests/tools/picture_files.hpp"
#include "tools/pictures/formats/exif.hpp"
#include "tools/pictures/formats/picture_structure.hpp"
#include "tools/pictures/image_io.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;

namespace {

const std::string kFormats = std::string(FCN_TEST_IMAGES) + "/formats/";
const char* const kSmallFiles[] = {"bilevel.png", "palette.png",     "grey16.png", "alpha.png",
                                   "grey.jpg",    "progressive.jpg", "cmyk.jpg",   "baseline_420.jpg",
                                   "exif_6.jpg",  "rgb.bmp",         "rgb.ppm",    "grey.pgm"};

void put_be32(Bytes& bytes, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

/// Gives every chunk of a PNG its right checksum again, so that a changed byte reaches the decoder.
void repair_checksums(Bytes& png) {
  for (std::size_t at = 8; at + 12 <= png.size();) {
    const std::uint32_t length =
        static_cast<std::uint32_t>(png[at] << 24 | png[at + 1] << 16 | png[at + 2] << 8 | png[at + 3]);
    if (length > png.size() - at - 12) return;
    put_be32(png, at + 8 + length, static_cast<std::uint32_t>(crc32(0, png.data() + at + 4, length + 4)));
    at += 12 + length;
  }
}

/// A PNG header that announces this size, with a chunk of pixels that says nothing.
Bytes png_announcing(std::uint32_t width, std::uint32_t height) {
  Bytes png = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0,   0,   0,   13, 'I', 'H', 'D',
               'R',  0,   0,   0,   0,    0,    0,    0,    0,   8,   2,   0,  0,   0,   0,
               0,    0,   0,   0,   0,    0,    1,    'I',  'D', 'A', 'T', 0,  0,   0,   0,
               0,    0,   0,   0,   0,    'I',  'E',  'N',  'D', 0,   0,   0,  0};
  put_be32(png, 16, width);
  put_be32(png, 20, height);
  repair_checksums(png);
  return png;
}

ErrorCode code_of(const Bytes& bytes) {
  const auto picture = decode_picture(bytes, {});
  REQUIRE_FALSE(picture);
  CHECK_FALSE(picture.error().message.empty());
  return picture.error().code;
}

}  // namespace

namespace {

void put_segment(Bytes& jpeg, std::uint8_t marker, const Bytes& body) {
  const auto length = static_cast<std::uint16_t>(body.size() + 2);
  for (const int byte : {0xff, int{marker}, length >> 8, length & 255})
    jpeg.push_back(static_cast<std::uint8_t>(byte));
  jpeg.insert(jpeg.end(), body.begin(), body.end());
}

/// Grey, progressive: one scan of means with `mean_bytes` of data, then `scans` of the other values, each of
/// which says at once that nothing follows, in `scan_bytes` of data.
Bytes progressive_jpeg(std::uint16_t side, std::size_t mean_bytes, int scans, std::size_t scan_bytes = 2) {
  Bytes jpeg = {0xff, 0xd8};
  Bytes quantisation(65, 1);
  quantisation[0] = 0;
  put_segment(jpeg, 0xdb, quantisation);
  const auto high = static_cast<std::uint8_t>(side >> 8), low = static_cast<std::uint8_t>(side & 255);
  put_segment(jpeg, 0xc2, {8, high, low, high, low, 1, 1, 0x11, 0});
  for (const std::uint8_t table : {std::uint8_t{0x00}, std::uint8_t{0x10}}) {
    Bytes huffman(18, 0);  // one code of one bit, for 0: no difference, no further values
    huffman[0] = table;
    huffman[1] = 1;
    put_segment(jpeg, 0xc4, huffman);
  }
  put_segment(jpeg, 0xda, {1, 1, 0, 0, 0, 0});
  jpeg.insert(jpeg.end(), mean_bytes, 0);
  for (int i = 0; i < scans; ++i) {
    put_segment(jpeg, 0xda, {1, 1, 0, 1, 63, 0});
    jpeg.insert(jpeg.end(), scan_bytes, 0);
  }
  jpeg.insert(jpeg.end(), {0xff, 0xd9});
  return jpeg;
}

}  // namespace

TEST_CASE("a JPEG whose scans go through too many blocks is refused before it is decoded") {
  constexpr std::uint16_t kSide = 16'384;
  constexpr std::size_t kMeans = kSide / 8 * (kSide / 8) / 8;
  const auto structure = [](const Bytes& jpeg) { return inspect_jpeg(jpeg, {}); };
  CHECK(structure(progressive_jpeg(kSide, kMeans, 19)));
  const auto many = structure(progressive_jpeg(kSide, kMeans, 20));
  REQUIRE_FALSE(many);
  CHECK(many.error().code == ErrorCode::limit_exceeded);
  CHECK(many.error().message.find("21 scans or more, which decode its 4194304 blocks") != std::string::npos);
  CHECK(structure(progressive_jpeg(64, 8, 499)));
  CHECK(code_of(progressive_jpeg(64, 8, 500)) == ErrorCode::limit_exceeded);
  CHECK(decode_picture(progressive_jpeg(64, 8, 40, 8), {}));
}

TEST_CASE("a JPEG with fewer bits than its blocks need is refused before it is decoded") {
  constexpr std::uint16_t kSide = 16'000;
  constexpr std::size_t kMeans = kSide / 8 * (kSide / 8) / 8;
  CHECK(inspect_jpeg(progressive_jpeg(kSide, kMeans, 1), {}));
  const auto few = inspect_jpeg(progressive_jpeg(kSide, kMeans - 1, 1), {});
  REQUIRE_FALSE(few);
  CHECK(few.error().code == ErrorCode::truncated);
  CHECK(few.error().message ==
        "JPEG has 499999 bytes of data in scan 1, its 4000000 blocks need at least 500000");
}

TEST_CASE("a file cut anywhere is an error") {
  for (const char* const name : kSmallFiles) {
    CAPTURE(name);
    const Bytes whole = read_file(kFormats + name);
    REQUIRE(decode_picture(whole, {}));
    std::size_t accepted = 0;
    for (std::size_t size = 0; size < whole.size(); ++size) {
      // A block of its own of that very size, so that a sanitizer sees one byte too many.
      const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      if (decode_picture(cut, {})) ++accepted;
    }
    CHECK(accepted == 0);
  }
}

TEST_CASE("any byte may be wrong") {
  for (const char* const name : kSmallFiles) {
    CAPTURE(name);
    const Bytes whole = read_file(kFormats + name);
    const bool png = std::string_view(name).ends_with("png");
    const std::size_t step = whole.size() < 3000 ? 5 : whole.size() / 400;
    for (std::size_t at = 0; at < whole.size(); at += at < 700 ? 1 : step) {
      for (const int value : {0x00, 0x7f, 0x80, 0xff}) {
        Bytes damaged = whole;
        damaged[at] = static_cast<std::uint8_t>(value);
        if (damaged[at] == whole[at]) continue;
        static_cast<void>(decode_picture(damaged, {}));
        if (!png) continue;
        repair_checksums(damaged);
        static_cast<void>(decode_picture(damaged, {}));
      }
    }
  }
  SUCCEED("nothing crashed");
}

TEST_CASE("random bytes behind each format's magic") {
  std::mt19937 random(20261122);
  const Bytes magics[] = {{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'},
                          {0xff, 0xd8, 0xff},
                          {'B', 'M'},
                          {'P', '5', ' '},
                          {'P', '6', ' '},
                          {}};
  int errors = 0;
  for (const Bytes& magic : magics) {
    for (int round = 0; round < 500; ++round) {
      Bytes bytes = magic;
      for (auto i = random() % 300; i > 0; --i) bytes.push_back(static_cast<std::uint8_t>(random()));
      if (!decode_picture(bytes, {})) ++errors;
    }
  }
  CHECK(errors == 3000);
}

TEST_CASE("sizes that cannot be are refused from the header") {
  CHECK(code_of(png_announcing(0, 0)) == ErrorCode::malformed);
  CHECK(code_of(png_announcing(0, 5)) == ErrorCode::malformed);
  CHECK(code_of(png_announcing(60000, 60000)) == ErrorCode::limit_exceeded);
  CHECK(code_of(png_announcing(0xffffffff, 0xffffffff)) == ErrorCode::limit_exceeded);
  CHECK(code_of(png_announcing(32768, 32768)) ==
        ErrorCode::limit_exceeded);  // each side is allowed, the area is not

  const auto text = [](const char* header) {
    return Bytes(header, header + std::char_traits<char>::length(header));
  };
  CHECK(code_of(text("P6 60000 60000 255\n")) == ErrorCode::limit_exceeded);
  CHECK(code_of(text("P5 0 0 255\n")) == ErrorCode::malformed);

  Bytes jpeg = read_file(kFormats + "baseline_444.jpg");
  std::size_t frame = 2;
  while (!(jpeg[frame] == 0xff && jpeg[frame + 1] == 0xc0)) ++frame;
  for (std::size_t i = frame + 5; i < frame + 9; ++i) jpeg[i] = 0xea;  // 60138 x 60138
  CHECK(code_of(jpeg) == ErrorCode::limit_exceeded);
  for (std::size_t i = frame + 5; i < frame + 9; ++i) jpeg[i] = 0;
  CHECK(code_of(jpeg) == ErrorCode::malformed);

  Bytes bmp = read_file(kFormats + "rgb.bmp");
  for (const std::size_t at : {18u, 22u}) bmp[at] = 0x60, bmp[at + 1] = 0xea;  // 60000
  CHECK(code_of(bmp) == ErrorCode::truncated);      // so many may be read by rows, but are not there
  bmp[22] = bmp[23] = bmp[24] = 0, bmp[25] = 0x80;  // height -2^31
  CHECK(code_of(bmp) == ErrorCode::limit_exceeded);
}

TEST_CASE("a changed length field is noticed") {
  for (const int change : {-3, -1, 1, 2, 100}) {
    CAPTURE(change);
    Bytes png = read_file(kFormats + "rgb.png");
    std::size_t data = 8;
    while (std::string_view(reinterpret_cast<const char*>(png.data()) + data + 4, 4) != "IDAT") ++data;
    png[data + 3] = static_cast<std::uint8_t>(png[data + 3] + change);
    CHECK_FALSE(decode_picture(png, {}));

    Bytes jpeg = read_file(kFormats + "baseline_444.jpg");
    jpeg[5] = static_cast<std::uint8_t>(jpeg[5] + change);  // the first segment's
    CHECK_FALSE(decode_picture(jpeg, {}));
  }
  Bytes bmp = read_file(kFormats + "rgb.bmp");
  bmp[4] = 1;  // the file's own length, 64 KB more
  CHECK(code_of(bmp) == ErrorCode::truncated);
}

TEST_CASE("a PNG that inflates without end is stopped") {
  Bytes png = png_announcing(8, 8);
  const Bytes zeros(50'000'000, 0);
  uLongf size = compressBound(zeros.size());
  Bytes packed(size);
  REQUIRE(compress(packed.data(), &size, zeros.data(), zeros.size()) == Z_OK);
  packed.resize(size);
  const std::size_t data = 33;  // the IDAT chunk: 8 of signature, 25 of IHDR
  put_be32(png, data, static_cast<std::uint32_t>(packed.size()));
  png.erase(png.begin() + data + 8);
  png.insert(png.begin() + data + 8, packed.begin(), packed.end());
  repair_checksums(png);
  CHECK(code_of(png) == ErrorCode::malformed);
}

TEST_CASE("a palette shorter than its indices shows black, always") {
  Bytes png = read_file(kFormats + "palette.png");
  std::size_t palette = 8;
  while (std::string_view(reinterpret_cast<const char*>(png.data()) + palette + 4, 4) != "PLTE") ++palette;
  const std::size_t colours = static_cast<std::size_t>(png[palette + 2]) * 256 + png[palette + 3];
  png.erase(png.begin() + static_cast<std::ptrdiff_t>(palette) + 8 + 3,
            png.begin() + static_cast<std::ptrdiff_t>(palette + 8 + colours));
  put_be32(png, palette, 3);
  repair_checksums(png);
  const auto picture = decode_picture(png, {});
  REQUIRE(picture);
  const auto black = [](const std::uint8_t* pixel) {
    return pixel[0] == 0 && pixel[1] == 0 && pixel[2] == 0;
  };
  int count = 0;
  for (int x = 0; x < picture->width; ++x) count += black(picture->row(0) + 3 * x);
  CHECK(count > 0);
}

TEST_CASE("EXIF data is read within bounds") {
  const Bytes good = {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0};
  CHECK(exif_orientation(good) == 6);
  for (std::size_t size = 0; size < 20; ++size)
    CHECK(exif_orientation(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))) == 1);
  const Bytes as_long = {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 4, 0, 1, 0, 0, 0, 6, 0, 0, 0};
  CHECK(exif_orientation(as_long) == 6);
  Bytes twice = {'I', 'I', 42, 0, 8, 0, 0, 0, 2, 0};  // the last counts
  twice.insert(twice.end(), as_long.begin() + 10, as_long.end());
  twice.insert(twice.end(), good.begin() + 10, good.end());
  twice[30] = 3;
  CHECK(exif_orientation(twice) == 3);
  const Bytes big = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 8, 0, 0};
  CHECK(exif_orientation(big) == 8);
  for (const auto& [at, value] : {std::pair{18, 0}, {18, 9}, {12, 7}, {14, 0}, {14, 3}, {4, 0xff}, {2, 43}}) {
    CAPTURE(at, value);
    Bytes bad = good;
    bad[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(value);
    CHECK(exif_orientation(bad) == 1);
  }
  Bytes many = {'I', 'I', 42, 0, 8, 0, 0, 0, 0xff, 0xff};  // 65535 entries, none of them the one
  many.resize(many.size() + 12 * 65535, 0);
  CHECK(exif_orientation(many) == 1);
}
