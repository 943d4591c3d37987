// SPDX-License-Identifier: MIT
// The regions that reports ask for; finding them is tested in tests/maps. And the tutorials' masked image,
// against OpenCV 4.6 (region_expectations.inc).
#include <catch2/catch.hpp>
#include <cstdint>
#include <vector>

#include "tests/maps/region_case.hpp"
#include "tests/tools/picture_files.hpp"
#include "tests/tools/report_fixture.hpp"
#include "tools/outputs/output_writers.hpp"
#include "tools/runs/regions.hpp"

using namespace fcn;
using namespace fcn::test;
using namespace fcn::tools;
using namespace fcn::tools::test;

namespace {

std::vector<maps::Region> found_in(const RunReport& report) {
  const auto regions = find_regions(report);
  REQUIRE(regions);
  return *regions;
}

}  // namespace

TEST_CASE("the masked image is the tutorials' to the pixel") {
  const TemporaryFolder folder;
  const ModelInfo info;
  for (const RegionCase& expected : kRegionCases) {
    CAPTURE(expected.seed, expected.rows, expected.cols, expected.height, expected.width);
    const ScoreMap map = expected.map();
    RunReport report;
    report.width = expected.width;
    report.height = expected.height;
    report.info = &info;
    report.map = &map;
    report.region_request.threshold = 0.25;
    Picture picture = *make_picture(expected.width, expected.height, {});
    for (int y = 0; y < picture.height; ++y)
      for (std::size_t i = 0; i < picture.row_bytes(); ++i)
        picture.row(y)[i] = static_cast<std::uint8_t>(7 * i + 31 * static_cast<std::size_t>(y));
    auto file = AtomicFile::create(folder / "m.png");
    REQUIRE(file);
    const Limits limits;
    REQUIRE(write_masked(*file, {PictureSource(std::move(picture)), report, limits}));
    REQUIRE(file->commit());
    Fnv hash;
    for (const std::uint8_t byte : read_png_truth(folder / "m.png").rgb) hash.add(byte);
    CHECK(hash.value() == expected.masked_hash);
  }
}

TEST_CASE("a report lists the regions of the classes it shows") {
  ReportFixture fixture;
  fixture.report.region_request.kind = RegionKind::shown;
  fixture.set(2, {0, 0, 0, 0, 0.9F, 0});
  std::vector<maps::Region> regions = found_in(fixture.report);
  REQUIRE(regions.size() == 1);
  CHECK(regions[0].class_id == 2);
  CHECK(regions[0].contour.empty());
  fixture.report.region_request.contours = true;
  CHECK_FALSE(found_in(fixture.report)[0].contour.empty());
  fixture.report.region_request.threshold = 0.95;
  CHECK(found_in(fixture.report).empty());
  fixture.report.region_request.threshold = 0.25;
  fixture.report.asked_classes = {1, 2};
  regions = found_in(fixture.report);
  REQUIRE(regions.size() == 2);
  CHECK(regions[0].class_id == 2);
  CHECK(regions[1].class_id == 1);
  REQUIRE(add_regions(fixture.report));
  CHECK(fixture.report.regions.size() == 2);
  fixture.report.asked_classes = {0};  // the background, by name
  CHECK_FALSE(found_in(fixture.report).empty());
}

TEST_CASE("a report of all classes leaves out the background and what reaches no threshold") {
  ReportFixture fixture;
  fixture.report.region_request = {RegionKind::all, 0.25, false, std::nullopt};
  fixture.set(1, {0, 0, 0, 0, 0.8F, 0});
  fixture.set(2, {0, 0, 0, 0, 0.9F, 0});
  CHECK(region_classes(fixture.report) == std::vector{2, 1});
  REQUIRE(found_in(fixture.report).size() == 2);
  fixture.report.region_request.nms = 0.5;
  const std::vector<maps::Region> kept = found_in(fixture.report);
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].class_id == 2);
  fixture.report.region_request.threshold = 0.95;
  CHECK(found_in(fixture.report).empty());
}

TEST_CASE("the tutorials stretch the map, compare strictly and draw boxes only") {
  ReportFixture fixture;
  fixture.report.region_request = {RegionKind::tutorial, 0.25, true, std::nullopt};
  fixture.set(2, {0.25F, 0.25F, 0.25F, 0.25F, 0.25F, 0.25F});
  fixture.report.asked_classes = {2};
  CHECK(found_in(fixture.report).empty());
  fixture.set(2, {0.25F, 0.25F, 0.25F, 0.25F, 0.5F, 0.25F});
  const std::vector<maps::Region> boxes = found_in(fixture.report);
  REQUIRE(boxes.size() == 1);
  CHECK(boxes[0].y + boxes[0].height == 128);  // as far as the picture goes
  CHECK(boxes[0].contour.empty());
}

TEST_CASE("contours are foretold a bit a pixel") {
  CHECK(region_bytes({RegionKind::shown, 0.25, true, std::nullopt}, {65, 10}) == 2 * 8 * 10);
  CHECK(region_bytes({RegionKind::shown, 0.25, false, std::nullopt}, {65, 10}) == 0);
  CHECK(region_bytes({RegionKind::none, 0.25, true, std::nullopt}, {65, 10}) == 0);
  CHECK(region_bytes({RegionKind::tutorial, 0.25, true, std::nullopt}, {65, 10}) == 0);
}
