// SPDX-License-Identifier: MIT
// The file of --coco against COCO's format as cocodataset.org/#format-data states it, member by member, and
// against the JSON of the same run.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/tools/infer_scene.hpp"
#include "tests/tools/tiff_files.hpp"

using namespace fcn::tools::test;
using nlohmann::json;

namespace {

json read_json(const std::string& path) {
  const Bytes bytes = read_file(path);
  return json::parse(bytes.begin(), bytes.end());
}

double area_of(const json& polygon) {
  double sum = 0;
  const std::size_t count = polygon.size() / 2;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t next = (i + 1) % count;
    sum += polygon[2 * i].get<double>() * polygon[2 * next + 1].get<double>() -
           polygon[2 * next].get<double>() * polygon[2 * i + 1].get<double>();
  }
  return std::abs(sum) / 2;
}

/// All that a reader such as pycocotools takes for granted.
void check_format(const json& coco) {
  std::set<std::int64_t> images, categories, annotations;
  std::vector<std::pair<int, int>> sizes(1 + coco["images"].size());
  CHECK(coco["info"].is_object());
  CHECK(coco["licenses"].is_array());
  for (const json& image : coco["images"]) {
    CHECK(images.insert(image["id"].get<std::int64_t>()).second);
    CHECK(image["file_name"].is_string());
    sizes.at(image["id"].get<std::size_t>()) = {image["width"].get<int>(), image["height"].get<int>()};
  }
  for (const json& category : coco["categories"]) {
    CHECK(categories.insert(category["id"].get<std::int64_t>()).second);
    CHECK(category["name"].is_string());
    CHECK(category["supercategory"].is_string());
  }
  for (const json& annotation : coco["annotations"]) {
    CHECK(annotations.insert(annotation["id"].get<std::int64_t>()).second);
    CHECK(annotation["id"].get<std::int64_t>() > 0);  // pycocotools takes 0 for no match
    REQUIRE(images.contains(annotation["image_id"].get<std::int64_t>()));
    CHECK(categories.contains(annotation["category_id"].get<std::int64_t>()));
    CHECK(annotation["iscrowd"] == 0);
    const auto [width, height] = sizes.at(annotation["image_id"].get<std::size_t>());
    const auto box = annotation["bbox"].get<std::vector<double>>();
    REQUIRE(box.size() == 4);
    CHECK((box[0] >= 0 && box[1] >= 0 && box[2] > 0 && box[3] > 0));
    CHECK((box[0] + box[2] <= width && box[1] + box[3] <= height));
    CHECK(annotation["area"].get<double>() > 0);
    CHECK(annotation["area"].get<double>() <= box[2] * box[3] + 1e-6);
    CHECK((annotation["score"] >= 0 && annotation["score"] <= 1));
    REQUIRE(annotation["segmentation"].is_array());
    double inside = 0;
    for (const json& polygon : annotation["segmentation"]) {
      CHECK(polygon.size() >= 8);
      CHECK(polygon.size() % 2 == 0);
      for (std::size_t i = 0; i < polygon.size(); ++i) {
        const std::size_t axis = i % 2;
        CHECK(polygon[i] >= box[axis]);
        CHECK(polygon[i].get<double>() <= box[axis] + box[axis + 2] + 1e-6);
      }
      inside += area_of(polygon);
    }
    if (!annotation["segmentation"].empty())
      CHECK(inside >= annotation["area"].get<double>() - 1e-3);  // holes are filled
  }
}

}  // namespace

TEST_CASE("one COCO file has the regions of all pictures") {
  const InferScene scene;
  scene.write_ppm("wide.ppm", 60, 12);
  scene.write_ppm("none.ppm", 16, 8);
  const std::string out = scene.folder / "all.json", lines = scene.folder / "lines.json";
  for (const bool contours : {false, true}) {
    std::vector<std::string> arguments = {scene.picture,
                                          scene.folder / "wide.ppm",
                                          scene.folder / "none.ppm",
                                          "-q",
                                          "--regions",
                                          "all",
                                          "--threshold",
                                          "0.9",
                                          "--coco",
                                          out,
                                          "--json",
                                          lines};
    if (contours) arguments.emplace_back("--contours");
    const CommandResult ran = scene.run(arguments);
    INFO(ran.err);
    REQUIRE(ran.exit_code == 0);
    const json coco = read_json(out);
    check_format(coco);
    CHECK(coco["images"].size() == 3);
    CHECK(coco["images"][1]["file_name"] == scene.folder / "wide.ppm");
    CHECK(coco["images"][1]["width"] == 60);
    CHECK(coco["categories"] == json::parse(R"([{"id":1,"name":"red","supercategory":""},
                                               {"id":2,"name":"blue","supercategory":""}])"));
    std::size_t seen = 0;
    const Bytes bytes = read_file(lines);
    std::string text(bytes.begin(), bytes.end());
    for (std::size_t image = 1; image <= 3; ++image) {
      const json line = json::parse(text.substr(0, text.find('\n')));
      text.erase(0, text.find('\n') + 1);
      for (const json& region : line["regions"]) {
        const json& annotation = coco["annotations"].at(seen++);
        CHECK(annotation["image_id"] == image);
        CHECK(annotation["category_id"] == region["class"]);
        CHECK(annotation["bbox"] == region["box"]);
        CHECK(annotation["area"] == region["area_px"]);
        CHECK(annotation["score"] == region["peak"]);
        CHECK(annotation["segmentation"].empty() != contours);
      }
    }
    CHECK(seen == coco["annotations"].size());
    CHECK(seen > 0);
  }
}

