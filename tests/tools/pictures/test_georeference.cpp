// SPDX-License-Identifier: MIT
// What GeoTIFF tags say of a picture's place, by the standard's own examples and words; and what they may
// not say. That GDAL reads the same is tested in tests/tools/outputs/test_geojson.cpp.
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string_view>
#include <vector>

#include "tests/tools/tiff_files.hpp"
#include "tools/pictures/geo/georeference.hpp"
#include "tools/pictures/picture_file.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Stated {
  std::vector<double> scale, points, matrix;
  std::vector<std::uint16_t> keys;

  [[nodiscard]] Result<Georeference> read(std::uint32_t width = 100, std::uint32_t height = 50) const {
    return georeference_of({scale, points, matrix, keys}, width, height);
  }
};

const std::vector<double> kScale = {0.5, 0.25, 0}, kPoint = {0, 0, 0, 1000, 2000, 0};
const std::vector<std::uint16_t> kUtm = {1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32632};

void check_error(const Stated& stated, std::string_view words) {
  CAPTURE(words);
  const auto read = stated.read();
  REQUIRE_FALSE(read);
  CHECK(read.error().message.find(words) != std::string::npos);
  CHECK(read.error().where == "georeference");
}

}  // namespace

TEST_CASE("a tie point and a scale place the corner of the first pixel, or its centre") {
  const auto area = Stated{kScale, kPoint, {}, kUtm}.read();
  REQUIRE(area);
  CHECK(area->epsg == 32632);
  CHECK(area->kind == MapKind::projected);
  CHECK(area->transform == std::array<double, 6>{1000, 0.5, 0, 2000, 0, -0.25});
  CHECK(area->at(0, 0).x == 1000.25);
  CHECK(area->at(0, 0).y == 1999.875);
  CHECK(area->at(9.5, 3.5).x == 1005);
  CHECK(area->at(9.5, 3.5).y == 1999);
  std::vector<std::uint16_t> keys = kUtm;
  keys[11] = 2;
  const auto point = Stated{kScale, kPoint, {}, keys}.read();
  REQUIRE(point);
  CHECK(point->at(0, 0).x == 1000);
  CHECK(point->at(0, 0).y == 2000);
  const auto elsewhere = Stated{kScale, {40, 20, 0, 1020, 1995, 7}, {}, kUtm}.read();
  REQUIRE(elsewhere);
  CHECK(elsewhere->transform == area->transform);
}

TEST_CASE("a matrix may turn the picture") {
  const auto read = Stated{{}, {}, {0, -2, 0, 500, -3, 0, 0, 900, 0, 0, 0, 0, 0, 0, 0, 1}, kUtm}.read();
  REQUIRE(read);
  CHECK(read->at(0.5, 1.5).x == 500 - 2 * 2);
  CHECK(read->at(0.5, 1.5).y == 900 - 3 * 1);
}

TEST_CASE("codes are those of the kind of coordinates that the file states") {
  const auto code = [](std::vector<std::uint16_t> keys) {
    const auto read = Stated{kScale, kPoint, {}, std::move(keys)}.read();
    REQUIRE(read);
    return read->epsg;
  };
  CHECK(code({1, 1, 0, 2, 1024, 0, 1, 2, 2048, 0, 1, 4258}) == 4258);
  // A projection of its own on a datum that has a code.
  CHECK(code({1, 1, 0, 3, 1024, 0, 1, 1, 2048, 0, 1, 4258, 3072, 0, 1, 32767}) == 0);
  CHECK(code({1, 1, 0, 1, 3072, 0, 1, 32632}) == 0);
  CHECK(code({1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, 900}) == 0);
  CHECK(code({1, 1, 0, 0}) == 0);
  CHECK(code({}) == 0);
}

TEST_CASE("fewer pixels of the same map are larger") {
  const auto read = Stated{kScale, kPoint, {}, kUtm}.read();
  REQUIRE(read);
  const Georeference half = with_more_pixels(*read, 0.5, 0.25);
  CHECK(half.at(49.5, 11.5).x == read->at(99.5, 0).x);
  CHECK(half.at(0, 11.5).y == read->at(0, 47.5).y);
}

