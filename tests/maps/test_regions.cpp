// SPDX-License-Identifier: MIT
// Regions, against OpenCV 4.6 (region_expectations.inc) and by hand.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <tuple>
#include <vector>

#include "fcn/base/memory_count.hpp"
#include "fcn/maps/regions.hpp"
#include "tests/maps/region_case.hpp"
#include "tests/maps/small_map.hpp"

using namespace fcn;
using namespace fcn::maps;
using namespace fcn::test;

namespace {

constexpr Size kPicture{160, 128};  // of bag_and_boot()

std::vector<Region> found_in(const ScoreMap& map, Size picture, const RegionRequest& request) {
  const auto regions = find_regions(map, picture, request);
  REQUIRE(regions);
  return *regions;
}

std::vector<int> box_of(const Region& region) {
  return {region.x, region.y, region.width, region.height};
}

/// A cell a pixel: regions are then those of the scores themselves.
ScoreMap pixel_map(int rows, int cols, const std::vector<float>& scores) {
  return small_map(rows, cols, {std::vector<float>(scores.size()), scores}, ScoreKind::probabilities, {});
}

}  // namespace

TEST_CASE("regions and contours of stretched maps are OpenCV's, and so is the tutorials' box") {
  for (const RegionCase& expected : kRegionCases) {
    CAPTURE(expected.seed, expected.rows, expected.cols, expected.height, expected.width);
    const ScoreMap map = expected.map();
    const Size size{expected.width, expected.height};
    std::vector<Region> regions =
        found_in(map, size, {.threshold = 0.5, .placement = Placement::stretch, .contours = true});
    CHECK(regions.size() == static_cast<std::size_t>(expected.count));
    std::sort(regions.begin(), regions.end(), [](const Region& a, const Region& b) {
      const ContourPoint p = a.contour.front(), q = b.contour.front();
      return std::tuple(p.y, p.x) < std::tuple(q.y, q.x);
    });
    Fnv all;
    for (const Region& region : regions) {
      for (const int number : {region.x, region.y, region.width, region.height, static_cast<int>(region.area),
                               static_cast<int>(region.contour.size())})
        all.add(number);
      for (const ContourPoint& point : region.contour) {
        all.add(point.x);
        all.add(point.y);
      }
      CHECK(region.peak >= 0.5F);
      CHECK(region.mean >= 0.5);
      CHECK(region.mean <= static_cast<double>(region.peak));
    }
    CHECK(all.value() == expected.regions_hash);

    const std::vector<Region> boxes = found_in(map, size, RegionRequest::tutorial(0.25));
    REQUIRE(boxes.size() == (expected.tutorial_box[2] > 0 ? 1 : 0));
    if (!boxes.empty())
      CHECK(box_of(boxes[0]) ==
            std::vector(std::begin(expected.tutorial_box), std::end(expected.tutorial_box)));
  }
}

TEST_CASE("regions of placed maps lie around their cells' centres") {
  ScoreMap map = bag_and_boot();
  set_scores(map, 2, {0, 0, 0, 0, 0.9F, 0});
  const int boot[] = {2};
  const auto regions = find_regions(map, boot, kPicture);
  REQUIRE(regions);
  REQUIRE(regions->size() == 1);
  const Region& region = regions->front();
  CHECK(region.class_id == 2);
  CHECK(region.peak == 0.9F);
  // 0.9 (1 - d / 32) >= 0.25 for d <= 23 pixels around (64, 64); below its centre the map ends after half a
  // cell.
  CHECK(box_of(region) == std::vector{41, 41, 47, 39});
  CHECK(region.contour.empty());
  CHECK(found_in(map, kPicture, {.threshold = 0.95}).empty());
  CHECK(find_regions(map, std::vector<int>(), kPicture)->empty());  // of no class
}

