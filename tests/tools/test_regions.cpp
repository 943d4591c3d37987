// SPDX-License-Identifier: MIT
// Maps on pictures and the regions in them, against OpenCV 4.6 (region_expectations.inc), a flood fill, and
// by hand.
#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>
#include <tuple>
#include <vector>

#include "tests/tools/picture_files.hpp"
#include "tests/tools/report_fixture.hpp"
#include "tools/outputs/output_masks.hpp"
#include "tools/runs/contour.hpp"
#include "tools/runs/regions.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;

namespace {

struct Expected {
  std::uint32_t seed;
  int rows, cols, height, width;
  std::uint32_t stretched_hash;
  int count;
  std::uint32_t regions_hash;
  int tutorial_box[4];
  std::uint32_t masked_hash;
};

const Expected kExpected[] = {
#include "tests/tools/region_expectations.inc"
};

class Lcg {
 public:
  explicit Lcg(std::uint32_t seed) : state_(seed) {}
  int operator()(int count) {
    state_ = state_ * 1664525u + 1013904223u;
    return static_cast<int>((state_ >> 16) % static_cast<std::uint32_t>(count));
  }

 private:
  std::uint32_t state_;
};

class Fnv {
 public:
  void add(std::int32_t number) {
    for (int shift = 0; shift < 32; shift += 8)
      value_ = (value_ ^ ((static_cast<std::uint32_t>(number) >> shift) & 0xff)) * 16777619u;
  }
  [[nodiscard]] std::uint32_t value() const { return value_; }

 private:
  std::uint32_t value_ = 2166136261u;
};

/// A report of one class on a picture, as make_region_expectations.py made it.
struct Case {
  ScoreMap map;
  ModelInfo info;
  RunReport report;

  explicit Case(const Expected& expected) {
    Lcg random(expected.seed);
    for (int i = 0; i < 4; ++i) random(1);  // the sizes
    map = *ScoreMap::create({1, expected.rows, expected.cols}, ScoreKind::probabilities, {}, std::nullopt);
    for (int i = 0; i < expected.rows * expected.cols; ++i) {
      const float score = static_cast<float>(random(64)) / 64;
      *map.cell(i / expected.cols, i % expected.cols) = score;
      if (score > map.peak(0).probability) map.peaks()[0] = {score, i / expected.cols, i % expected.cols};
    }
    report.width = expected.width;
    report.height = expected.height;
    report.info = &info;
    report.map = &map;
    report.placement = Placement::stretch;
    report.region_request = {RegionKind::all, 0.5, true, std::nullopt};
  }
  Case(const Case&) = delete;
  Case& operator=(const Case&) = delete;
};

std::vector<Region> found_in(const RunReport& report) {
  const auto regions = find_regions(report);
  REQUIRE(regions);
  return *regions;
}

}  // namespace

TEST_CASE("a stretched map is cv2.resize's to the bit, its regions and contours are OpenCV's") {
  for (const Expected& expected : kExpected) {
    CAPTURE(expected.seed, expected.rows, expected.cols, expected.height, expected.width);
    const Case scene(expected);
    const PictureSize size{expected.width, expected.height};
    const PlacedAxes axes = PlacedAxes::create(Placement::stretch, scene.map, size, size);
    PlacedMap placed(scene.map, 0, axes);
    Fnv stretched;
    for (int y = 0; y < expected.height; ++y) {
      const float* const row = placed.row(y);
      for (int x = 0; x < expected.width; ++x) stretched.add(std::bit_cast<std::int32_t>(row[x]));
    }
    CHECK(stretched.value() == expected.stretched_hash);

    std::vector<Region> regions = found_in(scene.report);
    CHECK(regions.size() == static_cast<std::size_t>(expected.count));
    std::sort(regions.begin(), regions.end(), [](const Region& a, const Region& b) {
      const ContourPoint p = a.contour.front(), q = b.contour.front();
      return std::tuple(p.y, p.x) < std::tuple(q.y, q.x);
    });
    Fnv all;
    for (const Region& region : regions) {
      for (const int number : {region.x, region.y, region.width, region.height, static_cast<int>(region.area),
                               static_cast<int>(region.contour.size())})
        all.add(number);
      for (const ContourPoint& point : region.contour) {
        all.add(point.x);
        all.add(point.y);
      }
      CHECK(region.peak >= 0.5F);
      CHECK(region.mean >= 0.5);
      CHECK(region.mean <= static_cast<double>(region.peak));
    }
    CHECK(all.value() == expected.regions_hash);

    const auto box = tutorial_region(scene.map, 0, size, 0.25);
    REQUIRE(box);
    REQUIRE(box->size() == (expected.tutorial_box[2] > 0 ? 1 : 0));
    if (box->empty()) continue;
    const Region& found = box->front();
    CHECK(std::vector{found.x, found.y, found.width, found.height} ==
          std::vector(std::begin(expected.tutorial_box), std::end(expected.tutorial_box)));
  }
}

