// SPDX-License-Identifier: MIT
// The page of --html: what is in the file, and what it does in a browser, if there is one.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "tests/tools/browser.hpp"
#include "tests/tools/report_fixture.hpp"
#include "tests/tools/script_elements.hpp"
#include "tools/outputs/output_writers.hpp"
#include "tools/shell/base64_writer.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;
using nlohmann::json;

namespace {

std::string page_of(const RunReport& report, const std::string& path) {
  Picture picture = *make_picture(report.width, report.height, {});
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < 3 * picture.width; ++x) picture.row(y)[x] = static_cast<std::uint8_t>(x + y);
  auto file = AtomicFile::create(path);
  REQUIRE(file);
  REQUIRE(write_explore(*file, {PictureSource(std::move(picture)), report, {}}));
  REQUIRE(file->commit());
  const Bytes bytes = read_file(path);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("base64 is RFC 4648's, however the bytes come") {
  const std::string text = "foobar";
  const char* const expected[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
  for (std::size_t length = 0; length <= text.size(); ++length)
    for (std::size_t cut = 0; cut <= length; ++cut) {
      const TemporaryFolder folder;
      auto file = AtomicFile::create(folder / "a");
      Base64Writer writer(*file);
      const auto bytes = std::as_bytes(std::span(text));
      REQUIRE(writer.write(bytes.first(cut)));
      REQUIRE(writer.write(bytes.subspan(cut, length - cut)));
      REQUIRE(writer.finish());
      REQUIRE(file->commit());
      const Bytes written = read_file(folder / "a");
      CHECK(std::string(written.begin(), written.end()) == expected[length]);
    }
}

TEST_CASE("the page has the picture, the facts and the scores") {
  ReportFixture fixture;
  fixture.map.cell(0, 2)[2] = std::nanf("");
  const TemporaryFolder folder;
  const std::string page = page_of(fixture.report, folder / "page.html");
  CHECK(page.starts_with("<!DOCTYPE html>"));
  CHECK(page.find("@@") == std::string::npos);
  for (const char* const network : {"http:", "https:", "src=\"/", "@import", "url("}) {
    CAPTURE(network);
    CHECK(page.find(network) == std::string::npos);
  }
  const json facts = json::parse(script_text(page, "result"));
  CHECK(facts["map"]["stride_px"] == json({32, 32}));
  CHECK(facts["map"]["first_center_px"] == json({32, 32}));
  CHECK(facts["original"].is_null());
  // Best first, and the background last of all.
  REQUIRE(facts["classes"].size() == 3);
  CHECK(facts["classes"][0]["label"] == "Boot");
  CHECK(facts["classes"][1]["label"] == "Bag");
  CHECK(facts["classes"][2]["label"] == "nothing");
  CHECK(facts["shown"] == 0);
  const Bytes scores = from_base64(script_text(page, "scores"));
  REQUIRE(scores.size() == 2 * 3 * 6);
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t cell = 0; cell < 6; ++cell) {
      const int code = scores[2 * (6 * i + cell)] + 256 * scores[2 * (6 * i + cell) + 1];
      const float score =
          fixture.map.at(facts["classes"][i]["id"], static_cast<int>(cell / 3), static_cast<int>(cell % 3));
      if (std::isnan(score)) {
        CHECK(code == 65535);
        continue;
      }
      const double low = facts["classes"][i]["low"], high = facts["classes"][i]["high"];
      // Half a step, and the rounding of float32 on the way.
      CHECK(std::abs(low + (high - low) * code / 65534 - static_cast<double>(score)) <=
            (high - low) * 0.51 / 65534);
    }
}

TEST_CASE("labels and names cannot leave the page's data") {
  ReportFixture fixture;
  fixture.report.image = fixture.info.labels[2] = kHostile;
  fixture.info.labels[1] = "bad\xff\xe2\x80\xa8";
  const TemporaryFolder folder;
  const std::string page = page_of(fixture.report, folder / "page.html");
  const json facts = json::parse(script_text(page, "result"));
  CHECK(script_text(page, "result").find('<') == std::string::npos);
  CHECK(facts["image"] == kHostile);
  CHECK(facts["classes"][0]["label"] == kHostile);
  CHECK(facts["classes"][1]["label"] == "bad\xef\xbf\xbd\xe2\x80\xa8");
}

TEST_CASE("large results make pages of a few megabytes") {
  ReportFixture fixture;
  const MapGeometry geometry = fixture.map.geometry();
  fixture.map = *ScoreMap::create({1000, 60, 60}, ScoreKind::probabilities, geometry, 0);
  for (int cell = 0; cell < 3600; ++cell)
    for (int id = 0; id < 1000; ++id) fixture.map.cell(cell / 60, cell % 60)[id] = cell == id ? 0.5F : 0.0F;
  for (int id = 0; id < 1000; ++id)
    fixture.map.peaks()[static_cast<std::size_t>(id)] = {0.001F * static_cast<float>(id), 0, 0};
  fixture.report.asked_classes = {3};
  const TemporaryFolder folder;
  const std::string page = page_of(fixture.report, folder / "page.html");
  CHECK(page.size() < 6'000'000);
  const json facts = json::parse(script_text(page, "result"));
  CHECK(facts["all_classes"] == 1000);
  REQUIRE(facts["classes"].size() == 2'000'000 / 3600);
  CHECK(facts["classes"][0]["id"] == 999);
  // The class asked for is there, however low it scores.
  CHECK(facts["classes"][facts["shown"].get<std::size_t>()]["id"] == 3);
}

TEST_CASE("a browser shows any class, its regions and its cells") {
  if (Browser::installed().empty()) {
    WARN("SKIPPED: no Chromium is installed (scripts/install-packages.sh browser)");
    return;
  }
  ReportFixture fixture;
  fixture.report.image = fixture.info.labels[1] = kHostile;
  const TemporaryFolder folder;
  page_of(fixture.report, folder / "page.html");
  Browser browser;
  browser.show_as(1200, 900, "light");
  browser.open(folder / "page.html", "document.body && document.body.dataset.ready === 'yes'");
  const auto text = [&](const std::string& selector) {
    return browser.evaluate("document.querySelector('" + selector + "').textContent").get<std::string>();
  };
  const auto regions = [&] { return browser.evaluate("document.querySelectorAll('#regions li').length"); };
  const auto pixels = [&] {
    return browser.evaluate("document.getElementById('view').toDataURL()").get<std::string>();
  };

  // What is hostile is text and nothing else.
  CHECK(browser.evaluate("document.title") == kHostile);
  CHECK(text("h1") == kHostile);
  CHECK(browser.evaluate("document.querySelectorAll('script').length") == 3);
  CHECK(browser.evaluate("document.querySelectorAll('img').length") == 1);

  // The best class, 0.9 at cell (1, 1), interpolated from 0.5 at (1, 0): one region at a quarter.
  CHECK(text("#cell p").starts_with(
      "Cell in row 1, column 1: looks at (64, 64), window 96 × 96 from (32, 32)"));
  CHECK(text("#cell dt") == "Boot");
  CHECK(regions() == 1);
  CHECK(text("#regions-title") == "1 region of at least 25.0 %");
  const std::string boot = pixels();

  // The other class has 0.7 in one cell only.
  browser.evaluate("document.querySelectorAll('#classes input')[1].click()");
  CHECK(text("#cell p").starts_with("Cell in row 0, column 1"));
  CHECK(text("#cell dd.score") == "70.0 %");
  const std::string bag = pixels();
  CHECK(bag != boot);
  const auto choose_threshold = [&](int thousandths) {
    browser.evaluate("{ const slider = document.getElementById('threshold'); slider.value = " +
                     std::to_string(thousandths) + "; slider.dispatchEvent(new Event('input')); }");
  };
  CHECK(regions() == 1);
  choose_threshold(690);
  CHECK(text("#threshold-text") == "69.0 %");
  CHECK(regions() == 1);
  CHECK(text("#regions button").find("70.0 %") != std::string::npos);
  choose_threshold(710);
  CHECK(regions() == 0);
  CHECK(pixels() != bag);

  // Pointer and keys choose cells: (90, 40) in the picture is next to the centre (96, 32) of cell (0, 2).
  const json box = browser.evaluate(
      "(b => [b.left, b.top, b.width])(document.getElementById('view').getBoundingClientRect())");
  const double scale = box[2].get<double>() / fixture.report.width;
  browser.call("Input.dispatchMouseEvent", {{"type", "mouseMoved"},
                                            {"x", box[0].get<double>() + 90 * scale},
                                            {"y", box[1].get<double>() + 40 * scale}});
  CHECK(text("#cell p").starts_with("Cell in row 0, column 2: looks at (96, 32)"));
  browser.evaluate("document.getElementById('view').focus()");
  for (const char* const key : {"ArrowDown", "ArrowLeft", "ArrowLeft", "ArrowLeft"})
    browser.call("Input.dispatchKeyEvent", {{"type", "keyDown"}, {"key", key}});
  CHECK(text("#cell p").starts_with("Cell in row 1, column 0"));

  browser.evaluate(
      "{ const search = document.getElementById('search'); search.value = 'boo'; "
      "search.dispatchEvent(new Event('input')); }");
  CHECK(browser.evaluate("[...document.querySelectorAll('#classes label')].filter(l => !l.hidden).length") ==
        1);

  // On a phone nothing is wider than the screen, and the dark scheme is another ground.
  const auto ground = [&] { return browser.evaluate("getComputedStyle(document.body).backgroundColor"); };
  const json light = ground();
  browser.show_as(360, 740, "dark");
  CHECK(browser.evaluate("document.documentElement.scrollWidth").get<int>() <= 360);
  CHECK(ground() != light);
  const std::string shot = browser.screenshot();
  CHECK(shot.starts_with("iVBORw0KGgo"));  // PNG's signature
}