TEST_CASE("all classes but the background have regions, best first, and overlapping ones give way") {
  ScoreMap map = bag_and_boot();
  set_scores(map, 1, {0, 0, 0, 0, 0.8F, 0});
  set_scores(map, 2, {0, 0, 0, 0, 0.9F, 0});
  const std::vector<Region> both = found_in(map, kPicture, {});
  REQUIRE(both.size() == 2);
  CHECK(both[0].class_id == 2);
  CHECK(both[1].class_id == 1);
  const std::vector<Region> kept = found_in(map, kPicture, {.nms = 0.5});
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].class_id == 2);
  CHECK(found_in(map, kPicture, {.nms = 1.0}).size() == 2);  // nothing overlaps more
  // Of equals the smaller class id stays.
  set_scores(map, 2, {0, 0, 0, 0, 0.8F, 0});
  const std::vector<Region> first = found_in(map, kPicture, {.nms = 0.5});
  REQUIRE(first.size() == 1);
  CHECK(first[0].class_id == 1);
  // Of equal peaks the larger region.
  set_scores(map, 2, {0, 0, 0, 0, 0.8F, 0.7F});
  CHECK(found_in(map, kPicture, {.nms = 0.4})[0].class_id == 2);
}

TEST_CASE("overlap of boxes, and which of them stay") {
  const Region a{0, 0, 0, 10, 10, 100, 1, 1, {}}, b{0, 5, 0, 10, 10, 100, 1, 1, {}},
      c{0, 10, 0, 10, 10, 100, 1, 1, {}}, far{0, 90, 0, 1, 1, 1, 1, 1, {}}, none{};
  CHECK(intersection_over_union(a, a) == 1);
  CHECK(intersection_over_union(a, b) == Approx(50.0 / 150));
  CHECK(intersection_over_union(a, c) == 0);  // side by side
  CHECK(intersection_over_union(a, far) == 0);
  CHECK(intersection_over_union(none, none) == 0);
  // c overlaps only b, which a has suppressed.
  std::vector<Region> regions{a, b, c, far};
  suppress_overlaps(regions, 0.3);
  REQUIRE(regions.size() == 3);
  CHECK(regions[1].x == 10);
  std::vector<Region> exactly{a, b};
  suppress_overlaps(exactly, intersection_over_union(a, b));  // not more than the limit
  CHECK(exactly.size() == 2);
  std::vector<Region> nothing;
  suppress_overlaps(nothing, 0);
  CHECK(nothing.empty());
}

TEST_CASE("pixels of a region touch by edges or corners, holes do not count, and a pixel is a contour") {
  const ScoreMap map = pixel_map(5, 7, {1, 0, 0, 0, 0, 0, 0,  //
                                        0, 1, 0, 1, 1, 1, 0,  //
                                        0, 0, 0, 1, 0, 1, 0,  //
                                        0, 0, 0, 1, 1, 1, 0,  //
                                        1, 0, 0, 0, 0, 0, 0});
  std::vector<Region> regions = found_in(map, {7, 5}, {.threshold = 0.5, .contours = true});
  REQUIRE(regions.size() == 3);
  CHECK(box_of(regions[0]) == std::vector{3, 1, 3, 3});
  CHECK(regions[0].area == 8);
  CHECK(regions[0].contour == std::vector<ContourPoint>{{3, 1}, {3, 3}, {5, 3}, {5, 1}});
  CHECK(regions[1].contour == std::vector<ContourPoint>{{0, 0}, {1, 1}});  // there and back
  CHECK(regions[1].area == 2);
  CHECK(regions[2].contour == std::vector<ContourPoint>{{0, 4}});
  CHECK(regions[2].area == 1);
}

TEST_CASE("at the threshold is in, unless only what is above it counts") {
  const ScoreMap map = pixel_map(1, 4, {0.5F, 0.75F, 0.25F, 0.5F});
  CHECK(found_in(map, {4, 1}, {.threshold = 0.5}).size() == 2);
  const std::vector<Region> above = found_in(map, {4, 1}, {.threshold = 0.5, .above = true});
  REQUIRE(above.size() == 1);
  CHECK(box_of(above[0]) == std::vector{1, 0, 1, 1});
  CHECK(found_in(map, {4, 1}, {.threshold = 0.76}).empty());
  CHECK(found_in(map, {4, 1}, {.threshold = 0}).size() == 1);  // the whole picture
}

