// SPDX-License-Identifier: MIT
// GIF, TIFF and WebP: which build reads them, what is refused and how, and what damaged files do. That they
// show what Pillow shows is test_image_io.cpp's.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <random>

#include "fcn/base/memory_count.hpp"
#include "tests/tools/picture_files.hpp"
#include "tools/pictures/image_io.hpp"
#include "tools/pictures/picture_formats.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;

namespace {

const std::string kFormats = std::string(FCN_TEST_IMAGES) + "/formats/";

/// Small files of every kind that this build reads.
std::vector<std::string> small_files() {
  std::vector<std::string> names;
  if (is_read_here("x.gif")) names.insert(names.end(), {"interlaced.gif", "part_clear.gif", "animation.gif"});
  if (is_read_here("x.webp"))
    names.insert(names.end(), {"rgb_lossy.webp", "palette.webp", "alpha_lossless.webp", "animation.webp"});
  if (is_read_here("x.tif"))
    names.insert(names.end(),
                 {"rgb.tif", "rgb_lzw.tif", "alpha_deflate.tif", "palette_packbits.tif", "bilevel_group3.tif",
                  "bilevel_group4.tif", "ycbcr_jpeg.tif", "ycbcr_lzw.tif", "tiles_deflate_predictor.tif",
                  "planes_tiles_cmyk.tif", "big.tif", "jpeg_tiles.tif", "premultiplied16.tif"});
  return names;
}

Bytes small_file(const std::string& name) {
  Bytes bytes = read_file(kFormats + name);
  REQUIRE_FALSE(bytes.empty());
  return bytes;
}

/// Whether the bytes are a picture, which is then this one, or a typed error.
bool is_picture(const Bytes& bytes, const Picture& whole) {
  const auto picture = decode_picture(bytes, {});
  if (!picture) {
    CHECK_FALSE(picture.error().message.empty());
    return false;
  }
  const std::size_t size = whole.row_bytes() * static_cast<std::size_t>(whole.height);
  REQUIRE(picture->row_bytes() * static_cast<std::size_t>(picture->height) == size);
  CHECK(std::equal(whole.rgb.get(), whole.rgb.get() + size, picture->rgb.get()));
  return true;
}

void put(Bytes& bytes, std::uint64_t value, int count) {
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

struct Tag {
  std::uint16_t id;
  std::uint32_t value;
};

/// A little-endian TIFF of one strip or tile, with these tags after or instead of an 8-bit grey's.
Bytes make_tiff(std::uint32_t width, std::uint32_t height, std::vector<Tag> tags, std::size_t data) {
  std::vector<Tag> all = {{256, width}, {257, height}, {258, 8}, {259, 1}, {262, 1}, {277, 1}};
  for (const Tag& tag : tags) {
    std::erase_if(all, [&](const Tag& known) { return known.id == tag.id; });
    all.push_back(tag);
  }
  const bool tiled = std::any_of(all.begin(), all.end(), [](const Tag& tag) { return tag.id == 322; });
  const std::uint32_t end = 8 + 2 + 12 * static_cast<std::uint32_t>(all.size() + 2) + 4;
  all.push_back({static_cast<std::uint16_t>(tiled ? 324 : 273), end});
  all.push_back({static_cast<std::uint16_t>(tiled ? 325 : 279), static_cast<std::uint32_t>(data)});
  std::sort(all.begin(), all.end(), [](const Tag& a, const Tag& b) { return a.id < b.id; });
  Bytes bytes = {'I', 'I', 42, 0, 8, 0, 0, 0};
  put(bytes, all.size(), 2);
  for (const Tag& tag : all) {
    put(bytes, tag.id, 2);
    put(bytes, 4, 2);  // a 32-bit number
    put(bytes, 1, 4);
    put(bytes, tag.value, 4);
  }
  put(bytes, 0, 4);
  bytes.resize(bytes.size() + data, 7);
  return bytes;
}

Bytes text(std::string_view characters) {
  return {characters.begin(), characters.end()};
}

Error error_of(const Bytes& bytes) {
  const auto picture = decode_picture(bytes, {});
  REQUIRE_FALSE(picture);
  return picture.error();
}

}  // namespace

TEST_CASE("a build says which formats it reads, and of the others which library it lacks") {
  using namespace std::string_view_literals;
  for (const auto& [name, magic, library] : {std::tuple{"GIF"sv, "GIF89a"sv, "giflib"},
                                             {"TIFF"sv, "II\x2a\0\0\0\0\0"sv, "libtiff"},
                                             {"WebP"sv, "RIFF\4\0\0\0WEBP"sv, "libwebp"}}) {
    CAPTURE(name);
    const bool read = readable_formats().find(name) != std::string::npos;
    const Error error = error_of(text(magic));
    CHECK((error.message.find(library) == std::string::npos ||
           error.message.find("this build reads no") == std::string::npos) == read);
    if (!read) CHECK(error.code == ErrorCode::unsupported);
  }
}

TEST_CASE("a small file cut anywhere is an error or the same picture") {
  for (const std::string& name : small_files()) {
    CAPTURE(name);
    const Bytes whole = small_file(name);
    const auto picture = decode_picture(whole, {});
    REQUIRE(picture);
    std::size_t pictures = 0;
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      if (is_picture(cut, *picture)) ++pictures;
    }
    // Of an animated GIF the frames behind the first may be missing; elsewhere a byte or two of padding.
    if (!name.starts_with("animation.gif")) CHECK(pictures <= 16);
  }
}

