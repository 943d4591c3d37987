// SPDX-License-Identifier: MIT
// Scaling, bit for bit against Pillow's results stored beside the pictures.
#include <catch2/catch.hpp>

#include "tests/tools/picture_files.hpp"
#include "tools/pictures/image_io.hpp"
#include "tools/pictures/resize.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;

TEST_CASE("resize equals Pillow's filters to the bit") {
  int checked = 0;
  for (const std::string& folder : image_folders()) {
    const auto source = decode_picture(read_file(folder + "/resize/source.png"), {});
    REQUIRE(source);
    for (const auto& entry : std::filesystem::directory_iterator(folder + "/resize")) {
      const std::string name = entry.path().filename().string();
      const auto& kinds = kind_names<RecipeInterpolation>;
      const auto kind = std::find(kinds.begin(), kinds.end(), name.substr(0, name.find('_')));
      if (kind == kinds.end()) continue;
      CAPTURE(entry.path());
      const TruthPicture truth = read_png_truth(entry.path());
      REQUIRE(truth.width > 0);
      const auto resized = resize_picture(*source, truth.width, truth.height,
                                          static_cast<RecipeInterpolation>(kind - kinds.begin()), {});
      REQUIRE(resized);
      CHECK(std::equal(truth.rgb.begin(), truth.rgb.end(), resized->rgb.get()));
      ++checked;
    }
  }
  CHECK(checked >= 20);
}

TEST_CASE("a size is short:N or WxH") {
  const auto short_side = parse_resize("short:256");
  REQUIRE(short_side);
  CHECK(short_side->short_side == 256);
  const auto both = parse_resize("640x480");
  REQUIRE(both);
  CHECK(both->width == 640);
  CHECK(both->height == 480);
  for (const char* const wrong :
       {"", "640", "x", "640x", "x480", "0x480", "-1x2", "640x480x3", "short:", "short:0", "short:1.5",
        "short:99999999999", " 6x6", "6 x6", "6X6", "+6x6"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_resize(wrong));
  }
}

TEST_CASE("the longer side follows as torchvision rounds it") {
  const auto size = [](int side, int width, int height) {
    const PictureSize result = resized_size({.width = 0, .height = 0, .short_side = side}, width, height);
    return std::pair(result.width, result.height);
  };
  CHECK(size(256, 640, 480) == std::pair<std::int64_t, std::int64_t>(341, 256));  // 341.33
  CHECK(size(256, 480, 640) == std::pair<std::int64_t, std::int64_t>(256, 341));
  CHECK(size(100, 100, 100) == std::pair<std::int64_t, std::int64_t>(100, 100));
  CHECK(size(2'000'000'000, 1, 32'768) ==
        std::pair<std::int64_t, std::int64_t>(2'000'000'000, 65'536'000'000'000));
}

TEST_CASE("a recipe gives the size before its crop") {
  REQUIRE(parse_resize("recipe"));
  CHECK(parse_resize("recipe")->by_recipe);
  const auto size = [](ResizeRecipe recipe, int width, int height) {
    const PictureSize result = resized_size(recipe, width, height);
    return std::pair(result.width, result.height);
  };
  using Size = std::pair<std::int64_t, std::int64_t>;
  CHECK(size({{256, 256}, true, {1, 1}}, 640, 480) == Size(341, 256));
  CHECK(size({{224, 224}, false, {1, 1}}, 640, 480) == Size(224, 224));
  CHECK(size({{100, 300}, true, {1, 1}}, 640, 480) == Size(300, 225));  // covers 100 rows of 300
  CHECK(size({{300, 100}, true, {1, 1}}, 640, 480) == Size(400, 300));
}

TEST_CASE("a size beyond the limits is refused before it is allocated") {
  const auto source = decode_picture(read_file(std::string(FCN_TEST_IMAGES) + "/resize/source.png"), {});
  REQUIRE(source);
  const auto huge = resize_bilinear(*source, 100'000, 100'000, {});
  REQUIRE_FALSE(huge);
  CHECK(huge.error().code == ErrorCode::limit_exceeded);
}
