// SPDX-License-Identifier: MIT
// JSON, npy, overlay and terminal report of one known map.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/tools/picture_files.hpp"
#include "tests/tools/report_fixture.hpp"
#include "tools/outputs/output_writers.hpp"
#include "tools/pictures/image_io.hpp"
#include "tools/report/output_json.hpp"
#include "tools/report/profile_table.hpp"
#include "tools/report/terminal_report.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;
using nlohmann::json;

namespace {

Picture grey_picture(int width, int height) {
  Picture picture = *make_picture(width, height, {});
  std::fill_n(picture.rgb.get(), picture.row_bytes() * static_cast<std::size_t>(height), std::uint8_t{128});
  return picture;
}

TruthPicture overlay_of(const RunReport& report) {
  const TemporaryFolder folder;
  const PictureSource picture(grey_picture(report.width, report.height));
  const Limits limits;
  auto file = AtomicFile::create(folder / "o.png");
  REQUIRE(file);
  REQUIRE(write_overlay(*file, {picture, report, limits}));
  REQUIRE(file->commit());
  return read_png_truth(folder / "o.png");
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n')
      lines.emplace_back();
    else
      lines.back() += c;
  }
  return lines;
}

std::size_t columns(const std::string& line) {
  return static_cast<std::size_t>(
      std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace

TEST_CASE("the JSON line has every field of the schema") {
  const ReportFixture fixture;
  const std::string line = json_line(fixture.report);
  CHECK(line.find('\n') == std::string::npos);
  const json result = json::parse(line);
  CHECK(result["schema"] == "fcn-infer/1");
  CHECK(result["image"] == "folder/picture.png");
  CHECK(result["width"] == 160);
  CHECK(result["height"] == 128);
  CHECK(result["model"] == "tiny.safetensors");
  CHECK(result["classes"] == 3);
  CHECK(result["map"] == json::parse(R"({"rows": 2, "cols": 3, "pool_stride": 1, "output_stride": 32,
                                         "stride_px": 32, "first_center_px": [32, 32], "window_size_px": 96})"));
  CHECK(result["original"] == json::parse(R"({"width": 160, "height": 128, "exif_orientation": 1,
      "first_center_px": [32, 32], "row_step_px": [0, 32], "col_step_px": [32, 0]})"));
  // The background's 0.95 takes no part.
  const json boot = json::parse(R"({"class": 2, "label": "Boot", "probability": 0.9, "row": 1, "col": 1,
                                    "center_px": [64, 64], "window_px": [32, 32, 96, 96],
                                    "center_original_px": [64, 64],
                                    "window_original_px": [32, 32, 96, 96]})");
  CHECK(result["predicted"] == boot);
  REQUIRE(result["top"].size() == 2);
  CHECK(result["top"][0] == boot);
  CHECK(result["top"][1]["label"] == "Bag");
  CHECK(result["time_ms"] ==
        json::parse(R"({"decode": 1.235, "preprocess": 0.0, "plan": 0.0, "infer": 20.0})"));
  CHECK(result["threads"] == 2);
  CHECK(result["arch"] == "reference");
  CHECK(result["activation"] == "softmax");
  CHECK_FALSE(result.contains("asked"));
}

TEST_CASE("independent classes are predicted from a half on, and shown below it") {
  ReportFixture fixture(ScoreKind::probabilities, ScoreActivation::sigmoid);
  CHECK(json::parse(json_line(fixture.report))["predicted"]["label"] == "Boot");
  CHECK(terminal_report(fixture.report, Detail::normal).find("need not add up") != std::string::npos);
  CHECK(terminal_report(fixture.report, Detail::normal).find("found nothing") == std::string::npos);
  fixture.set(1, {0.1F, 0.3F, 0.2F, 0.1F, 0.05F, 0.05F});
  fixture.set(2, {0.0F, 0.1F, 0.1F, 0.49F, 0.2F, 0.0F});
  const json result = json::parse(json_line(fixture.report));
  CHECK(result["activation"] == "sigmoid");
  CHECK(result["predicted"].is_null());
  CHECK(result["top"][0]["label"] == "Boot");
  CHECK(shown_class(fixture.report) == 2);
  const std::string text = terminal_report(fixture.report, Detail::verbose);
  CHECK(text.find("found nothing: no class reaches 50 %") != std::string::npos);
  CHECK(text.find("Boot, place by place") != std::string::npos);
  CHECK(text.find("  - - -\n  - - -\n") != std::string::npos);
  for (const std::string& line : lines_of(text)) CHECK(columns(line) <= 80);
  CHECK(terminal_line(fixture.report) == "folder/picture.png: found nothing (Boot 49.0 % at (32, 64))\n");
}

TEST_CASE("scores that are no probabilities are numbers everywhere") {
  ReportFixture fixture(ScoreKind::probabilities, ScoreActivation::none);
  fixture.set(2, {0.0F, -0.1F, 0.1F, 7.25F, 0.9F, 0.0F});
  fixture.report.region_request = {.kind = RegionKind::all, .threshold = 3, .contours = false, .nms = {}};
  fixture.report.regions.push_back({2, 1, 2, 3, 4, 12, 7.25F, 5.5, {}});
  const json result = json::parse(json_line(fixture.report));
  CHECK(result["activation"] == "none");
  CHECK(result["predicted"]["probability"].is_null());
  CHECK(result["predicted"]["logit"] == 7.25);
  const std::string text = terminal_report(fixture.report, Detail::verbose);
  CHECK(text.find('%') == std::string::npos);
  CHECK(text.find("Regions of 3 or more") != std::string::npos);
  CHECK(text.find("7.25") != std::string::npos);
  for (const std::string& line : lines_of(text)) CHECK(columns(line) <= 80);
}

TEST_CASE("JSON also places peaks in the file's own pixels") {
  ReportFixture fixture;
  // The file has 256 x 320 pixels, is turned right (6), and ran at half its size.
  fixture.report.frame = {256, 320, 6, 160, 128};
  const json result = json::parse(json_line(fixture.report));
  // Cell (1, 1) lies at (64, 64), at (128.5, 128.5) before resizing; the file's bottom is on the left.
  CHECK(result["predicted"]["center_original_px"] == json::parse("[128.5, 190.5]"));
  CHECK(result["predicted"]["window_original_px"] == json::parse("[64, 64, 192, 192]"));
  CHECK(result["original"] == json::parse(R"({"width": 256, "height": 320, "exif_orientation": 6,
      "first_center_px": [64.5, 254.5], "row_step_px": [64, 0], "col_step_px": [0, -64]})"));
}

TEST_CASE("JSON states what it cannot say as null, and hostile text harmlessly") {
  ReportFixture fixture(ScoreKind::logits);
  fixture.map.peaks()[1].probability = std::numeric_limits<float>::infinity();
  fixture.map.peaks()[2].probability = -std::numeric_limits<float>::infinity();
  fixture.report.image = "bad\xff name\n\x1b[31m";
  fixture.report.asked_classes = {2};
  const std::string line = json_line(fixture.report);
  CHECK(line.find('\x1b') == std::string::npos);
  const json result = json::parse(line);
  CHECK(result["predicted"]["probability"].is_null());
  CHECK(result["asked"][0]["class"] == 2);
  CHECK(result["asked"][0]["probability"].is_null());
  CHECK(result["asked"][0]["logit"] == 0.9);
  CHECK(result["image"] == "bad\xef\xbf\xbd name\n\x1b[31m");
}

namespace {

RunProfile two_layers() {
  RunProfile profile;
  profile.runs = 3;
  profile.peak_gflops = 80;
  profile.run_ms = 12.5;
  profile.layers.push_back({"input\x1b", {3, 32'000, 32'000}, std::nullopt, 2, 0});
  profile.layers.push_back(
      {"a.layer.with.quite.a.long.name", {512, 7, 7}, ConvAlgorithm::winograd4, 10, 100});
  return profile;
}

}  // namespace

TEST_CASE("a profile fits 80 columns and says what its shares are of") {
  const std::string table = profile_table(two_layers());
  CHECK(table.find('\x1b') == std::string::npos);
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);)  // a column a character: UTF-8's first bytes
    CHECK(std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xc0) != 0x80; }) <= 80);
  CHECK(table.find("measured peak, 80.0 GFLOP/s") != std::string::npos);
  CHECK(table.find("512x7x7          winograd4    10.00    100.0    125 %\n") != std::string::npos);
  CHECK(table.find("scores, and the rest") != std::string::npos);
}

