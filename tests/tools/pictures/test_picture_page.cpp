// SPDX-License-Identifier: MIT
// Pages of TIFFs and the smaller copies in their SubIFDs: which one is read, whole and by rows, and what
// files without it say.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/tools/infer_scene.hpp"
#include "tests/tools/tiff_files.hpp"
#include "tools/pictures/image_io.hpp"
#include "tools/pictures/picture_page.hpp"
#include "tools/pictures/rows/row_decoder.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;
using nlohmann::json;

namespace {

Bytes grey(int width, int height, int value) {
  return Bytes(static_cast<std::size_t>(3 * width * height), static_cast<std::uint8_t>(value));
}

/// Pages of 40 x 24, 20 x 12 and 30 x 30 pixels; the third has copies of 15 x 15 and 8 x 8. Each is grey of a
/// value of its own.
TiffBytes three_pages() {
  TiffBytes tiff;
  const std::uint32_t first = tiff.add_page(15, 15, grey(15, 15, 31), {TiffTag::longs(254, {1})}, false);
  const std::uint32_t second = tiff.add_page(8, 8, grey(8, 8, 32), {TiffTag::longs(254, {1})}, false);
  tiff.add_page(40, 24, grey(40, 24, 10));
  tiff.add_page(20, 12, grey(20, 12, 20), {TiffTag::longs(254, {1})});
  tiff.add_page(30, 30, grey(30, 30, 30), {TiffTag::longs(330, {first, second})});
  return tiff;
}

/// The one value of all pixels, read whole and by rows.
int value_of(const Bytes& bytes, const PicturePage& page, std::uint32_t side) {
  const auto file = PictureFile::from_memory(bytes, {}, page);
  if (!file) FAIL(file.error().to_string());
  CHECK(file->structure().width == side);
  auto rows = decode_rows(*file);
  REQUIRE(rows);
  Bytes row(std::size_t{3} * file->structure().width);
  for (std::uint32_t y = 0; y < file->structure().height; ++y) REQUIRE((*rows)->next(row.data()));
  auto again = PictureFile::from_memory(bytes, {}, page);
  const auto picture = decode_picture(*std::move(again), {});
  REQUIRE(picture);
  CHECK(std::all_of(picture->row(0), picture->row(picture->height),
                    [&](int value) { return value == row[0]; }));
  return row[0];
}

}  // namespace

TEST_CASE("pages are named by numbers from 1, copies behind a point") {
  CHECK(parse_page("3") == PicturePage{3, 0});
  CHECK(parse_page("3.12") == PicturePage{3, 12});
  CHECK(parse_page("1")->is_first());
  for (const char* text :
       {"", "0", "-1", "1.", "1.0", ".1", "1.1.1", "1,1", "4294967296", "1.4294967296", "a", "1a", " 1"})
    CHECK_FALSE(parse_page(text));
  CHECK(page_name({3, 0}) == "3");
  CHECK(page_name({3, 12}) == "3.12");
}

TEST_CASE("each page and each copy is read by its name") {
  if (!is_read_here("x.tif")) return;
  const TiffBytes tiff = three_pages();
  CHECK(value_of(tiff.bytes(), {1, 0}, 40) == 10);
  CHECK(value_of(tiff.bytes(), {2, 0}, 20) == 20);
  CHECK(value_of(tiff.bytes(), {3, 0}, 30) == 30);
  CHECK(value_of(tiff.bytes(), {3, 1}, 15) == 31);
  CHECK(value_of(tiff.bytes(), {3, 2}, 8) == 32);
}

TEST_CASE("a page that is not there is one error with how many there are") {
  if (!is_read_here("x.tif")) return;
  const InferScene scene;
  const std::string tiff = scene.folder / "pages.tif";
  write_file(tiff, three_pages().bytes());
  const auto refused = [&](const std::string& picture, const std::string& page, const std::string& words) {
    for (const char* rows_from : {"1M", "1G"}) {
      const CommandResult ran = scene.run({picture, "--page", page, "--rows-from", rows_from});
      CAPTURE(page, ran.err);
      CHECK(ran.exit_code == 1);
      CHECK(one_line(ran.err));
      CHECK(ran.err.find("--page " + page + ": " + words) != std::string::npos);
    }
  };
  refused(tiff, "4", "the TIFF has 3 pages");
  refused(tiff, "70000", "the TIFF has 3 pages");
  refused(tiff, "4000000000", "the TIFF has 3 pages");
  refused(tiff, "4.1", "the TIFF has 3 pages");
  refused(tiff, "3.3", "page 3 of the TIFF has 2 smaller copies");
  refused(tiff, "1.1", "page 1 of the TIFF has no smaller copies");
  refused(scene.picture, "2", "the picture has 1 page; only TIFFs may have more");
  CHECK(scene.run({scene.picture, "--page", "1"}).exit_code == 0);
  CHECK(scene.run({tiff, "--page", "x"}).exit_code == 2);
}