TEST_CASE("numbers that place no pixel, or that the standard forbids, are errors") {
  for (const double bad : {0.0, -0.5, kNaN}) check_error({{bad, 0.25, 0}, kPoint, {}, kUtm}, "not positive");
  check_error({{0.5, -0.25, 0}, kPoint, {}, kUtm}, "not positive");
  check_error({{kInfinity, 0.25, 0}, kPoint, {}, kUtm}, "place no pixel");
  check_error({{1e-300, 1e-300, 0}, kPoint, {}, kUtm}, "place no pixel");
  check_error({{1e307, 1e307, 0}, kPoint, {}, kUtm}, "place no pixel");
  for (const double bad : {kNaN, kInfinity, -kInfinity})
    check_error({kScale, {0, 0, 0, bad, 2000, 0}, {}, kUtm}, "place no pixel");
  check_error({{0.5}, kPoint, {}, kUtm}, "1 numbers, expected 3");
  check_error({{1, 1, 1, 1}, kPoint, {}, kUtm}, "4 numbers, expected 3");
  check_error({kScale, {}, {}, kUtm}, "ModelTiepoint has 0 numbers");
  check_error({kScale, {0, 0, 0, 1, 2}, {}, kUtm}, "ModelTiepoint has 5 numbers");
  check_error({kScale, {0, 0, 0, 1000, 2000, 0, 10, 0, 0, 1006, 2000, 0}, {}, kUtm}, "contradict");
  check_error({kScale, {0, 0, 0, 1000, 2000, 0, 10, 0, 0, kNaN, 2000, 0}, {}, kUtm}, "contradict");
  CHECK(Stated{kScale, {0, 0, 0, 1000, 2000, 0, 10, 0, 0, 1005.1, 2000, 0}, {}, kUtm}.read());
  check_error({{}, {0, 0, 0, 1, 2, 0, 10, 0, 0, 9, 2, 0}, {}, kUtm}, "ground control points");
  check_error({{}, {}, {}, kUtm}, "no numbers that place its pixels");
  check_error({{}, {}, std::vector<double>(15, 1.0), kUtm}, "15 numbers, expected 16");
  check_error({{}, {}, std::vector<double>(16, 1.0), kUtm}, "place no pixel");
  check_error({{}, {}, std::vector<double>(16, kNaN), kUtm}, "place no pixel");
  check_error({kScale, kPoint, std::vector<double>(16, 1.0), kUtm}, "both");
}

TEST_CASE("a directory of geo keys that is cut or of another kind is an error") {
  check_error({kScale, kPoint, {}, {1, 1, 0}}, "version 1");
  check_error({kScale, kPoint, {}, {2, 1, 0, 0}}, "version 1");
  check_error({kScale, kPoint, {}, {1, 1, 0, 65535, 1024, 0, 1, 1}}, "announces 65535 keys and holds 1");
  check_error({kScale, kPoint, {}, {1, 1, 0, 1, 3072, 34736, 1, 0}}, "key 3072 is not one number");
  check_error({kScale, kPoint, {}, {1, 1, 0, 1, 1024, 0, 2, 1}}, "key 1024 is not one number");
  check_error({kScale, kPoint, {}, {1, 1, 0, 1, 1025, 0, 1, 3}}, "GTRasterType is 3");
  check_error({kScale, kPoint, {}, {1, 1, 0, 1, 1024, 0, 1, 3}}, "earth's centre");
}

TEST_CASE("tags are read from the file, and tags that cannot be read leave a picture") {
  if (!is_read_here("x.tif")) return;
  const auto georeference = [](std::vector<TiffTag> tags) {
    TiffBytes tiff;
    tiff.add_page(20, 12, half_red(20, 12), std::move(tags));
    const auto file = PictureFile::from_memory(tiff.bytes(), {});
    REQUIRE(file);
    CHECK(file->structure().width == 20);
    return file->structure().georeference;
  };
  const TiffTag scale = TiffTag::doubles(33550, {2, 2, 0}), point = TiffTag::doubles(33922, kPoint);
  const TiffTag keys = TiffTag::shorts(34735, {kUtm.begin(), kUtm.end()});
  CHECK_FALSE(georeference({}));
  const auto good = georeference({scale, point, keys});
  REQUIRE(good);
  REQUIRE(*good);
  CHECK((*good)->epsg == 32632);
  CHECK((*good)->transform == std::array<double, 6>{1000, 2, 0, 2000, 0, -2});
  const auto bad = [&](const std::vector<TiffTag>& tags) {
    const auto found = georeference(tags);
    REQUIRE(found);
    CHECK_FALSE(*found);
  };
  bad({TiffTag{33550, 11, {0x40000000, 0x40000000, 0}}, point, keys});  // floats
  bad({scale, point, TiffTag::longs(34735, {1, 1, 0, 0})});             // 32 bits
  bad({scale, TiffTag::longs(33922, {0, 0, 0, 1000, 2000, 0}), keys});
  bad({keys});
  bad({scale, keys});
}

TEST_CASE("geo tags of absurd counts and places take no memory and leave a picture or an error") {
  if (!is_read_here("x.tif")) return;
  for (const int id : {33550, 33922, 34264, 34735})
    for (const std::uint32_t count : {0u, 1u, 0x7fffffffu, 0xffffffffu})
      for (const std::uint32_t at : {0u, 100000u, 0xfffffff0u}) {
        CAPTURE(id, count, at);
        TiffBytes tiff;
        const std::uint32_t page =
            tiff.add_page(20, 12, half_red(20, 12),
                          {TiffTag::doubles(33550, {2, 2, 0}), TiffTag::doubles(33922, kPoint),
                           TiffTag::doubles(34264, std::vector<double>(16, 1.0)),
                           TiffTag::shorts(34735, {kUtm.begin(), kUtm.end()})});
        for (std::uint32_t entry = page + 2; entry + 12 <= tiff.bytes().size() - 4; entry += 12) {
          if ((tiff.bytes()[entry] | tiff.bytes()[entry + 1] << 8) != id) continue;
          tiff.set(entry + 4, count);
          tiff.set(entry + 8, at);
        }
        const auto file = PictureFile::from_memory(tiff.bytes(), {});
        if (!file || (id == 34264 && count == 0)) continue;  // without a matrix the others place it
        REQUIRE(file->structure().georeference);
        CHECK_FALSE(*file->structure().georeference);
      }
}
