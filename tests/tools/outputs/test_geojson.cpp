// SPDX-License-Identifier: MIT
// Places on the map in the report, the JSON and the GeoJSON, from known affine numbers; and by GDAL where it
// is installed (check_geojson.py).
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/tools/infer_scene.hpp"
#include "tests/tools/tiff_files.hpp"

using namespace fcn::tools::test;
using nlohmann::json;

namespace {

const std::vector<std::uint64_t> kUtm = {1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32632};

/// The tags of a picture of pixels of 2 by 2 from (1000, 2000) to the south-east.
std::vector<TiffTag> utm_tags(std::vector<std::uint64_t> keys = kUtm) {
  return {TiffTag::doubles(33550, {2, 2, 0}), TiffTag::doubles(33922, {0, 0, 0, 1000, 2000, 0}),
          TiffTag::shorts(34735, std::move(keys))};
}

void write_tiff(const std::string& path, std::vector<TiffTag> tags) {
  TiffBytes tiff;
  tiff.add_page(20, 12, half_red(20, 12), std::move(tags));
  write_file(path, tiff.bytes());
}

json read_json(const std::string& path) {
  const Bytes bytes = read_file(path);
  return json::parse(bytes.begin(), bytes.end());
}

}  // namespace

TEST_CASE("boxes and peaks of a GeoTIFF also have their places on the map") {
  if (!is_read_here("x.tif")) return;
  const InferScene scene;
  const std::string tiff = scene.folder / "field.tif", out = scene.folder / "field.geojson";
  write_tiff(tiff, utm_tags());
  const CommandResult ran = scene.run({tiff, "--regions", "all", "--json", "-", "--geojson", out});
  INFO(ran.err);
  REQUIRE(ran.exit_code == 0);
  const json result = json::parse(ran.out);
  CHECK(result["georeference"] ==
        json::parse(R"({"epsg":32632,"kind":"projected","geotransform":[1000,2,0,2000,0,-2]})"));
  REQUIRE(result["regions"].size() == 1);
  const json map = read_json(out);
  CHECK(map["type"] == "FeatureCollection");
  CHECK(map["name"] == "field");
  CHECK(map["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::32632");
  REQUIRE(map["features"].size() == result["regions"].size());
  for (std::size_t i = 0; i < map["features"].size(); ++i) {
    const json &region = result["regions"][i], &feature = map["features"][i];
    const double x = region["box"][0], y = region["box"][1], w = region["box"][2], h = region["box"][3];
    const double west = 1000 + 2 * x, east = west + 2 * w, north = 2000 - 2 * y, south = north - 2 * h;
    CHECK(region["box_map"] == json{{west, north}, {east, north}, {east, south}, {west, south}});
    CHECK(feature["geometry"]["type"] == "Polygon");
    // Counter-clockwise and closed.
    CHECK(feature["geometry"]["coordinates"] ==
          json{{{west, south}, {east, south}, {east, north}, {west, north}, {west, south}}});
    CHECK(feature["properties"]["label"] == region["label"]);
    CHECK(feature["properties"]["score"] == region["peak"]);
    CHECK(feature["properties"]["area_px"] == region["area_px"]);
  }
  const json& peak = result["top"][0];
  CHECK(peak["center_map"][0] == 1001 + 2 * peak["center_px"][0].get<double>());
  CHECK(peak["center_map"][1] == 1999 - 2 * peak["center_px"][1].get<double>());
  CHECK(peak["window_map"][0][0] == 1000 + 2 * peak["window_px"][0].get<double>());
}

TEST_CASE("the report lists places on the map, or why there are none, in 80 columns") {
  if (!is_read_here("x.tif")) return;
  const InferScene scene;
  const std::string tiff = scene.folder / "field.tif";
  const auto text = [&](std::vector<TiffTag> tags) {
    write_tiff(tiff, std::move(tags));
    const CommandResult ran = scene.run({tiff, "--regions", "all"});
    CHECK(ran.exit_code == 0);
    for (std::size_t at = 0, end = 0; at < ran.out.size(); at = end + 1) {
      end = ran.out.find('\n', at);
      std::size_t columns = 0;
      for (std::size_t i = at; i < end; ++i) columns += (ran.out[i] & 0xc0) != 0x80 ? 1u : 0u;
      CHECK(columns <= 80);
    }
    return ran.out;
  };
  CHECK(text(utm_tags()).find("On the map") != std::string::npos);
  CHECK(text(utm_tags()).find("EPSG:32632") != std::string::npos);
  CHECK(text(utm_tags({1, 1, 0, 0})).find("coordinates without an EPSG code") != std::string::npos);
  const auto bad = text({TiffTag::doubles(33550, {NAN, 2, 0}), TiffTag::doubles(33922, {0, 0, 0, 1, 2, 0})});
  CHECK(bad.find("No place on the map: ModelPixelScale is not positive") != std::string::npos);
  CHECK(text({}).find("map:") == std::string::npos);
  // The widest numbers that there usually are.
  text({TiffTag::doubles(33550, {1e-7, 1e-7, 0}), TiffTag::doubles(33922, {0, 0, 0, -179.5, -85.25, 0}),
        TiffTag::shorts(34735, {1, 1, 0, 2, 1024, 0, 1, 2, 2048, 0, 1, 4326})});
}

TEST_CASE("GeoJSON of WGS 84 has no crs, as RFC 7946 has it") {
  if (!is_read_here("x.tif")) return;
  const InferScene scene;
  const std::string tiff = scene.folder / "a.tif", out = scene.folder / "a.geojson";
  write_tiff(tiff, {TiffTag::doubles(33550, {1e-5, 1e-5, 0}), TiffTag::doubles(33922, {0, 0, 0, 11.5, 48, 0}),
                    TiffTag::shorts(34735, {1, 1, 0, 2, 1024, 0, 1, 2, 2048, 0, 1, 4326})});
  REQUIRE(scene.run({tiff, "-q", "--regions", "all", "--geojson", out}).exit_code == 0);
  const json map = read_json(out);
  CHECK_FALSE(map.contains("crs"));
  const json corner = map["features"][0]["geometry"]["coordinates"][0][0];
  CHECK(std::abs(corner[0].get<double>() - 11.5) < 1e-3);
  CHECK(std::abs(corner[1].get<double>() - 48) < 1e-3);
}

TEST_CASE("a picture without regions has a GeoJSON without features") {
  if (!is_read_here("x.tif")) return;
  const InferScene scene;
  const std::string tiff = scene.folder / "a.tif", out = scene.folder / "a.geojson";
  write_tiff(tiff, utm_tags());
  REQUIRE(scene.run({tiff, "-q", "--regions", "shown", "--class", "blue", "--geojson", out}).exit_code == 0);
  CHECK(read_json(out)["features"] == json::array());
}

TEST_CASE("pictures that nobody could place have no GeoJSON, and say why before they run") {
  if (!is_read_here("x.tif")) return;
  const InferScene scene;
  const std::string tiff = scene.folder / "a.tif", out = scene.folder / "a.geojson";
  const auto refused = [&](const std::string& picture, const char* words) {
    const CommandResult ran = scene.run({picture, "--regions", "all", "--geojson", out});
    CAPTURE(words, ran.err);
    CHECK(ran.exit_code == 1);
    CHECK(one_line(ran.err));
    CHECK(ran.err.find(words) != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(out));
  };
  refused(scene.picture, "nothing of its place on a map");
  write_tiff(tiff, {});
  refused(tiff, "nothing of its place on a map");
  write_tiff(tiff, utm_tags({1, 1, 0, 0}));
  refused(tiff, "gives no EPSG code");
  write_tiff(tiff, {TiffTag::doubles(33550, {0, 0, 0}), TiffTag::doubles(33922, {0, 0, 0, 1, 2, 0})});
  refused(tiff, "ModelPixelScale is not positive");
  const CommandResult ran = scene.run({tiff, "--geojson", out});
  CHECK(ran.exit_code == 2);
  CHECK(ran.err.find("--regions") != std::string::npos);
}

TEST_CASE("several GeoTIFFs write into a folder, and one that cannot be placed does not stop the rest") {
  if (!is_read_here("x.tif")) return;
  const InferScene scene;
  write_tiff(scene.folder / "a.tif", utm_tags());
  write_tiff(scene.folder / "b.tif", {});
  write_tiff(scene.folder / "c.tif", utm_tags());
  const std::string out = scene.folder / "maps";
  const CommandResult ran = scene.run({scene.folder / "a.tif", scene.folder / "b.tif", scene.folder / "c.tif",
                                       "-q", "--regions", "all", "--geojson", out});
  CHECK(ran.exit_code == 1);
  CHECK(std::filesystem::exists(out + "/a.geojson"));
  CHECK_FALSE(std::filesystem::exists(out + "/b.geojson"));
  CHECK(read_file(out + "/a.geojson").size() == read_file(out + "/c.geojson").size());
}

TEST_CASE("GDAL places boxes, peaks and polygons where fcn-infer does") {
  if (!is_read_here("x.tif")) return;
  if (std::system("/usr/bin/python3 -c 'from osgeo import gdal, ogr; import numpy' 2> /dev/null") != 0) {
    WARN("SKIPPED: no GDAL for Python is installed (apt-get install python3-gdal)");
    return;
  }
  const InferScene scene;
  const std::string folder = scene.folder / "files";
  std::filesystem::create_directory(folder);
  const CommandResult ran = run_command(
      {"/usr/bin/python3", FCN_TEST_SOURCES "/outputs/check_geojson.py", FCN_INFER, scene.model, folder});
  CAPTURE(ran.out, ran.err);
  CHECK(ran.exit_code == 0);
}