TEST_CASE("which page runs and which there are --plan and --explain-geometry say") {
  if (!is_read_here("x.tif")) return;
  const InferScene scene;
  const std::string tiff = scene.folder / "pages.tif";
  write_file(tiff, three_pages().bytes());
  for (const char* what : {"--plan", "--explain-geometry"}) {
    CAPTURE(what);
    const CommandResult first = scene.run({tiff, what});
    CHECK(first.out.find("(page 1 of 3)") != std::string::npos);
    const CommandResult copy = scene.run({tiff, what, "--page", "3.2"});
    CHECK(copy.out.find("(page 3.2 of 3; page 3 has 2 smaller copies (3.1 to 3.2))") != std::string::npos);
    const json line = json::parse(scene.run({tiff, what, "--page", "2", "--json", "-"}).out);
    CHECK(line["page"] == "2");
    CHECK(line["pages"] == 3);
    CHECK(line["width"] == 20);
    CHECK(scene.run({scene.picture, what}).out.find("page") == std::string::npos);
  }
  const json line = json::parse(scene.run({tiff, "--page", "3.1", "--json", "-"}).out);
  CHECK(line["page"] == "3.1");
  CHECK(line["width"] == 15);
}

TEST_CASE("a page that refers to itself, or to nothing, ends") {
  if (!is_read_here("x.tif")) return;
  const auto start = std::chrono::steady_clock::now();
  for (const std::uint32_t next : {0u, 8u, 0xfffffff0u, 4u}) {
    TiffBytes tiff;
    const std::uint32_t page =
        tiff.add_page(20, 12, grey(20, 12, 5), {TiffTag::longs(330, {next, 0xffffffff})});
    tiff.set(tiff.link(), next == 4 ? page : next);
    CHECK(PictureFile::from_memory(tiff.bytes(), {}, PicturePage{1}));
    for (const PicturePage wanted :
         {PicturePage{2}, PicturePage{60000}, PicturePage{1, 1}, PicturePage{1, 2}}) {
      const auto file = PictureFile::from_memory(tiff.bytes(), {}, wanted);
      REQUIRE_FALSE(file);
      CHECK_FALSE(file.error().message.empty());
    }
  }
  // A million pages of nothing.
  Bytes many = {'I', 'I', 42, 0, 8, 0, 0, 0};
  for (std::uint32_t i = 1; i <= 1'000'000; ++i) {
    const std::uint32_t next = 8 + 6 * i;
    many.insert(many.end(), {0, 0, static_cast<std::uint8_t>(next), static_cast<std::uint8_t>(next >> 8),
                             static_cast<std::uint8_t>(next >> 16), static_cast<std::uint8_t>(next >> 24)});
  }
  CHECK_FALSE(PictureFile::from_memory(many, {}, PicturePage{900'000}));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
}

TEST_CASE("a copy without a place of its own lies where its page does") {
  if (!is_read_here("x.tif")) return;
  const auto tags = [](std::vector<TiffTag> more) {
    more.push_back(TiffTag::doubles(33550, {2, 2, 0}));
    more.push_back(TiffTag::doubles(33922, {0, 0, 0, 1000, 2000, 0}));
    return more;
  };
  TiffBytes tiff;
  const std::uint32_t copy = tiff.add_page(10, 4, grey(10, 4, 1), {}, false);
  tiff.add_page(20, 12, grey(20, 12, 2), tags({TiffTag::longs(330, {copy})}));
  tiff.add_page(5, 6, grey(5, 6, 3), {TiffTag::longs(254, {1})});
  tiff.add_page(20, 12, grey(20, 12, 4));
  const auto transform = [&](const PicturePage& page) {
    const auto file = PictureFile::from_memory(tiff.bytes(), {}, page);
    REQUIRE(file);
    const auto& found = file->structure().georeference;
    return found && *found ? (*found)->transform : std::array<double, 6>{};
  };
  CHECK(transform({1}) == std::array<double, 6>{1000, 2, 0, 2000, 0, -2});
  CHECK(transform({1, 1}) == std::array<double, 6>{1000, 4, 0, 2000, 0, -6});
  CHECK(transform({2}) == std::array<double, 6>{1000, 8, 0, 2000, 0, -4});
  CHECK(transform({3}) == std::array<double, 6>{});
}
