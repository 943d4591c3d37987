// SPDX-License-Identifier: MIT
// The page of --html of a labelled picture: what is in the file, and what it does in a browser, if there is
// one.
#include "tools/outputs/output_label_page.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/tools/browser.hpp"
#include "tests/tools/picture_files.hpp"
#include "tests/tools/script_elements.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;
using nlohmann::json;

namespace {

/// A picture whose left third has label 0, whose middle label 2 and whose right third label 1.
struct LabelledPicture {
  ModelInfo info;
  int width, height;

  LabelledPicture(int wide, int high) : width(wide), height(high) {
    info.labels = {"background", kHostile, "boot"};
    info.background = 0;
  }

  [[nodiscard]] int label_at(int x) const { return x < width / 3 ? 0 : x < 2 * width / 3 ? 2 : 1; }

  [[nodiscard]] std::string page(const std::string& path) const {
    Picture picture = *make_picture(width, height, {});
    for (int y = 0; y < height; ++y) std::fill_n(picture.row(y), picture.row_bytes(), std::uint8_t{255});
    const Limits limits;
    LabelCensus census(3, std::nullopt);
    LabelReport report;
    report.image = kHostile;
    report.width = width;
    report.height = height;
    report.info = &info;
    report.classes = 3;
    report.census = &census;
    auto file = AtomicFile::create(path);
    REQUIRE(file);
    const PictureSource source(std::move(picture));
    auto writer = make_label_page(*file, {source, info, 3, {}, limits});
    REQUIRE(writer);
    std::vector<std::uint16_t> row;
    for (int x = 0; x < width; ++x) row.push_back(static_cast<std::uint16_t>(label_at(x)));
    for (int y = 0; y < height; ++y) {
      census.take(y, row);
      (*writer)->take(y, row);
    }
    REQUIRE((*writer)->finish(report));
    REQUIRE(file->commit());
    const Bytes bytes = read_file(path);
    return {bytes.begin(), bytes.end()};
  }
};

}  // namespace

TEST_CASE("the page has each pixel's label, and the labels with their shares") {
  const TemporaryFolder folder;
  const LabelledPicture labelled(30, 7);
  const std::string page = labelled.page(folder / "page.html");
  CHECK(script_text(page, "result").find('<') == std::string::npos);
  const json facts = json::parse(script_text(page, "result"));
  CHECK(facts["image"] == kHostile);
  CHECK(facts["grid"] == json({{"width", 30}, {"height", 7}}));
  REQUIRE(facts["labels"].size() == 3);
  CHECK(facts["labels"][0]["background"] == true);
  CHECK(facts["labels"][1]["label"] == kHostile);
  CHECK(facts["labels"][2]["pixels"] == 70);
  const Bytes points = from_base64(script_text(page, "labels"));
  REQUIRE(points.size() == 2 * 30 * 7);
  for (std::size_t i = 0; i < 30 * 7; ++i) {
    const int index = points[2 * i] + 256 * points[2 * i + 1];
    CHECK(facts["labels"][static_cast<std::size_t>(index)]["class"] ==
          labelled.label_at(static_cast<int>(i % 30)));
  }
}

TEST_CASE("a large picture's page has labels of pixels spread evenly over it") {
  const TemporaryFolder folder;
  const LabelledPicture labelled(2400, 1500);
  const std::string page = labelled.page(folder / "page.html");
  const json facts = json::parse(script_text(page, "result"));
  const int columns = facts["grid"]["width"], rows = facts["grid"]["height"];
  CHECK((columns < 2400 && std::abs(columns * 1500 - rows * 2400) <= 2400));
  CHECK(facts["labels"][0]["pixels"] == 2400 / 3 * 1500);
  const Bytes points = from_base64(script_text(page, "labels"));
  REQUIRE(points.size() == static_cast<std::size_t>(2 * columns * rows));
  for (int column = 0; column < columns; ++column) {
    const int index = points[static_cast<std::size_t>(2 * column)];
    const double middle = (column + 0.5) * 2400 / columns;  // within half a pixel of the sampled one
    if (std::abs(middle - 800) > 1 && std::abs(middle - 1600) > 1)
      REQUIRE(facts["labels"][static_cast<std::size_t>(index)]["class"] ==
              labelled.label_at(static_cast<int>(middle)));
  }
}

TEST_CASE("a browser names the label under the cursor and shows one alone") {
  if (Browser::installed().empty()) {
    WARN("SKIPPED: no Chromium is installed (scripts/install-packages.sh browser)");
    return;
  }
  const TemporaryFolder folder;
  (void)LabelledPicture(30, 20).page(folder / "page.html");
  Browser browser;
  browser.show_as(1200, 900, "light");
  browser.open(folder / "page.html", "document.body && document.body.dataset.ready === 'yes'");
  const auto text = [&](const std::string& selector) {
    return browser.evaluate("document.querySelector('" + selector + "').textContent").get<std::string>();
  };
  const auto pixels = [&] {
    return browser.evaluate("document.getElementById('view').toDataURL()").get<std::string>();
  };
  CHECK(browser.evaluate("document.title") == kHostile);
  CHECK(browser.evaluate("document.querySelectorAll('script').length") == 3);
  CHECK(browser.evaluate("document.querySelectorAll('img').length") == 1);

  CHECK(text("#cell bdi") == "boot");  // in the middle
  const json box = browser.evaluate(
      "(b => [b.left, b.top, b.width])(document.getElementById('view').getBoundingClientRect())");
  const double scale = box[2].get<double>() / 30;
  browser.call("Input.dispatchMouseEvent", {{"type", "mouseMoved"},
                                            {"x", box[0].get<double>() + 25.5 * scale},
                                            {"y", box[1].get<double>() + 3.5 * scale}});
  CHECK(text("#cell bdi") == kHostile);
  CHECK(text("#cell p + p").starts_with("Pixel (25, 3); 200 pixels have this label, 33.33 %"));
  browser.evaluate("document.getElementById('view').focus()");
  for (int i = 0; i < 40; ++i)
    browser.call("Input.dispatchKeyEvent", {{"type", "keyDown"}, {"key", "ArrowLeft"}});
  CHECK(text("#cell bdi") == "background");
  CHECK(text("#cell p + p").starts_with("Pixel (0, 3)"));

  const std::string all = pixels();
  browser.evaluate("document.querySelectorAll('#classes input')[2].click()");
  const std::string alone = pixels();
  CHECK(alone != all);
  browser.evaluate("document.querySelectorAll('#classes input')[0].click()");
  CHECK(pixels() == all);
  browser.evaluate("document.getElementById('show-background').click()");
  CHECK(pixels() != all);
  browser.show_as(360, 740, "dark");
  CHECK(browser.evaluate("document.documentElement.scrollWidth").get<int>() <= 360);
}