TEST_CASE("GIF, TIFF and WebP with bits flipped and bytes cut are errors or pictures, and nothing else") {
  // FCN_MUTATIONS asks for more than a test run has time for.
  const char* const asked = std::getenv("FCN_MUTATIONS");
  const int mutations = asked == nullptr ? 300 : std::atoi(asked);
  std::minstd_rand random(11);
  DecodeOptions options;
  options.limits.max_image_pixels = 1 << 22;  // what a size grows to is no matter here
  for (const std::string& name : small_files()) {
    CAPTURE(name);
    const Bytes whole = small_file(name);
    int pictures = 0;
    for (int i = 0; i < mutations; ++i) {
      Bytes bytes = whole;
      if (i % 4 == 0) bytes.resize(random() % bytes.size());
      // Headers stand in front, a TIFF's perhaps at the end: half of the flips go there.
      const std::size_t front = std::min<std::size_t>(bytes.size(), 200);
      for (int k = 0; k <= i % 3 && !bytes.empty(); ++k) {
        const std::size_t at = random() % (i % 2 == 0 ? front : bytes.size());
        bytes[i % 8 < 6 ? at : bytes.size() - 1 - at] ^= static_cast<std::uint8_t>(1 << random() % 8);
      }
      const std::size_t held = MemoryCount::held();
      const auto picture = decode_picture(bytes, options);
      if (picture)
        ++pictures;
      else if (picture.error().message.empty())
        FAIL("an error without words, mutation " << i);
      else if (MemoryCount::held() != held)
        FAIL("memory kept after mutation " << i);
    }
    CHECK(pictures < mutations);
  }
}

TEST_CASE("sizes of GIF, TIFF and WebP that cannot be are refused from the header") {
  const auto start = std::chrono::steady_clock::now();
  MemoryCount::restart_peak();
  const std::size_t held = MemoryCount::held();
  if (is_read_here("x.gif")) {
    Bytes gif = small_file("plain.gif");
    for (const std::size_t at : {6u, 7u, 8u, 9u}) gif[at] = 0xff;
    CHECK(error_of(gif).code == ErrorCode::limit_exceeded);
  }
  if (is_read_here("x.webp")) {
    Bytes webp = small_file("exif_6.webp");
    REQUIRE(std::string_view(reinterpret_cast<const char*>(webp.data()) + 12, 4) == "VP8X");
    for (std::size_t at = 24; at < 30; ++at) webp[at] = 0xff;
    CHECK(error_of(webp).code == ErrorCode::limit_exceeded);
  }
  if (is_read_here("x.tif")) {
    CHECK(error_of(make_tiff(60000, 60000, {}, 100)).code == ErrorCode::limit_exceeded);
    CHECK(error_of(make_tiff(0xffffffff, 0xffffffff, {}, 100)).code != ErrorCode::out_of_memory);
    CHECK(error_of(make_tiff(0, 10, {}, 100)).code == ErrorCode::malformed);
    CHECK(error_of(make_tiff(10, 10, {{322, 16384}, {323, 16384}}, 100)).code == ErrorCode::limit_exceeded);
    CHECK(error_of(make_tiff(10, 10, {{322, 0x40000000}, {323, 16}}, 100)).code != ErrorCode::out_of_memory);
  }
  CHECK(MemoryCount::peak() - held < 64 << 20);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
}