TEST_CASE("the masked image is the tutorials' to the pixel") {
  const TemporaryFolder folder;
  for (const Expected& expected : kExpected) {
    CAPTURE(expected.seed, expected.rows, expected.cols, expected.height, expected.width);
    Case scene(expected);
    scene.report.region_request.threshold = 0.25;
    Picture picture = *make_picture(expected.width, expected.height, {});
    for (int y = 0; y < picture.height; ++y)
      for (std::size_t i = 0; i < picture.row_bytes(); ++i)
        picture.row(y)[i] = static_cast<std::uint8_t>(7 * i + 31 * static_cast<std::size_t>(y));
    auto file = AtomicFile::create(folder / "m.png");
    REQUIRE(file);
    const Limits limits;
    REQUIRE(write_masked(*file, {picture, scene.report, limits}));
    REQUIRE(file->commit());
    Fnv hash;
    for (const std::uint8_t byte : read_png_truth(folder / "m.png").rgb) hash.add(byte);
    CHECK(hash.value() == expected.masked_hash);
  }
}

TEST_CASE("a placed map has each cell's score at its centre, and lines between") {
  ReportFixture fixture;  // centres at 32, 64 and 96 by 32 and 64, on 160 x 128
  const PictureSize size{160, 128};
  const PlacedAxes axes = PlacedAxes::create(Placement::centers, fixture.map, size, size);
  CHECK(axes.x.begin == 16);
  CHECK(axes.x.end == 112);
  CHECK(axes.y.begin == 16);
  CHECK(axes.y.end == 80);
  PlacedMap placed(fixture.map, 2, axes);
  for (int row = 0; row < 2; ++row)
    for (int col = 0; col < 3; ++col)
      CHECK(placed.row(32 + 32 * row)[32 + 32 * col] == fixture.map.at(2, row, col));
  // Halfway between 0.5 and 0.9; a quarter of the way down from 0.1 to 0.9; beyond the outermost centres.
  // Each of the operations on values below 1 rounds by at most 2^-25.
  CHECK(placed.row(64)[48] == Approx(0.7).margin(1e-7));
  CHECK(placed.row(40)[64] == Approx(0.3).margin(1e-7));
  CHECK(placed.row(127)[20] == 0.5F);
  CHECK(placed.row(0)[0] == 0.0F);
  CHECK(placed.row(64)[64] == 0.9F);  // backwards, too
}

TEST_CASE("a drawing of another size shows the same places") {
  ReportFixture fixture;
  const PictureSize size{160, 128};
  const PlacedAxes large = PlacedAxes::create(Placement::centers, fixture.map, size, {480, 384});
  CHECK(large.x.begin == 49);
  CHECK(large.x.end == 337);
  CHECK(large.x.nearest(3 * 64 + 1) == 1);
  CHECK(large.x.places[3 * 64 + 1].share == 0);
  const PlacedAxes small = PlacedAxes::create(Placement::centers, fixture.map, size, {40, 32});
  CHECK(small.x.begin == 4);
  CHECK(small.x.end == 28);
}

