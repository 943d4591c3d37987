// SPDX-License-Identifier: MIT
// Definitions of regions.hpp.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <tuple>
#include <utility>

#include "fcn/maps/region_pieces.hpp"
#include "fcn/maps/regions.hpp"

namespace fcn::inline FCN_ABI {
namespace maps {
namespace detail {

/// Rows of cells that reach the threshold somewhere: between two rows that do not, no pixel does.
FCN_INLINE std::vector<bool> rows_that_reach(const ScoreMap& map, int class_id,
                                             const RegionRequest& request) {
  std::vector<bool> reach(static_cast<std::size_t>(map.rows()));
  for (int row = 0; row < map.rows(); ++row)
    for (int col = 0; col < map.cols() && !reach[static_cast<std::size_t>(row)]; ++col)
      reach[static_cast<std::size_t>(row)] = request.holds(map.at(class_id, row, col));
  return reach;
}

FCN_INLINE Error too_many_pieces(double threshold) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, threshold).ptr;
  return {ErrorCode::limit_exceeded,
          "more than " + std::to_string(kMaxPieces) + " regions reach the threshold " +
              std::string(digits, end) + "; a higher one gives fewer",
          ""};
}

FCN_INLINE Status check_regions(const ScoreMap& map, std::span<const int> classes, Size picture,
                                const RegionRequest& request) {
  const auto size = std::to_string(picture.width) + "x" + std::to_string(picture.height);
  constexpr int kMaxSide = 1 << 24;
  if (picture.width <= 0 || picture.height <= 0)
    return Error{ErrorCode::invalid_argument, "regions need a picture with pixels, not one of " + size, ""};
  if (picture.width > kMaxSide || picture.height > kMaxSide)
    return Error{ErrorCode::limit_exceeded,
                 "regions are found on pictures of at most " + std::to_string(kMaxSide) +
                     " pixels a side; this one is of " + size,
                 ""};
  if (std::isnan(request.threshold) || (request.nms && std::isnan(*request.nms)))
    return Error{ErrorCode::invalid_argument, "the threshold and the overlap of regions must be numbers", ""};
  for (const int id : classes)
    if (id < 0 || id >= map.classes())
      return Error{ErrorCode::invalid_argument,
                   "the map has no class " + std::to_string(id) + "; it has " +
                       std::to_string(map.classes()) + ", counted from 0",
                   ""};
  return {};
}

/// Searches all rows of one class; with a mask, marks the pixels that are in.
FCN_INLINE Result<PieceFinder> search(const ScoreMap& map, int class_id, const RegionRequest& request,
                                      const PlacedAxes& axes, const std::vector<bool>& reach, BitMask* mask) {
  PlacedMap placed(map, class_id, axes);
  const auto width = static_cast<int>(axes.x.places.size());
  PieceFinder finder(width);
  std::vector<Run> runs;
  if (mask != nullptr) mask->clear();
  for (int y = 0; y < static_cast<int>(axes.y.places.size()); ++y) {
    const PlacedAxis::Place& place = axes.y.places[static_cast<std::size_t>(y)];
    runs.clear();
    const float* scores = nullptr;
    if (axes.y.holds(y) &&
        (reach[static_cast<std::size_t>(place.cell)] || reach[static_cast<std::size_t>(place.next)])) {
      scores = placed.row(y);
      find_runs(
          width, [&](int x) { return axes.x.holds(x) && request.holds(scores[x]); }, runs);
    }
    if (mask != nullptr)
      for (const Run& run : runs) mask->set(y, run.begin, run.end);
    if (!finder.add_row(y, runs, scores)) return too_many_pieces(request.threshold);
  }
  return finder;
}

/// findContours lists the outermost components, last seen first.
FCN_INLINE std::vector<Piece> only_first_contour(const std::vector<Piece>& pieces, PieceFinder& finder) {
  for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece)
    if (finder.is_outermost(*piece)) return {*piece};
  return {};
}

