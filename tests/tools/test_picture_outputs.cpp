// SPDX-License-Identifier: MIT
// The pictures and tables of one known map, beyond the overlay: pixels where they are specified, and no way
// to break where they are not.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "tests/tools/picture_files.hpp"
#include "tests/tools/report_fixture.hpp"
#include "tools/outputs/output_writers.hpp"
#include "tools/runs/regions.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;

namespace {

using Writer = Status (*)(AtomicFile&, const PictureResult&);

Picture patterned(int width, int height) {
  Picture picture = *make_picture(width, height, {});
  for (int y = 0; y < height; ++y)
    for (std::size_t i = 0; i < picture.row_bytes(); ++i)
      picture.row(y)[i] = static_cast<std::uint8_t>(7 * i + 31 * static_cast<std::size_t>(y));
  return picture;
}

Bytes written(Writer write, const RunReport& report, const std::string& path) {
  const PictureSource picture(patterned(report.width, report.height));
  const Limits limits;
  auto file = AtomicFile::create(path);
  REQUIRE(file);
  REQUIRE(write(*file, {picture, report, limits}));
  REQUIRE(file->commit());
  return read_file(path);
}

TruthPicture drawn(Writer write, const RunReport& report) {
  const TemporaryFolder folder;
  written(write, report, folder / "p.png");
  return read_png_truth(folder / "p.png");
}

}  // namespace

TEST_CASE("the mask is white in the regions and nowhere else") {
  ReportFixture fixture;
  fixture.report.region_request = {RegionKind::all, 0.25, false, std::nullopt};
  fixture.report.regions = *find_regions(fixture.report);
  REQUIRE(fixture.report.regions.size() == 2);
  const TruthPicture mask = drawn(write_mask, fixture.report);
  REQUIRE(mask.width == 160);
  REQUIRE(mask.height == 128);
  std::int64_t white = 0, boxed = 0;
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      const int value = mask.rgb[3 * static_cast<std::size_t>(160 * y + x)];
      CHECK((value == 0 || value == 255));
      if (value == 0) continue;
      ++white;
      boxed += std::any_of(fixture.report.regions.begin(), fixture.report.regions.end(),
                           [&](const maps::Region& r) {
                             return x >= r.x && x < r.x + r.width && y >= r.y && y < r.y + r.height;
                           });
    }
  }
  CHECK(white == boxed);
  CHECK(white > 1000);
  CHECK(white <= fixture.report.regions[0].area + fixture.report.regions[1].area);
}

TEST_CASE("heat is brightest at the best cell, argmax shows the winners") {
  ReportFixture fixture;
  const auto at = [](const TruthPicture& picture, double x, double y) {
    const int enlarged = picture.width / 160;
    const auto column = static_cast<std::size_t>((x + 0.5) * enlarged);
    const auto row = static_cast<std::size_t>((y + 0.5) * enlarged);
    const auto* const rgb = picture.rgb.data() + 3 * (row * static_cast<std::size_t>(picture.width) + column);
    return std::vector<int>{rgb[0], rgb[1], rgb[2]};
  };
  const TruthPicture heat = drawn(write_heat, fixture.report);
  CHECK(heat.width == 480);
  CHECK(at(heat, 64, 64)[0] > 230);             // 90 %: nearly the end of the scale
  CHECK(at(heat, 96, 64)[0] < 20);              // 0 %
  CHECK(at(heat, 150, 100) == at(heat, 5, 5));  // beyond all cells
  const TruthPicture argmax = drawn(write_argmax, fixture.report);
  CHECK(at(argmax, 50, 64) != at(argmax, 64 + 16, 64));  // Boot's cell ends before pixel 80
  CHECK(argmax.height > heat.height);                    // a legend of several rows
}

TEST_CASE("pictures of odd sizes and maps") {
  ReportFixture fixture;
  fixture.info.labels[2] = "a label \x1b that is far too long, \xc3\xa9\xff and goes on and on and on and on";
  fixture.report.region_request = {RegionKind::all, 0.25, false, std::nullopt};
  for (const Writer write :
       {write_heat, write_argmax, write_side_by_side, write_sheet, write_masked, write_mask}) {
    for (const auto& [width, height] :
         {std::pair{96, 96}, {97, 2000}, {3000, 96}, {1, 1}, {479, 480}, {481, 2}}) {
      CAPTURE(width, height);
      fixture.report.width = width;
      fixture.report.height = height;
      fixture.report.regions = *find_regions(fixture.report);
      const TruthPicture picture = drawn(write, fixture.report);
      CHECK(picture.width >= std::min(width, 480));
    }
    ReportFixture logits(ScoreKind::logits);
    const float nan = std::nanf("");
    logits.set(2, {nan, nan, nan, nan, nan, nan});
    CHECK(drawn(write, logits.report).width > 0);
    ReportFixture background;
    background.map = *ScoreMap::create({1, 1, 1}, ScoreKind::probabilities, {}, 0);
    CHECK(drawn(write, background.report).width > 0);
  }
}

TEST_CASE("the table has a line a cell and quotes what must be") {
  ReportFixture fixture;
  fixture.info.labels[2] = "Boot, \"high\"";
  const TemporaryFolder folder;
  const Bytes bytes = written(write_csv, fixture.report, folder / "t.csv");
  const std::string text(bytes.begin(), bytes.end());
  CHECK(text.starts_with(
      "row,col,center_x,center_y,best_class,best_label,best_score,\"Boot, \"\"high\"\"\",Bag\n"
      "0,0,32,32,0,nothing,0.9,0,0.1\n0,1,64,32,1,Bag,0.7,0.1,0.7\n"));
  CHECK(std::count(text.begin(), text.end(), '\n') == 7);
  fixture.report.asked_classes = {1};
  const Bytes one = written(write_csv, fixture.report, folder / "t.csv");
  CHECK(std::string(one.begin(), one.end()).find("best_score,Bag\n") != std::string::npos);
}

TEST_CASE("a table's labels compute nothing and control nothing") {
  const auto header = [](const std::string& label) {
    ReportFixture fixture;
    fixture.info.labels[2] = label;
    fixture.report.asked_classes = {2};
    const TemporaryFolder folder;
    const Bytes bytes = written(write_csv, fixture.report, folder / "t.csv");
    const std::string text(bytes.begin(), bytes.end());
    constexpr std::string_view kBefore = "row,col,center_x,center_y,best_class,best_label,best_score,";
    REQUIRE(text.starts_with(kBefore));
    return text.substr(kBefore.size(), text.find('\n') - kBefore.size());
  };
  CHECK(header("=HYPERLINK(\"http://x\")") == "\"'=HYPERLINK(\"\"http://x\"\")\"");
  CHECK(header("@SUM(1,2)") == "\"'@SUM(1,2)\"");
  CHECK(header("+1") == "'+1");
  CHECK(header("-1") == "'-1");
  CHECK(header("＝1") == "'＝1");
  CHECK(header("a=1-2+3@4") == "a=1-2+3@4");
  for (int code = 1; code < 0x20; ++code) {
    const std::string shown = header("a" + std::string(1, static_cast<char>(code)) + "=1");
    INFO("control character " << code);
    CHECK(shown.size() == 7);
    CHECK(shown.starts_with("a\\x"));
    CHECK(header(std::string(1, static_cast<char>(code)) + "=1").starts_with("\\x"));
  }
  CHECK(header("a\x7f") == "a\\x7f");
}
