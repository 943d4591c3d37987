// SPDX-License-Identifier: MIT
#include "tools/runs/window_comparison.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "tools/runs/window_batch.hpp"
#include "tools/runs/window_grid.hpp"
#include "tools/shell/elapsed.hpp"

namespace fcn::tools {
namespace {

constexpr int kMostImages = 32;  // what runs side by side; more was never faster
constexpr int kRounds = 7;       // of the map and a share of the windows, in turn

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Pearson's correlation of pairs that come one by one, by Welford's updates, which lose nothing where the
/// values are large beside their spread.
class Correlation {
 public:
  void add(double x, double y) {
    ++count_;
    const double from_mean_x = x - mean_x_, from_mean_y = y - mean_y_;
    mean_x_ += from_mean_x / count_;
    mean_y_ += from_mean_y / count_;
    xx_ += from_mean_x * (x - mean_x_);
    yy_ += from_mean_y * (y - mean_y_);
    xy_ += from_mean_x * (y - mean_y_);
  }
  [[nodiscard]] double value() const { return xy_ / std::sqrt(xx_ * yy_); }

 private:
  double count_ = 0, mean_x_ = 0, mean_y_ = 0, xx_ = 0, yy_ = 0, xy_ = 0;
};

/// The mean square of differences that come one by one.
struct MeanSquare {
  double sum = 0;
  double count = 0;

  void add(double difference) {
    sum += difference * difference;
    ++count;
  }
  [[nodiscard]] double root() const { return count > 0 ? std::sqrt(sum / count) : 0; }
};

/// Takes in cells and windows in pairs.
class AgreementCount {
 public:
  explicit AgreementCount(ScoreActivation activation)
      : independent_(activation == ScoreActivation::sigmoid) {}

  void add(int row, int col, std::size_t sides_at_edge, const float* cell, const float* window, int classes) {
    const auto best = [&](const float* logits) {
      const float* const largest = std::max_element(logits, logits + classes);
      return independent_ && !(*largest >= 0) ? kNoClass : static_cast<int>(largest - logits);
    };
    ++found_.cells;
    if (best(cell) == best(window))
      ++found_.same_class;
    else
      found_.disagreements.push_back({row, col, best(cell), best(window)});
    ++found_.by_sides_at_edge[sides_at_edge].cells;
    for (int id = 0; id < classes; ++id) {
      const auto x = static_cast<double>(cell[id]), y = static_cast<double>(window[id]);
      correlation_.add(x, y);
      difference_.add(x - y);
      by_sides_[sides_at_edge].add(x - y);
      const double size = std::abs(x - y);
      if (size > found_.largest.difference || (std::isnan(size) && !std::isnan(found_.largest.difference)))
        found_.largest = {size, id, row, col};
    }
  }

  [[nodiscard]] WindowAgreement result() const {
    WindowAgreement result = found_;
    result.correlation = correlation_.value();
    result.rms_difference = difference_.root();
    for (std::size_t sides = 0; sides < by_sides_.size(); ++sides)
      result.by_sides_at_edge[sides].rms_difference = by_sides_[sides].root();
    return result;
  }

 private:
  bool independent_;  // a class below 50 % is none then
  WindowAgreement found_;
  Correlation correlation_;
  MeanSquare difference_;
  std::array<MeanSquare, 5> by_sides_;
};

std::size_t sides_at_edge(const WindowOrigin& at, const Extent& window, const ImageView& image) {
  return static_cast<std::size_t>((at.y == 0) + (at.x == 0) + (at.y + window.y >= image.height) +
                                  (at.x + window.x >= image.width));
}

class Comparer {
 public:
  Comparer(const Model& model, Session& session, const ImageView& image)
      : model_(model), session_(session), image_(image), agreement_(model.info().activation) {}

  Result<WindowComparison> run(int stride) {
    if (Status ran = session_.run_into(image_, map_); !ran) return ran.error();
    auto grid = WindowGrid::create(session_.plan()->map_shape(), map_.geometry(), stride);
    if (!grid) return grid.error();
    grid_ = *std::move(grid);
    const auto images = fastest_images();
    if (!images) return images.error();
    auto batch = WindowBatch::create(model_, session_.pool(), *images);
    if (!batch) return batch.error();
    if (Status warm = run_batch(*batch, 0); !warm) return warm.error();
    if (Status ran = take_turns(*batch); !ran) return ran.error();
    return result(*batch);
  }