TEST_CASE("a profile is part of the JSON line") {
  ReportFixture fixture;
  fixture.report.profile = two_layers();
  const json profile = json::parse(json_line(fixture.report)).at("profile");
  CHECK(profile["runs"] == 3);
  CHECK(profile["peak_gflops"] == 80);
  CHECK(profile["layers"][1] == json::parse(R"({"name": "a.layer.with.quite.a.long.name",
      "output": [512, 7, 7], "ms": 10.0, "algorithm": "winograd4", "gflops": 100.0, "peak_share": 1.25})"));
  CHECK_FALSE(profile["layers"][0].contains("gflops"));
}

TEST_CASE("the npy file is classes x rows x cols") {
  const ReportFixture fixture;
  const TemporaryFolder folder;
  auto file = AtomicFile::create(folder / "m.npy");
  REQUIRE(file);
  REQUIRE(write_npy(*file, {PictureSource(Picture()), fixture.report, Limits()}));
  REQUIRE(file->commit());
  const Bytes bytes = read_file(folder / "m.npy");
  const std::size_t header = 10 + bytes[8] + 256u * bytes[9];
  CHECK(std::string(bytes.begin(), bytes.begin() + 8) == std::string("\x93NUMPY\x01\x00", 8));
  CHECK(header % 64 == 0);
  const std::string text(bytes.begin() + 10, bytes.begin() + static_cast<std::ptrdiff_t>(header));
  CHECK(text.starts_with("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2, 3), }"));
  CHECK(text.back() == '\n');
  REQUIRE(bytes.size() == header + 3 * 2 * 3 * sizeof(float));
  std::vector<float> values(18);
  std::memcpy(values.data(), bytes.data() + header, values.size() * sizeof(float));
  for (int id = 0; id < 3; ++id)
    for (int cell = 0; cell < 6; ++cell)
      CHECK(values[static_cast<std::size_t>(6 * id + cell)] == fixture.map.at(id, cell / 3, cell % 3));
}

