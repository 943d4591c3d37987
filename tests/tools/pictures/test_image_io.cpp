// SPDX-License-Identifier: MIT
// Every encoding against Pillow's decoding of it, within the difference stated beside the pictures.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/tools/picture_files.hpp"
#include "tools/pictures/image_io.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;

namespace {

int largest_difference(const Picture& picture, const TruthPicture& truth) {
  int largest = 0;
  for (std::size_t i = 0; i < truth.rgb.size(); ++i)
    largest = std::max(largest, std::abs(picture.rgb[i] - truth.rgb[i]));
  return largest;
}

}  // namespace

TEST_CASE("every format decodes as Pillow decodes it") {
  int checked = 0;
  for (const std::string& folder : image_folders()) {
    const std::string formats = folder + "/formats/";
    const auto cases = nlohmann::json::parse(read_file(formats + "formats.json"));
    for (const auto& [name, expectation] : cases.items()) {
      CAPTURE(folder, name);
      if (!is_read_here(name)) continue;
      const auto picture = decode_picture(read_file(formats + name), {});
      if (!picture) FAIL(picture.error().to_string());
      const TruthPicture truth = read_png_truth(formats + name + ".expected.png");
      REQUIRE(truth.width > 0);
      REQUIRE(picture->width == truth.width);
      REQUIRE(picture->height == truth.height);
      const int most = jpeg_by_libjpeg() ? 0 : expectation.at("max_difference").get<int>();
      CHECK(largest_difference(*picture, truth) <= most);
      ++checked;
    }
  }
  CHECK(checked >= 23);
}

TEST_CASE("EXIF orientation can be left alone") {
  const std::string formats = std::string(FCN_TEST_IMAGES) + "/formats/";
  const auto as_stored =
      decode_picture(read_file(formats + "exif_6.jpg"), {.apply_exif = false, .limits = {}});
  const auto upright = decode_picture(read_file(formats + "exif_1.jpg"), {});
  REQUIRE(as_stored);
  REQUIRE(upright);
  const bool same_size = as_stored->width == upright->width && as_stored->height == upright->height;
  CHECK(same_size);
  const Picture& stored = *as_stored;
  CHECK(std::equal(stored.row(0), stored.row(stored.height), upright->rgb.get()));
}

TEST_CASE("limits are checked before decoding") {
  const std::string formats = std::string(FCN_TEST_IMAGES) + "/formats/";
  for (const char* const name : {"rgb.png", "rgb.bmp", "rgb.ppm", "grey.pgm", "baseline_444.jpg"}) {
    CAPTURE(name);
    const Bytes bytes = read_file(formats + name);
    const auto whole = decode_picture(bytes, {});
    REQUIRE(whole);
    const auto pixels = static_cast<std::uint64_t>(whole->width) * static_cast<std::uint64_t>(whole->height);
    DecodeOptions options;
    options.limits.max_image_pixels = pixels;
    options.limits.max_image_side = std::max(whole->width, whole->height);
    CHECK(decode_picture(bytes, options));
    options.limits.max_image_pixels = pixels - 1;
    const auto too_many = decode_picture(bytes, options);
    REQUIRE_FALSE(too_many);
    CHECK(too_many.error().code == ErrorCode::limit_exceeded);
    options.limits.max_image_pixels = pixels;
    options.limits.max_image_side -= 1;
    const auto too_long = decode_picture(bytes, options);
    REQUIRE_FALSE(too_long);
    CHECK(too_long.error().code == ErrorCode::limit_exceeded);
  }
}

TEST_CASE("a file is opened by its content, and not at all beyond the limit") {
  const TemporaryFolder folder;
  const Bytes content = read_file(std::string(FCN_TEST_IMAGES) + "/formats/rgb.png");
  write_file(folder / "rgb", content);
  Limits limits;
  limits.max_file_bytes = content.size();
  const auto whole = PictureFile::open(folder / "rgb", limits);
  REQUIRE(whole);
  CHECK(whole->format() == PictureFormat::png);
  CHECK(whole->held_bytes() == content.size());
  CHECK(Bytes(whole->bytes().begin(), whole->bytes().end()) == content);
  limits.max_file_bytes -= 1;
  const auto refused = PictureFile::open(folder / "rgb", limits);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::limit_exceeded);
  for (const std::string& path : {folder / "missing", folder.path().string()}) {
    const auto none = PictureFile::open(path, {});
    REQUIRE_FALSE(none);
    CHECK(none.error().code == ErrorCode::io);
  }
}

TEST_CASE("of a PNM file nothing but the header is held") {
  const TemporaryFolder folder;
  const std::string header = "P6 #" + std::string(5000, 'c') + "\n100 50 255\n";
  Bytes bytes(header.begin(), header.end());
  bytes.resize(header.size() + 100 * 50 * 3, 9);
  write_file(folder / "rows.ppm", bytes);
  auto file = PictureFile::open(folder / "rows.ppm", {});
  REQUIRE(file);
  CHECK(file->held_bytes() == 0);
  CHECK(file->structure().width == 100);
  const auto picture = decode_picture(*std::move(file), {});
  REQUIRE(picture);
  CHECK(std::all_of(picture->row(0), picture->row(50), [](std::uint8_t value) { return value == 9; }));
  bytes.pop_back();
  write_file(folder / "rows.ppm", bytes);
  const auto shorter = PictureFile::open(folder / "rows.ppm", {});
  REQUIRE_FALSE(shorter);
  CHECK(shorter.error().code == ErrorCode::truncated);
}

TEST_CASE("PNM of any depth") {
  const auto pnm = [](std::string header, std::initializer_list<int> samples) {
    Bytes bytes(header.begin(), header.end());
    for (const int sample : samples) bytes.push_back(static_cast<std::uint8_t>(sample));
    return decode_picture(bytes, {});
  };
  const auto deep = pnm("P5\n# a comment\n2 1\n65535\n", {0x12, 0x34, 0xff, 0x80});
  REQUIRE(deep);
  CHECK(Bytes(deep->rgb.get(), deep->rgb.get() + 6) == Bytes{0x12, 0x12, 0x12, 0xff, 0xff, 0xff});
  const auto shallow = pnm("P6 1 1 15 ", {0, 7, 15});
  REQUIRE(shallow);
  CHECK(Bytes(shallow->rgb.get(), shallow->rgb.get() + 3) == Bytes{0, 119, 255});  // 7 / 15 * 255
  const auto beyond = pnm("P6 1 1 15 ", {0, 7, 16});
  REQUIRE(beyond);
  CHECK(beyond->rgb[2] == 255);
  CHECK_FALSE(pnm("P5 1 1 0 ", {0}));
  CHECK_FALSE(pnm("P5 1 1 65536 ", {0, 0}));
  CHECK_FALSE(pnm("P5 2 2 255 ", {1, 2, 3}));
  CHECK_FALSE(pnm("P3 1 1 255 1 2 3", {}));
  CHECK_FALSE(pnm("P5 99999999999999999999 1 255 ", {0}));
}
