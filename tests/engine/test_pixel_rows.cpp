// SPDX-License-Identifier: MIT
// Pictures that come row by row, and scores that go row by row: the same bits as with everything in memory.
#include "fcn/pixel_rows.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <string>
#include <vector>

#include "fcn/label_map.hpp"
#include "tests/engine/session_fixture.hpp"

namespace fcn::test {
namespace {

/// Hands out copies of rows, and forgets those handed out before.
class NoiseRows : public PixelRows {
 public:
  explicit NoiseRows(const NoisePicture& picture) : picture_(picture) {}

  Result<ImageView> rows(int first, int count) override {
    CHECK(first == next_);
    CHECK(count > 0);
    next_ = first + count;
    if (first <= fails_at && fails_at < next_)
      return Error{ErrorCode::truncated, "row " + std::to_string(fails_at) + " is missing", "noise"};
    const std::size_t row = 3 * static_cast<std::size_t>(picture_.width);
    most_ = std::max(most_, count);
    std::fill(held_.begin(), held_.end(), std::uint8_t{0xaa});
    held_.assign(picture_.pixels.begin() + static_cast<std::ptrdiff_t>(row) * first,
                 picture_.pixels.begin() + static_cast<std::ptrdiff_t>(row) * next_);
    return ImageView{
        .pixels = held_.data(), .width = picture_.width - missing, .height = count, .channels = 3};
  }

  [[nodiscard]] ImageView view() {
    next_ = 0;
    return {.width = picture_.width, .height = picture_.height, .source = this};
  }
  [[nodiscard]] int most() const { return most_; }

  int fails_at = -1;
  int missing = 0;  ///< columns of its rows

 private:
  const NoisePicture& picture_;
  std::vector<std::uint8_t> held_;
  int next_ = 0;
  int most_ = 0;
};

/// Collects the scores of rows, cell by cell.
struct Collected : ScoreRows {
  std::vector<float> scores;
  int rows = 0;

  void take(const ScoreRow& row) override {
    CHECK(row.row == rows++);
    for (int col = 0; col < row.cols; ++col)
      scores.insert(scores.end(), row.cell(col), row.cell(col) + row.classes);
  }
};

bool same_peaks(const ScoreMap& a, const ScoreMap& b) {
  return std::equal(a.peaks().begin(), a.peaks().end(), b.peaks().begin(), b.peaks().end(),
                    [](const Peak& x, const Peak& y) {
                      return x.probability == y.probability && x.row == y.row && x.col == y.col;
                    });
}

TEST_CASE("a picture that comes row by row has the map of the whole one") {
  const Model model = narrow_resnet(8, *kernels::select_table().table);
  for (const int threads : {1, 3})
    for (const auto& [height, width] : {std::pair{200, 200}, {331, 259}, {523, 200}}) {
      INFO(threads << " threads, " << width << "x" << height);
      const NoisePicture picture(height, width);
      Session session = session_on(model, {.threads = threads, .scores = ScoreKind::logits});
      const ScoreMap whole = logits_of(session, picture);
      NoiseRows rows(picture);
      for (int turn = 0; turn < 2; ++turn) {
        ScoreMap map;
        REQUIRE(session.run_into(rows.view(), map));
        CHECK(same_scores(map, whole));
        CHECK(same_peaks(map, whole));
      }
      CHECK(rows.most() < height);
    }
}

TEST_CASE("a batch takes pictures that come row by row beside one in memory") {
  const Model model = narrow_resnet(8, *kernels::select_table().table);
  Session session = session_on(model, {.threads = 2, .scores = ScoreKind::logits});
  const NoisePicture picture(260, 231);
  const ScoreMap whole = logits_of(session, picture);
  NoiseRows rows(picture), more(picture);
  const std::vector<ImageView> views{rows.view(), picture.view(), more.view()};
  const auto maps = session.run_batch(views);
  REQUIRE(maps);
  for (const ScoreMap& map : *maps) CHECK(same_scores(map, whole));
}

TEST_CASE("scores go row by row, and the map keeps their peaks alone") {
  const Model model = narrow_resnet(8, *kernels::select_table().table);
  for (const ScoreKind kind : {ScoreKind::logits, ScoreKind::probabilities}) {
    Session session = session_on(model, {.threads = 2, .scores = kind});
    const NoisePicture picture(456, 391);
    const ScoreMap whole = logits_of(session, picture);
    NoiseRows rows(picture);
    ScoreMap map;
    for (const ImageView& view : {picture.view(), rows.view()}) {
      Collected collected;
      REQUIRE(session.score_rows(view, collected, map));
      CHECK_FALSE(map.has_cells());
      CHECK(collected.rows == whole.rows());
      REQUIRE(collected.scores.size() == static_cast<std::size_t>(whole.rows()) *
                                             static_cast<std::size_t>(whole.cols()) *
                                             static_cast<std::size_t>(whole.classes()));
      CHECK(std::memcmp(collected.scores.data(), whole.cell(0, 0), collected.scores.size() * sizeof(float)) ==
            0);
      CHECK(same_peaks(map, whole));
    }
    REQUIRE(session.run_into(picture.view(), map));  // and the same map can hold cells again
    CHECK(same_scores(map, whole));
  }
}

TEST_CASE("an error of the picture's source ends the run, and the next run is as any other") {
  const Model model = narrow_resnet(8, *kernels::select_table().table);
  Session session = session_on(model, {.threads = 2, .scores = ScoreKind::logits});
  const NoisePicture picture(331, 259);
  const ScoreMap whole = logits_of(session, picture);
  NoiseRows rows(picture);
  ScoreMap map;
  for (const int row : {0, 1, 200, 330}) {
    rows.fails_at = row;
    const Status ran = session.run_into(rows.view(), map);
    REQUIRE_FALSE(ran);
    CHECK(ran.error().code == ErrorCode::truncated);
    CHECK(ran.error().message == "row " + std::to_string(row) + " is missing");
  }
  rows.fails_at = -1;
  rows.missing = 1;
  const Status narrow = session.run_into(rows.view(), map);
  REQUIRE_FALSE(narrow);
  CHECK(narrow.error().code == ErrorCode::invalid_argument);
  CHECK(narrow.error().message.find("gave 258x") != std::string::npos);
  rows.missing = 0;
  REQUIRE(session.run_into(rows.view(), map));
  CHECK(same_scores(map, whole));
  CHECK(rows.view().crop(0, 0, 1, 1).error().code == ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace fcn::test
