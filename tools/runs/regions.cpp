// SPDX-License-Identifier: MIT
#include "tools/runs/regions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "fcn/base/printable.hpp"
#include "tools/runs/connected_runs.hpp"
#include "tools/runs/contour.hpp"

namespace fcn::tools {
namespace {

constexpr std::size_t kMostPieces = 100'000;

/// What has been seen of a component so far.
struct Piece {
  ContourPoint first;  // in the order of rows
  int left, top, right, bottom;
  std::int64_t area = 0;
  double sum = 0;
  float peak = -std::numeric_limits<float>::infinity();
  std::size_t ground = 0;  // the component of what is not in, left of `first`

  void add(const Run& run, int y, const float* scores) {
    left = std::min(left, run.begin);
    right = std::max(right, run.end);
    bottom = y + 1;
    area += run.end - run.begin;
    for (int x = run.begin; x < run.end; ++x) {
      sum += static_cast<double>(scores[x]);
      peak = std::max(peak, scores[x]);
    }
  }
  void add(const Piece& other) {
    left = std::min(left, other.left);
    right = std::max(right, other.right);
    bottom = std::max(bottom, other.bottom);
    area += other.area;
    sum += other.sum;
    peak = std::max(peak, other.peak);
  }
  [[nodiscard]] Region region(int class_id) const {
    return {class_id, left, top, right - left, bottom - top, area, peak, sum / static_cast<double>(area), {}};
  }
};

/// The runs between `runs`, with a column to each side of the picture: the ground that regions stand on.
void find_gaps(const std::vector<Run>& runs, int width, std::vector<Run>& gaps) {
  gaps.clear();
  int begin = -1;
  for (const Run& run : runs) {
    gaps.push_back({begin, run.begin});
    begin = run.end;
  }
  gaps.push_back({begin, width + 1});
}

/// The pieces of one class, collected row by row.
class PieceFinder {
 public:
  explicit PieceFinder(int width) : width_(width) { ground_.add_row({{-1, width + 1}}); }

  /// Every row in turn; false if there are too many pieces.
  bool add_row(int y, const std::vector<Run>& runs, const float* scores) {
    find_gaps(runs, width_, gaps_);
    const auto& grounds = ground_.add_row(gaps_);
    const auto& components = connected_.add_row(runs);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      if (components[i] == pieces_.size())
        pieces_.push_back({{runs[i].begin, y},
                           runs[i].begin,
                           y,
                           runs[i].end,
                           y + 1,
                           0,
                           0,
                           -std::numeric_limits<float>::infinity(),
                           grounds[i]});
      pieces_[components[i]].add(runs[i], y, scores);
    }
    return connected_.count() <= kMostPieces && ground_.count() <= kMostPieces;
  }

  /// Whole components in the order of their first pixels.
  std::vector<Piece> finish() {
    std::vector<Piece> whole;
    for (std::size_t i = pieces_.size(); i-- > 0;)
      if (connected_.root(i) != i) pieces_[connected_.root(i)].add(pieces_[i]);
    for (std::size_t i = 0; i < pieces_.size(); ++i)
      if (connected_.root(i) == i) whole.push_back(pieces_[i]);
    return whole;
  }

  /// Not within a hole of another: the ground to the left reaches the picture's border.
  [[nodiscard]] bool is_outermost(const Piece& piece) { return ground_.root(piece.ground) == 0; }

 private:
  int width_;
  ConnectedRuns connected_{Connectivity::edges_and_corners};
  ConnectedRuns ground_{Connectivity::edges};
  std::vector<Piece> pieces_;
  std::vector<Run> gaps_;
};

/// Rows of cells that reach the threshold somewhere: between two that do not no pixel does.
std::vector<bool> rows_that_reach(const ScoreMap& map, int class_id, const RegionRule& rule) {
  std::vector<bool> reach(static_cast<std::size_t>(map.rows()));
  for (int row = 0; row < map.rows(); ++row)
    for (int col = 0; col < map.cols() && !reach[static_cast<std::size_t>(row)]; ++col)
      reach[static_cast<std::size_t>(row)] = rule.holds(map.at(class_id, row, col));
  return reach;
}

Error too_many_pieces(double threshold) {
  return {ErrorCode::limit_exceeded,
          fmt::format("more than {} regions reach the threshold {}; a higher --threshold gives fewer",
                      kMostPieces, threshold),
          ""};
}

/// Searches all rows of one class; with a mask, marks what is in.
Result<PieceFinder> search(const ScoreMap& map, int class_id, const RegionRule& rule, const PictureSize& size,
                           BitMask* mask) {
  const PlacedAxes axes = PlacedAxes::create(rule.placement, map, size, size);
  PlacedMap placed(map, class_id, axes);
  PieceFinder finder(static_cast<int>(size.width));
  const std::vector<bool> reach = rows_that_reach(map, class_id, rule);
  std::vector<Run> runs;
  if (mask != nullptr) mask->clear();
  for (int y = 0; y < static_cast<int>(size.height); ++y) {
    const PlacedAxis::Place& place = axes.y.places[static_cast<std::size_t>(y)];
    runs.clear();
    const float* scores = nullptr;
    if (axes.y.holds(y) &&
        (reach[static_cast<std::size_t>(place.cell)] || reach[static_cast<std::size_t>(place.next)])) {
      scores = placed.row(y);
      find_runs(
          static_cast<int>(size.width), [&](int x) { return axes.x.holds(x) && rule.holds(scores[x]); },
          runs);
    }
    if (mask != nullptr)
      for (const Run& run : runs) mask->set(y, run.begin, run.end);
    if (!finder.add_row(y, runs, scores)) return too_many_pieces(static_cast<double>(rule.threshold));
  }
  return finder;
}

void sort_best_first(std::vector<Region>& regions) {
  const auto key = [](const Region& r) { return std::tuple(-r.peak, -r.area, r.class_id, r.y, r.x); };
  std::sort(regions.begin(), regions.end(),
            [&](const Region& a, const Region& b) { return key(a) < key(b); });
}

Status append_regions(std::vector<Region>& regions, const RunReport& report, int class_id, BitMask* mask) {
  auto finder = search(*report.map, class_id, RegionRule::of(report), {report.width, report.height}, mask);
  if (!finder) return finder.error();
  for (const Piece& piece : finder->finish()) {
    regions.push_back(piece.region(class_id));
    if (mask != nullptr) regions.back().contour = outer_contour(*mask, piece.first);
  }
  return {};
}

}  // namespace