TEST_CASE("TIFFs that are not read say why") {
  if (!is_read_here("x.tif")) return;
  CHECK(decode_picture(make_tiff(10, 10, {}, 100), {}));
  const auto refused = [](std::vector<Tag> tags, std::string_view words, std::size_t data = 800) {
    CAPTURE(words);
    const Error error = error_of(make_tiff(10, 10, std::move(tags), data));
    CHECK(error.code == ErrorCode::unsupported);
    CHECK(error.message.find(words) != std::string::npos);
  };
  CHECK(error_of(make_tiff(10, 10, {{262, 3}}, 100)).code == ErrorCode::malformed);  // no palette
  refused({{258, 32}, {339, 3}}, "floating-point");
  refused({{258, 16}, {339, 2}}, "has signed samples");
  refused({{258, 12}}, "12 bits a sample");
  refused({{262, 8}}, "colours of kind 8");
  refused({{259, 34925}}, "compressed by LZMA");
  refused({{259, 6}}, "compressed by Old-style JPEG");
  refused({{277, 2}}, "2 samples a pixel for one colour");
  refused({{262, 32803}}, "camera raw");
  refused({{254, 1}, {330, 8}}, "camera raw");
}

TEST_CASE("a decoder of GIF, TIFF or WebP that may hold less than it needs gives an error") {
  for (const std::string& name : small_files()) {
    CAPTURE(name);
    const Bytes bytes = small_file(name);
    const auto file = PictureFile::from_memory(bytes, {});
    REQUIRE(file);
    CHECK(decode_picture(bytes, {true, {}, file->structure().decoder_bytes}));
    CHECK_FALSE(decode_picture(bytes, {true, {}, file->structure().decoder_bytes - 1}));
  }
}

TEST_CASE("files that are no pictures, or of formats that are not read, are named") {
  using namespace std::string_view_literals;
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"\0\0\0\x1c"
       "ftypavif\0\0\0\0"sv,
       "AVIF"},
      {"\0\0\0\x18"
       "ftypheic\0\0\0\0"sv,
       "HEIC"},
      {"\0\0\0\x18"
       "ftypisom\0\0\0\0"sv,
       "video"},
      {"\0\0\0\x0cjP  \r\n\x87\n"sv, "JPEG 2000"},
      {"\xff\x0a\0\0"sv, "JPEG XL"},
      {"8BPS\0\1"sv, "PSD"},
      {"\x76\x2f\x31\x01\2\0\0\0"sv, "OpenEXR"},
      {"\0\0\1\0\1\0"sv, "icon"},
      {"<svg xmlns='x'/>"sv, "SVG"},
      {"\xef\xbb\xbf<?xml version='1.0'?>\n<svg/>"sv, "SVG"},
      {"\n <!DOCTYPE html><html>"sv, "HTML page"},
      {"%PDF-1.7"sv, "PDF"},
      {"II\x55\0\x18\0\0\0"sv, "camera raw"},
      {"FUJIFILMCCD-RAW 0201"sv, "camera raw"},
      {"version https://git-lfs.github.com/spec/v1\n"sv, "Git LFS pointer"},
      {"\x93NUMPY\1\0"sv, "numpy"},
      {"PK\3\4\x14\0"sv, "zip"},
      {"\0\0\2\0\0\0\0\0\0\0\0\0\x40\0\x30\0\x18\0\0\0"sv, "TGA"},
      {"\x0a\5\1\x08"sv, "PCX"},
      {"no picture at all"sv, "not a picture of a kind that is read: JPEG"},
  };
  for (const auto& [bytes, words] : cases) {
    CAPTURE(words);
    const Error error = error_of(text(bytes));
    CHECK(error.code == ErrorCode::unsupported);
    CHECK(error.message.find(words) != std::string::npos);
  }
  Bytes dicom(132, 0);
  std::copy_n("DICM", 4, dicom.begin() + 128);
  CHECK(error_of(dicom).message.find("DICOM") != std::string::npos);
}