TEST_CASE("the overlay is brightest at the best cell's true centre") {
  ReportFixture fixture;
  fixture.set(2, {0, 0, 0, 0, 0.9F, 0});
  const TruthPicture overlay = overlay_of(fixture.report);
  REQUIRE(overlay.width > 0);
  const int enlarged = overlay.width / fixture.report.width;
  CHECK(enlarged == 3);  // 160 pixels become legible
  const auto red = [&](double x, double y) {
    const auto column = static_cast<std::size_t>((x + 0.5) * enlarged);
    const auto row = static_cast<std::size_t>((y + 0.5) * enlarged);
    return static_cast<int>(overlay.rgb[3 * (row * static_cast<std::size_t>(overlay.width) + column)]);
  };
  // Cell (1, 1) is centred on pixel (64, 64); its neighbours' centres are 32 pixels away and cold; the frame
  // of the nominal window (32, 32, 96, 96) is not red.
  CHECK(red(64, 64) > 180);
  CHECK(red(70, 58) > red(84, 64));
  CHECK(red(100, 64) < 120);
  // Beyond half a stride from the last centre nothing is known: darker than within.
  CHECK(red(6, 70) < red(20, 70));
}

TEST_CASE("overlays of odd pictures and labels") {
  ReportFixture fixture;
  for (const auto& [width, height] : {std::pair{96, 96}, {97, 2000}, {3000, 96}}) {
    CAPTURE(width, height);
    fixture.report.width = width;
    fixture.report.height = height;
    fixture.info.labels[2] =
        "a label \x1b that is far too long for any strip, \xc3\xa9\xff and goes on and on and on and on";
    const TruthPicture overlay = overlay_of(fixture.report);
    CHECK(overlay.width >= 480);
    CHECK(overlay.height > height);
  }
  fixture.map = *ScoreMap::create({1, 1, 1}, ScoreKind::probabilities, {}, 0);
  CHECK(overlay_of(fixture.report).width >= 480);
  const float nan = std::nanf("");
  ReportFixture broken(ScoreKind::logits);
  broken.set(2, {nan, nan, nan, nan, nan, nan});
  CHECK(overlay_of(broken.report).width == 480);
}