TEST_CASE("COCO counts the pixels of the picture upright, whatever ran") {
  if (!is_read_here("x.tif")) return;
  const InferScene scene;
  const std::string out = scene.folder / "all.json", tiff = scene.folder / "turned.tif";
  TiffBytes bytes;
  bytes.add_page(24, 16, half_red(24, 16), {TiffTag::shorts(274, {6})});
  write_file(tiff, bytes.bytes());
  const auto run = [&](std::vector<std::string> more) {
    more.insert(more.end(), {tiff, "--regions", "shown", "--class", "red", "--coco", out, "--json", "-"});
    const CommandResult ran = scene.run(more);
    INFO(ran.err);
    REQUIRE(ran.exit_code == 0);
    const json coco = read_json(out);
    check_format(coco);
    return std::pair(coco, json::parse(ran.out));
  };
  const auto [upright, line] = run({});
  CHECK(upright["images"][0]["width"] == 16);
  CHECK(upright["images"][0]["height"] == 24);
  CHECK(upright["annotations"][0]["bbox"] == line["regions"][0]["box"]);
  CHECK(run({"--no-exif"}).first["images"][0]["width"] == 24);
  const auto [twice, large] = run({"--resize", "32x96", "--contours"});
  CHECK(twice["images"][0]["width"] == 16);
  const auto& box = large["regions"][0]["box"];
  CHECK(twice["annotations"][0]["bbox"] == json{box[0].get<double>() / 2, box[1].get<double>() / 4,
                                                box[2].get<double>() / 2, box[3].get<double>() / 4});
  CHECK(twice["annotations"][0]["area"] == large["regions"][0]["area_px"].get<double>() / 8);
  const auto [part, of] = run({"--roi", "2,10,12,14"});
  CHECK(part["images"][0]["width"] == 16);
  CHECK(part["annotations"][0]["bbox"] == of["regions"][0]["box"]);
  run({"--border", "reflect", "--contours"});
}

TEST_CASE("a COCO file is whole or absent") {
  const InferScene scene;
  const std::string out = scene.folder / "all.json";
  const std::string bad = scene.folder / "bad.ppm";
  write_file(bad, {'P', '6'});
  CHECK(scene.run({bad, "--regions", "all", "--coco", out}).exit_code == 1);
  CHECK_FALSE(std::filesystem::exists(out));
  CHECK(scene.run({bad, scene.picture, "-q", "--regions", "all", "--coco", out}).exit_code == 1);
  CHECK(read_json(out)["images"].size() == 1);
  const Bytes before = read_file(out);
  const CommandResult full = scene.run(
      {scene.picture, scene.picture, "--regions", "all", "--contours", "--coco", out}, {.file_size = 100});
  CHECK(full.exit_code != 0);
  CHECK(read_file(out) == before);
}

TEST_CASE("where it could not be right --coco is refused") {
  const InferScene scene;
  const std::string out = scene.folder / "all.json";
  const auto refused = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {scene.picture, "--coco", out});
    const CommandResult ran = scene.run(arguments);
    CAPTURE(ran.err);
    CHECK(ran.exit_code == 2);
    CHECK(one_line(ran.err));
  };
  refused({});
  refused({"--regions", "all", "--skip-existing", "--json", scene.folder / "x.json"});
  refused({"--regions", "all", "--resume", "--results", scene.folder / "x.jsonl"});
  refused({"--regions", "all", "--json", out});
  CHECK(scene.run({scene.picture, "--regions", "all", "--coco", "-"}).exit_code == 2);
  CHECK(scene.run({scene.picture, "--regions", "all", "--coco", scene.picture}).exit_code == 2);
  CHECK(scene.untouched());
}