FCN_INLINE Status append_regions(std::vector<Region>& regions, const ScoreMap& map, int class_id,
                                 const RegionRequest& request, const PlacedAxes& axes, BitMask* mask) {
  const std::vector<bool> reach = rows_that_reach(map, class_id, request);
  if (std::find(reach.begin(), reach.end(), true) == reach.end()) return {};
  auto finder = search(map, class_id, request, axes, reach, mask);
  if (!finder) return finder.error();
  std::vector<Piece> pieces = finder->finish();
  if (request.first_contour) pieces = only_first_contour(pieces, *finder);
  for (const Piece& piece : pieces) {
    regions.push_back({class_id,
                       piece.left,
                       piece.top,
                       piece.right - piece.left,
                       piece.bottom - piece.top,
                       piece.area,
                       piece.peak,
                       piece.sum / static_cast<double>(piece.area),
                       {}});
    if (mask != nullptr) regions.back().contour = outer_contour(*mask, piece.first);
  }
  return {};
}

/// Equal ones keep their order. Not std::stable_sort, of whose use in GCC 12's library clang 19 warns.
FCN_INLINE void sort_best_first(std::vector<Region>& regions) {
  std::vector<std::size_t> order(regions.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto key = [&](std::size_t i) {
    const Region& r = regions[i];
    return std::tuple(-r.peak, -r.area, r.class_id, r.y, r.x, i);
  };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  std::vector<Region> sorted;
  sorted.reserve(regions.size());
  for (const std::size_t i : order) sorted.push_back(std::move(regions[i]));
  regions = std::move(sorted);
}

}  // namespace detail

FCN_INLINE Result<std::vector<Region>> find_regions(const ScoreMap& map, std::span<const int> classes,
                                                    Size picture, const RegionRequest& request) {
  if (Status ok = detail::check_regions(map, classes, picture, request); !ok) return ok.error();
  std::vector<Region> regions;
  std::optional<detail::BitMask> mask;
  if (request.contours) {
    auto created = detail::BitMask::create(picture);
    if (!created) return created.error();
    mask.emplace(*std::move(created));
  }
  const PlacedAxes axes = PlacedAxes::create(request.placement, map, picture, picture);
  for (const int id : classes)
    if (Status found = detail::append_regions(regions, map, id, request, axes, mask ? &*mask : nullptr);
        !found)
      return found.error();
  detail::sort_best_first(regions);
  if (request.nms) suppress_overlaps(regions, *request.nms);
  return regions;
}

FCN_INLINE Result<std::vector<Region>> find_regions(const ScoreMap& map, Size picture,
                                                    const RegionRequest& request) {
  std::vector<int> classes;
  for (int id = 0; id < map.classes(); ++id)
    if (id != map.background()) classes.push_back(id);
  return find_regions(map, classes, picture, request);
}

FCN_INLINE std::uint64_t region_bytes(const RegionRequest& request, Size picture) {
  return request.contours ? detail::BitMask::bytes(picture) : 0;
}

FCN_INLINE double intersection_over_union(const Region& a, const Region& b) {
  const auto shared = [](int begin_a, int size_a, int begin_b, int size_b) {
    return std::max(0, std::min(begin_a + size_a, begin_b + size_b) - std::max(begin_a, begin_b));
  };
  const auto area = [](const Region& r) { return static_cast<double>(r.width) * r.height; };
  const double both =
      static_cast<double>(shared(a.x, a.width, b.x, b.width)) * shared(a.y, a.height, b.y, b.height);
  const double either = area(a) + area(b) - both;
  return either > 0 ? both / either : 0;
}

FCN_INLINE void suppress_overlaps(std::vector<Region>& regions, double most) {
  std::vector<Region> kept;
  for (Region& region : regions) {
    const auto overlaps = [&](const Region& better) {
      return intersection_over_union(better, region) > most;
    };
    if (std::none_of(kept.begin(), kept.end(), overlaps)) kept.push_back(std::move(region));
  }
  regions = std::move(kept);
}

}  // namespace maps
}  // namespace fcn::inline FCN_ABI