TEST_CASE("the terminal report fits 80 columns and obeys no label") {
  ReportFixture fixture;
  fixture.info.labels[2] = "Boot\x1b[2J\n\xff with a label longer than any column would ever be";
  for (const Detail detail : {Detail::normal, Detail::verbose}) {
    const std::string text = terminal_report(fixture.report, detail);
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find('\xff') == std::string::npos);
    for (const std::string& line : lines_of(text)) CHECK(columns(line) <= 80);
    CHECK(text.find("map of 3 x 2 cells") != std::string::npos);
    CHECK(text.find("(64, 64)") != std::string::npos);
  }
  CHECK(terminal_report(fixture.report, Detail::verbose).find("[1, 3, 2, 3]") != std::string::npos);
}

TEST_CASE("the terminal report says when its pixels are not the file's") {
  ReportFixture fixture;
  CHECK(terminal_report(fixture.report, Detail::normal).find("the file has") == std::string::npos);
  fixture.report.frame = {65'535, 65'535, 6, 160, 128};
  const std::string text = terminal_report(fixture.report, Detail::normal);
  CHECK(text.find("the file has 65535 x 65535, turned by EXIF") != std::string::npos);
  for (const std::string& line : lines_of(text)) CHECK(columns(line) <= 80);
}

TEST_CASE("a wide map is reduced and keeps its best cell") {
  ReportFixture fixture;
  fixture.map =
      *ScoreMap::create({2, 100, 300}, ScoreKind::probabilities, fixture.map.geometry(), std::nullopt);
  for (int cell = 0; cell < 30'000; ++cell)
    fixture.map.cell(cell / 300, cell % 300)[0] = fixture.map.cell(cell / 300, cell % 300)[1] = 0;
  fixture.map.cell(57, 123)[1] = 1;
  fixture.map.peaks()[1] = {1, 57, 123};
  const std::string text = terminal_report(fixture.report, Detail::normal);
  for (const std::string& line : lines_of(text)) CHECK(columns(line) <= 80);
  CHECK(text.find("│") != std::string::npos);
  CHECK(text.find("██ ") != std::string::npos);
}

TEST_CASE("scores never round up to certainty") {
  const auto text = [](float score) { return score_text(score, ScoreKind::probabilities); };
  CHECK(text(1.0F) == "100.0 %");
  CHECK(text(0.999999F) == "99.99 %");
  CHECK(text(0.9997F) == "99.97 %");
  CHECK(text(0.5F) == "50.0 %");
  CHECK(text(0.0001F) == "<0.1 %");
  CHECK(text(0.0F) == "0.0 %");
  CHECK(text(std::nanf("")) == "NaN");
  CHECK(score_text(-3.25F, ScoreKind::logits) == "-3.25");
}

TEST_CASE("classes are found by label first, then by number") {
  ModelInfo info;
  info.labels = {"zero", "2", "two"};
  CHECK(*find_class(info, 3, "zero") == 0);
  CHECK(*find_class(info, 3, "2") == 1);
  CHECK(*find_class(info, 3, "0") == 0);
  for (const char* const wrong : {"3", "-1", "two ", "", "1.0", "99999999999"})
    CHECK_FALSE(find_class(info, 3, wrong));
}