TEST_CASE("regions of placed maps lie around their cells' centres") {
  ReportFixture fixture;
  fixture.report.region_request.kind = RegionKind::shown;
  fixture.set(2, {0, 0, 0, 0, 0.9F, 0});
  std::vector<Region> regions = found_in(fixture.report);
  REQUIRE(regions.size() == 1);
  const Region& boot = regions[0];
  CHECK(boot.class_id == 2);
  CHECK(boot.peak == 0.9F);
  // 0.9 (1 - d / 32) >= 0.25 for d <= 23 pixels around (64, 64); below its centre the map ends after half a
  // cell.
  CHECK(std::vector{boot.x, boot.y, boot.width, boot.height} == std::vector{41, 41, 47, 39});
  CHECK(boot.contour.empty());

  fixture.report.region_request.threshold = 0.95;
  CHECK(found_in(fixture.report).empty());
  fixture.report.region_request.threshold = 0.25;
  fixture.report.asked_classes = {1, 2};
  regions = found_in(fixture.report);
  REQUIRE(regions.size() == 2);
  CHECK(regions[0].class_id == 2);
  CHECK(regions[1].class_id == 1);
}

TEST_CASE("all classes but the background have regions, and overlapping ones give way") {
  ReportFixture fixture;
  fixture.report.region_request = {RegionKind::all, 0.25, false, std::nullopt};
  fixture.set(1, {0, 0, 0, 0, 0.8F, 0});
  fixture.set(2, {0, 0, 0, 0, 0.9F, 0});
  REQUIRE(found_in(fixture.report).size() == 2);
  fixture.report.region_request.nms = 0.5;
  const std::vector<Region> kept = found_in(fixture.report);
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].class_id == 2);
  fixture.report.region_request.nms = 1;  // nothing overlaps more
  CHECK(found_in(fixture.report).size() == 2);
}

TEST_CASE("overlap of boxes") {
  const Region a{0, 0, 0, 10, 10, 100, 1, 1, {}}, b{0, 5, 0, 10, 10, 100, 1, 1, {}},
      far{0, 90, 0, 1, 1, 1, 1, 1, {}};
  CHECK(intersection_over_union(a, a) == 1);
  CHECK(intersection_over_union(a, b) == Approx(50.0 / 150));
  CHECK(intersection_over_union(a, far) == 0);
}

TEST_CASE("maps of one cell, without numbers, and full of noise") {
  ReportFixture fixture;
  fixture.report.region_request = {RegionKind::shown, 0.25, true, std::nullopt};
  const float nan = std::numeric_limits<float>::quiet_NaN();
  fixture.set(2, {nan, nan, nan, nan, nan, nan});
  fixture.report.asked_classes = {2};
  CHECK(found_in(fixture.report).empty());
  CHECK(tutorial_region(fixture.map, 2, {160, 128}, 0.25)->empty());

  fixture.map = *ScoreMap::create({3, 1, 1}, ScoreKind::probabilities, fixture.map.geometry(), 0);
  *fixture.map.cell(0, 0) = fixture.map.cell(0, 0)[1] = 0;
  fixture.map.cell(0, 0)[2] = 1;
  fixture.map.peaks()[2] = {1, 0, 0};
  const std::vector<Region> one = found_in(fixture.report);
  REQUIRE(one.size() == 1);
  CHECK(one[0].area == 32 * 32);
  CHECK(one[0].contour == std::vector<ContourPoint>{{16, 16}, {16, 47}, {47, 47}, {47, 16}});

  // A cell a pixel, every other one in: as many regions as dots.
  MapGeometry dots;
  fixture.map = *ScoreMap::create({3, 1000, 1000}, ScoreKind::probabilities, dots, 0);
  for (int i = 0; i < 1'000'000; ++i)
    fixture.map.cell(i / 1000, i % 1000)[2] = i / 1000 % 2 == 0 && i % 2 == 0 ? 1.0F : 0.0F;
  fixture.report.width = fixture.report.height = 1000;
  const auto refused = find_regions(fixture.report);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::limit_exceeded);
  CHECK(refused.error().message.find("--threshold") != std::string::npos);
}