TEST_CASE("maps of one cell, without cells, without numbers, and full of noise") {
  const std::vector<Region> one =
      found_in(small_map(1, 1, {{0}, {1}}), kPicture, {.threshold = 0.25, .contours = true});
  REQUIRE(one.size() == 1);
  CHECK(one[0].area == 32 * 32);
  CHECK(one[0].contour == std::vector<ContourPoint>{{16, 16}, {16, 47}, {47, 47}, {47, 16}});

  CHECK(found_in(ScoreMap(), kPicture, {.contours = true}).empty());
  const int background[] = {0};
  CHECK(find_regions(*ScoreMap::create({1, 0, 0}, ScoreKind::probabilities, {}, {}), background, kPicture)
            ->empty());

  const float nan = std::nanf("");
  const ScoreMap no_numbers = small_map(2, 2, {{0, 0, 0, 0}, {nan, nan, nan, nan}});
  CHECK(found_in(no_numbers, kPicture, {.threshold = 0, .contours = true}).empty());
  CHECK(found_in(no_numbers, kPicture, RegionRequest::tutorial(0)).empty());
  const std::vector<Region> beside = found_in(pixel_map(1, 3, {nan, 1, 1}), {3, 1}, {});
  REQUIRE(beside.size() == 1);
  CHECK(beside[0].area == 2);
  CHECK(beside[0].mean == 1);

  // Every other pixel in: as many regions as dots.
  std::vector<float> dots(1'000'000);
  for (std::size_t i = 0; i < dots.size(); ++i) dots[i] = i / 1000 % 2 == 0 && i % 2 == 0 ? 1.0F : 0.0F;
  const auto refused = find_regions(pixel_map(1000, 1000, dots), {1000, 1000}, {.threshold = 0.3});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::limit_exceeded);
  CHECK(refused.error().message ==
        "more than 100000 regions reach the threshold 0.3; a higher one gives fewer");
}

TEST_CASE("requests that mean nothing are errors") {
  const ScoreMap map = bag_and_boot();
  const int missing[] = {1, 3}, negative[] = {-1};
  const auto refusal = [](const auto& result) {
    REQUIRE_FALSE(result);
    return result.error().code;
  };
  CHECK(refusal(find_regions(map, missing, kPicture)) == ErrorCode::invalid_argument);
  CHECK(refusal(find_regions(map, negative, kPicture)) == ErrorCode::invalid_argument);
  CHECK(refusal(find_regions(map, {0, 5})) == ErrorCode::invalid_argument);
  CHECK(refusal(find_regions(map, {5, -5})) == ErrorCode::invalid_argument);
  CHECK(refusal(find_regions(map, {5, 1 << 30})) == ErrorCode::limit_exceeded);
  CHECK(refusal(find_regions(map, kPicture, {.threshold = std::nan("")})) == ErrorCode::invalid_argument);
  CHECK(refusal(find_regions(map, kPicture, {.nms = std::nan("")})) == ErrorCode::invalid_argument);
}

TEST_CASE("contours hold the bytes that are foretold, and give them back") {
  const ScoreMap map = bag_and_boot();
  const std::size_t before = MemoryCount::held();
  MemoryCount::restart_peak();
  REQUIRE(find_regions(map, {1000, 300}, {.threshold = 0.5}));
  CHECK(MemoryCount::peak() == before);
  const RegionRequest request{.threshold = 0.5, .contours = true};
  REQUIRE(find_regions(map, {1000, 300}, request));
  CHECK(region_bytes(request, {1000, 300}) == 16 * 8 * 300);
  CHECK(MemoryCount::peak() == before + region_bytes(request, {1000, 300}));
  CHECK(MemoryCount::held() == before);
}
