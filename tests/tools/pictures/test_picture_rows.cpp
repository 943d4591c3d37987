// SPDX-License-Identifier: MIT
// Pictures decoded row by row: the pixels that decoding them whole gives, errors for damaged files, memory
// as foretold, and the same files of fcn-infer to the byte.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "fcn/base/memory_count.hpp"
#include "tests/tools/infer_scene.hpp"
#include "tests/tools/picture_files.hpp"
#include "tools/pictures/image_io.hpp"
#include "tools/pictures/picture_source.hpp"
#include "tools/pictures/rows/row_decoder.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;

namespace {

const DecodeOptions kAsStored{.apply_exif = false, .limits = {}};

/// All rows of a file, or the first Error.
Result<Bytes> rows_of(const PictureFile& file) {
  const std::size_t row = 3 * std::size_t{file.structure().width};
  Bytes pixels(row * file.structure().height);
  auto decoder = decode_rows(file);
  if (!decoder) return decoder.error();
  for (std::size_t y = 0; y < file.structure().height; ++y)
    if (Status read = (*decoder)->next(pixels.data() + y * row); !read) return read.error();
  return pixels;
}

Bytes pixels_of(const Picture& picture) {
  return {picture.rgb.get(),
          picture.rgb.get() + picture.row_bytes() * static_cast<std::size_t>(picture.height)};
}

/// Files that can be decoded by rows, as they stand.
std::vector<std::filesystem::path> files_with_rows() {
  std::vector<std::filesystem::path> paths;
  for (const std::string& folder : image_folders())
    for (const auto& entry : std::filesystem::directory_iterator(folder + "/formats")) {
      const std::string name = entry.path().filename().string();
      if (name.find(".expected.") != std::string::npos || !is_read_here(name)) continue;
      const Bytes bytes = read_file(entry.path());
      const auto file = PictureFile::from_memory(bytes, {});
      if (file && file->structure().row_decoder_bytes != 0) paths.push_back(entry.path());
    }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

TEST_CASE("rows are those of the picture decoded whole, from memory and from the file") {
  std::size_t tried = 0;
  for (const auto& path : files_with_rows()) {
    CAPTURE(path);
    const Bytes bytes = read_file(path);
    const auto whole = decode_picture(bytes, kAsStored);
    REQUIRE(whole);
    const auto held = PictureFile::from_memory(bytes, {});
    const auto from_memory = rows_of(*held);
    if (!from_memory) FAIL(from_memory.error().to_string());
    CHECK(*from_memory == pixels_of(*whole));
    const std::size_t before = MemoryCount::held();
    const auto unread = PictureFile::open(path, {}, {.rows_from = 1, .apply_exif = false});
    if (!unread) FAIL(unread.error().to_string());
    CHECK(unread->structure().decoder_bytes >=
          unread->structure().row_decoder_bytes * (unread->by_rows() ? 1 : 0));
    if (unread->by_rows()) {
      CHECK(unread->held_bytes() == 0);
      MemoryCount::restart_peak();
      const auto from_file = rows_of(*unread);
      if (!from_file) FAIL(from_file.error().to_string());
      CHECK(*from_file == pixels_of(*whole));
      CHECK(MemoryCount::peak() - before <= unread->structure().row_decoder_bytes);
      ++tried;
    }
  }
  CHECK(tried > 10);
}

TEST_CASE("a picture is held whole if it is small, turned, interlaced, or comes from a pipe") {
  const std::string formats = std::string(FCN_TEST_IMAGES) + "/formats/";
  const auto by_rows = [&](const std::string& name, std::uint64_t from, bool upright = true) {
    const auto file = PictureFile::open(formats + name, {}, {.rows_from = from, .apply_exif = upright});
    REQUIRE(file);
    return file->by_rows();
  };
  const auto rgb = PictureFile::open(formats + "rgb.ppm", {});
  REQUIRE(rgb);
  const std::uint64_t bytes = 3ull * rgb->structure().width * rgb->structure().height;
  CHECK(by_rows("rgb.ppm", bytes));
  CHECK_FALSE(by_rows("rgb.ppm", bytes + 1));
  CHECK_FALSE(by_rows("exif_6.jpg", 1));
}

TEST_CASE("every prefix of a file decoded by rows is an Error, or has all its rows") {
  const TemporaryFolder folder;
  std::size_t refused = 0;
  for (const auto& path : files_with_rows()) {
    if (std::filesystem::file_size(path) > 20'000) continue;
    const Bytes whole = read_file(path);
    const auto picture = decode_picture(whole, kAsStored);
    REQUIRE(picture);
    const std::size_t step = std::max<std::size_t>(1, whole.size() / 150);
    for (std::size_t length = 0; length < whole.size(); length += step) {
      CAPTURE(path, length);
      write_file(folder / "cut", Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
      const auto file = PictureFile::open(folder / "cut", {}, {.rows_from = 1, .apply_exif = false});
      const auto rows = file ? rows_of(*file) : Result<Bytes>(file.error());
      if (rows) CHECK(*rows == pixels_of(*picture));
      if (!rows) CHECK_FALSE(rows.error().message.empty());
      if (!rows) ++refused;
    }
  }
  CHECK(refused > 500);
}

TEST_CASE("flipped bits give an Error or a picture of the same size, and free everything") {
  const TemporaryFolder folder;
  const std::size_t before = MemoryCount::held();
  for (const auto& path : files_with_rows()) {
    if (std::filesystem::file_size(path) > 20'000) continue;
    Bytes bytes = read_file(path);
    const std::size_t step = std::max<std::size_t>(1, bytes.size() / 100);
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      CAPTURE(path, at);
      const auto bit = static_cast<std::uint8_t>(1u << (at % 8));
      bytes[at] ^= bit;
      write_file(folder / "flipped", bytes);
      const auto file = PictureFile::open(folder / "flipped", {.max_image_pixels = 1 << 22},
                                          {.rows_from = 1, .apply_exif = false});
      if (file && file->by_rows())
        if (const auto rows = rows_of(*file); !rows) CHECK_FALSE(rows.error().message.empty());
      bytes[at] ^= bit;
    }
  }
  CHECK(MemoryCount::held() == before);
}

TEST_CASE("fcn-infer writes the same files whether a picture is held or read by rows") {
  const InferScene scene;
  scene.write_ppm("large.ppm", 901, 707);
  const std::vector<std::string> kinds = {"npy", "csv", "overlay", "heat", "masked", "mask", "argmax"};
  const auto run = [&](const std::string& name, const std::string& rows_from) {
    std::vector<std::string> arguments = {
        scene.folder / "large.ppm",     "-q", "--rows-from", rows_from, "--json",
        scene.folder / (name + ".json")};
    for (const std::string& kind : kinds)
      arguments.insert(arguments.end(), {"--" + kind, scene.folder / (name + "." + kind)});
    const CommandResult result = scene.run(arguments);
    CAPTURE(result.err);
    REQUIRE(result.exit_code == 0);
  };
  run("held", "64M");
  run("rows", "1M");
  for (const std::string& kind : kinds) {
    CAPTURE(kind);
    const Bytes held = read_file(scene.folder / ("held." + kind));
    REQUIRE_FALSE(held.empty());
    CHECK(read_file(scene.folder / ("rows." + kind)) == held);
  }
  const CommandResult small = scene.run({scene.picture, "--rows-from", "1000"});
  CHECK(small.exit_code == 2);
  CHECK(one_line(small.err));
}

TEST_CASE("a map that is not held has the same scores, answer and plan") {
  const InferScene scene;
  scene.write_ppm("large.ppm", 2400, 1700);  // a map of more than 1 MB
  const std::string large = scene.folder / "large.ppm";
  const auto run = [&](const std::string& name, const std::string& rows_from) {
    const std::string npy = scene.folder / (name + ".npy");
    const CommandResult result = scene.run({large, "--rows-from", rows_from, "--npy", npy, "--json", "-"});
    CAPTURE(result.err);
    REQUIRE(result.exit_code == 0);
    return std::pair(read_file(npy), nlohmann::json::parse(result.out));
  };
  const auto [held, held_answer] = run("held", "64M");
  const auto [passed, passed_answer] = run("passed", "1M");
  REQUIRE(held.size() > (1u << 20));
  CHECK(passed == held);
  CHECK(passed_answer["top"] == held_answer["top"]);
  CHECK(passed_answer["peak_bytes"] < held_answer["peak_bytes"]);
  const CommandResult plan = scene.run({large, "--rows-from", "1M", "--plan", "--json", "-"});
  REQUIRE(plan.exit_code == 0);
  CHECK(nlohmann::json::parse(plan.out)["peak_bytes"] == passed_answer["peak_bytes"]);
  const CommandResult words = scene.run({large, "--rows-from", "1M"});
  CHECK(words.exit_code == 0);
  CHECK(words.out.find("the map is too large to be shown here") != std::string::npos);
  CHECK(scene.run({large, "--rows-from", "1M", "-q", "--npy", "/dev/null"}).exit_code == 0);
}

TEST_CASE("a file that ends among rows loses its outputs, with one line that tells where") {
  const InferScene scene;
  scene.write_ppm("large.ppm", 901, 707);
  const std::string path = scene.folder / "large.png";
  const std::string overlay = scene.folder / "overlay.png";
  REQUIRE(scene.run({scene.folder / "large.ppm", "-q", "--argmax", path}).exit_code == 0);
  Bytes bytes = read_file(path);
  bytes[bytes.size() / 2] ^= 0x55;  // among the pixels: no chunk's length
  write_file(path, bytes);
  const CommandResult result = scene.run({path, "--rows-from", "1M", "--overlay", overlay});
  CHECK(result.exit_code == 1);
  CAPTURE(result.err);
  CHECK(one_line(result.err));
  CHECK(result.err.find("large.png: row ") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(overlay));
}