 private:
  [[nodiscard]] std::size_t batches(const WindowBatch& batch) const {
    return ceil_div(grid_.size(), static_cast<std::size_t>(batch.images()));
  }

  /// Runs batch number `number`, whose windows are then in origins_.
  Status run_batch(WindowBatch& batch, std::size_t number) {
    const auto images = static_cast<std::size_t>(batch.images());
    origins_.clear();
    for (std::size_t i = number * images; i < std::min((number + 1) * images, grid_.size()); ++i)
      origins_.push_back(grid_.origin(i));
    return batch.run(image_, origins_);
  }

  /// Doubles the number of windows side by side as far as there are windows and memory, and returns the
  /// number that took least time a window: the better of two runs.
  Result<int> fastest_images() {
    int fastest = 0;
    double least_ms = 0;
    for (int images = 1; images <= kMostImages && static_cast<std::size_t>(images) <= grid_.size();
         images *= 2) {
      auto batch = WindowBatch::create(model_, session_.pool(), images);
      if (!batch && batch.error().code == ErrorCode::limit_exceeded && fastest != 0) break;
      if (!batch) return batch.error();
      for (int run = 0; run < 2; ++run) {
        const auto start = std::chrono::steady_clock::now();
        if (Status ran = run_batch(*batch, 0); !ran) return ran.error();
        const double ms = milliseconds_since(start) / images;
        if (fastest != 0 && ms >= least_ms) continue;
        fastest = images;
        least_ms = ms;
      }
    }
    return fastest;
  }

  /// The map, then a share of the windows, and so on, so that both meet the same clock and neighbours.
  Status take_turns(WindowBatch& batch) {
    const std::size_t all = batches(batch);
    const std::size_t runs = std::max<std::size_t>(all, kRounds);  // few batches run several times
    for (std::size_t i = 0; i < runs; ++i) {
      if (i * kRounds / runs == map_ms_.size()) {
        if (Status ran = session_.run_into(image_, map_); !ran) return ran;
        map_ms_.push_back(session_.times().infer);
      }
      const auto start = std::chrono::steady_clock::now();
      if (Status ran = run_batch(batch, i % all); !ran) return ran;
      batch_ms_.push_back(milliseconds_since(start));
      if (i < all) compare(batch);
    }
    return {};
  }

  void compare(const WindowBatch& batch) {
    for (std::size_t i = 0; i < origins_.size(); ++i) {
      const auto row = grid_.map_row(origins_[i].y);
      const auto col = grid_.map_col(origins_[i].x);
      if (row && col)
        agreement_.add(*row, *col, sides_at_edge(origins_[i], model_.info().window, image_),
                       map_.cell(*row, *col), batch.logits(i), map_.classes());
    }
  }

  /// A batch that is not full takes as long as a full one, so the windows' time counts full ones.
  [[nodiscard]] WindowComparison result(const WindowBatch& batch) const {
    WindowComparison result;
    result.stride = grid_.stride();
    result.window = model_.info().window;
    result.rows = grid_.rows();
    result.cols = grid_.cols();
    result.batch = batch.images();
    result.agreement = agreement_.result();
    result.map = {session_.plan()->multiply_adds(), median(map_ms_)};
    result.windows = {batch.multiply_adds() * grid_.size(),
                      median(batch_ms_) * static_cast<double>(grid_.size()) / batch.images()};
    return result;
  }

  const Model& model_;
  Session& session_;
  const ImageView& image_;
  ScoreMap map_;
  WindowGrid grid_;
  std::vector<WindowOrigin> origins_;  // of the last batch
  std::vector<double> map_ms_;
  std::vector<double> batch_ms_;
  AgreementCount agreement_;
};

}  // namespace

Result<WindowComparison> compare_windows(const Model& model, Session& session, const ImageView& image,
                                         int stride) {
  const ScoreKind scores = session.scores();
  session.set_scores(ScoreKind::logits);
  auto result = Comparer(model, session, image).run(stride);
  session.set_scores(scores);
  return result;
}

}  // namespace fcn::tools