RegionRule RegionRule::of(const RunReport& report) {
  const bool tutorial = report.region_request.kind == RegionKind::tutorial;
  return {tutorial ? Placement::stretch : report.placement,
          static_cast<float>(report.region_request.threshold), tutorial};
}

std::vector<int> region_classes(const RunReport& report) {
  if (report.region_request.kind != RegionKind::all) return shown_classes(report);
  std::vector<int> reaching;
  const RegionRule rule = RegionRule::of(report);
  for (const int id : report.map->top(report.map->classes())) {
    if (!rule.holds(report.map->peak(id).probability)) break;
    reaching.push_back(id);
  }
  return reaching;
}

Result<std::vector<Region>> tutorial_region(const ScoreMap& map, int class_id, const PictureSize& size,
                                            double threshold) {
  const RegionRule rule{Placement::stretch, static_cast<float>(threshold), true};
  auto finder = search(map, class_id, rule, size, nullptr);
  if (!finder) return finder.error();
  // findContours lists the outermost components last seen first.
  std::vector<Region> found;
  for (const Piece& piece : finder->finish())
    if (finder->is_outermost(piece)) found = {piece.region(class_id)};
  return found;
}

Result<std::vector<Region>> find_regions(const RunReport& report) {
  const RegionRequest& request = report.region_request;
  const PictureSize size{report.width, report.height};
  std::vector<Region> regions;
  std::optional<BitMask> mask;
  if (request.contours) mask.emplace(report.width, report.height);
  for (const int id : region_classes(report)) {
    if (request.kind == RegionKind::tutorial) {
      auto found = tutorial_region(*report.map, id, size, request.threshold);
      if (!found) return found.error();
      regions.insert(regions.end(), found->begin(), found->end());
    } else if (Status done = append_regions(regions, report, id, mask ? &*mask : nullptr); !done) {
      return done.error();
    }
  }
  sort_best_first(regions);
  if (request.nms) suppress_overlaps(regions, *request.nms);
  return regions;
}

Status add_regions(RunReport& report) {
  if (report.region_request.kind == RegionKind::none) return {};
  auto regions = find_regions(report);
  if (!regions) return regions.error();
  report.regions = *std::move(regions);
  return {};
}

std::uint64_t region_bytes(const RegionRequest& request, const PictureSize& size) {
  return request.kind != RegionKind::none && request.contours ? BitMask::bytes(size.width, size.height) : 0;
}

double intersection_over_union(const Region& a, const Region& b) {
  const auto shared = [](int begin_a, int size_a, int begin_b, int size_b) {
    return std::max(0, std::min(begin_a + size_a, begin_b + size_b) - std::max(begin_a, begin_b));
  };
  const auto area = [](const Region& r) { return static_cast<double>(r.width) * r.height; };
  const double both =
      static_cast<double>(shared(a.x, a.width, b.x, b.width)) * shared(a.y, a.height, b.y, b.height);
  return both / (area(a) + area(b) - both);
}

void suppress_overlaps(std::vector<Region>& regions, double most) {
  std::vector<Region> kept;
  for (Region& region : regions) {
    const auto overlaps = [&](const Region& better) {
      return intersection_over_union(better, region) > most;
    };
    if (std::none_of(kept.begin(), kept.end(), overlaps)) kept.push_back(std::move(region));
  }
  regions = std::move(kept);
}

}  // namespace fcn::tools
