// SPDX-License-Identifier: MIT
// What a session offers beside one picture after the other: cancelling, progress, batches, taps by name, the
// caller's own executor, and the refusal of a second caller.
#include "fcn/session.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "fcn/base/memory_count.hpp"
#include "fcn/run/run_memory.hpp"
#include "tests/engine/emulated.hpp"
#include "tests/engine/random_network.hpp"
#include "tests/engine/session_fixture.hpp"

namespace fcn::test {
namespace {

/// Layers of so much work that a cancellable step runs in several pieces: of the panels of channels, of
/// pixels.
Model heavy_network() {
  Random random(3);
  Graph graph;
  graph.append("input", Input{3}, {});
  graph.append("stem", random_conv(random, 3, 256, 1, 1, 0), {0});
  graph.append("panels", random_conv(random, 256, 256, 3, 1, 1), {1});
  graph.append("pixels", random_conv(random, 256, 16, 7, 1, 3), {2});
  graph.append("head", random_conv(random, 16, 5, 1, 1, 0), {3});
  auto model =
      Model::from_graph(std::move(graph), {}, {.table = kernels::select_table().table, .limits = {}});
  REQUIRE(model);
  return *std::move(model);
}

/// Records what a progress callback hears, and sets a flag once so much is done.
struct Listener {
  std::vector<double> heard;
  double stop_at = 2;
  std::atomic<bool> stop{false};

  [[nodiscard]] RunHooks hooks() {
    return {.cancel = &stop,
            .progress =
                [](void* self, double done) {
                  auto& listener = *static_cast<Listener*>(self);
                  listener.heard.push_back(done);
                  if (done >= listener.stop_at) listener.stop = true;
                },
            .context = this};
  }
};

class Counting : public RowSink {
 public:
  void take(const RowBlock& block) override {
    rows += block.row_count;
    channels = block.shape.channels;
  }
  int rows = 0;
  int channels = 0;
};

}  // namespace

TEST_CASE("progress rises to 1, and hooks change no bit") {
  const Model model = kEmulated ? narrow_resnet(8, *kernels::select_table().table) : heavy_network();
  const NoisePicture picture = kEmulated ? NoisePicture(210, 220) : NoisePicture(31, 45);
  for (const int threads : {1, 3}) {
    Session session = session_on(model, {.threads = threads, .scores = ScoreKind::logits});
    const ScoreMap truth = logits_of(session, picture);
    Listener listener;
    const auto map = session.run(picture.view(), listener.hooks());
    REQUIRE(map);
    CHECK(same_scores(*map, truth));
    REQUIRE(listener.heard.size() > 3);
    CHECK(std::is_sorted(listener.heard.begin(), listener.heard.end()));
    CHECK(listener.heard.front() > 0);
    CHECK(listener.heard.back() == 1.0);
  }
}

TEST_CASE("progress counts a convolution that its max-pool computes, and layers that gather") {
  const Model model = narrow_resnet(8, *kernels::select_table().table);
  Session session = session_on(model, {.threads = 2});
  Listener listener;
  REQUIRE(session.run(NoisePicture(333, 250).view(), listener.hooks()));
  CHECK(std::is_sorted(listener.heard.begin(), listener.heard.end()));
  CHECK(listener.heard.back() == 1.0);
}

TEST_CASE("a cancelled run ends where it is, and the next has the bits of any other") {
  const Model model = narrow_resnet(8, *kernels::select_table().table);
  const NoisePicture picture(300, 260);
  for (const int threads : {1, 3}) {
    Session session = session_on(model, {.threads = threads, .scores = ScoreKind::logits});
    const ScoreMap truth = logits_of(session, picture);
    for (const double stop_at : {0.0, 0.3, 0.7, 0.99}) {
      Listener listener;
      listener.stop_at = stop_at;
      const auto map = session.run(picture.view(), listener.hooks());
      REQUIRE_FALSE(map);
      CHECK(map.error().code == ErrorCode::cancelled);
      CHECK(listener.heard.back() < 1.0);
      CHECK(std::count_if(listener.heard.begin(), listener.heard.end(),
                          [&](double done) { return done >= stop_at; }) == 1);
      CHECK(session.times().infer == 0);
      CHECK(same_scores(logits_of(session, picture), truth));
    }
  }
}

TEST_CASE("another thread cancels a run of seconds") {
  if (kEmulated) return;
  const Model model = heavy_network();
  Session session = session_on(model, {.threads = 2});
  const NoisePicture picture(1500, 2000);  // 12 s
  // A run that is cancelled from the start plans and takes its memory, which under a sanitizer lasts seconds.
  std::atomic<bool> cancel{true};
  ScoreMap map;
  const Status at_once = session.run_into(picture.view(), map, {.cancel = &cancel});
  REQUIRE_FALSE(at_once);
  CHECK(at_once.error().code == ErrorCode::cancelled);
  cancel = false;
  std::chrono::steady_clock::time_point asked;
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    asked = std::chrono::steady_clock::now();
    cancel = true;
  });
  const Status ran = session.run_into(picture.view(), map, {.cancel = &cancel});
  const auto ended = std::chrono::steady_clock::now();
  other.join();
  REQUIRE_FALSE(ran);
  CHECK(ran.error().code == ErrorCode::cancelled);
  CHECK(ended - asked < std::chrono::seconds(1));  // some milliseconds, on a machine without other work
}

TEST_CASE("a second thread that runs a session is told, and the first goes on") {
  const Model model = narrow_resnet(8, *kernels::select_table().table);
  Session session = session_on(model, {.threads = 2, .scores = ScoreKind::logits});
  const NoisePicture picture(300, 260);
  const ScoreMap truth = logits_of(session, picture);
  struct Meddler {
    Session& session;
    const NoisePicture& picture;
    std::vector<ErrorCode> codes;
  } meddler{session, picture, {}};
  const RunHooks hooks{.progress =
                           [](void* context, double) {
                             auto& self = *static_cast<Meddler*>(context);
                             if (!self.codes.empty()) return;
                             std::thread([&] {
                               ScoreMap map;
                               LabelMap labels;
                               std::vector<ImageView> views{self.picture.view()};
                               self.codes = {
                                   self.session.run_into(self.picture.view(), map).error().code,
                                   self.session.run(self.picture.view()).error().code,
                                   self.session.run_batch(views).error().code,
                                   self.session.label_into(self.picture.view(), labels).error().code,
                                   self.session.label_rows(self.picture.view(), labels).error().code};
                             }).join();
                           },
                       .context = &meddler};
  const auto map = session.run(picture.view(), hooks);
  REQUIRE(map);
  CHECK(same_scores(*map, truth));
  CHECK(meddler.codes == std::vector<ErrorCode>(5, ErrorCode::busy));
  CHECK(same_scores(logits_of(session, picture), truth));  // and it is free again
}

TEST_CASE("threads that fight for a session each get their map or the error") {
  const Model model = narrow_resnet(8, *kernels::select_table().table);
  Session session = session_on(model, {.threads = 2, .scores = ScoreKind::logits});
  const NoisePicture picture(210, 220);
  const ScoreMap truth = logits_of(session, picture);
  std::atomic<int> maps{0}, refusals{0}, others{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 10; ++i) {
        const auto map = session.run(picture.view());
        if (map)
          ++(same_scores(*map, truth) ? maps : others);
        else
          ++(map.error().code == ErrorCode::busy ? refusals : others);
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(maps > 0);
  CHECK(maps + refusals == 40);
  CHECK(others == 0);
}

TEST_CASE("a batch gives each picture the map that it has alone") {
  const Model model = narrow_resnet(8, *kernels::select_table().table);
  std::vector<NoisePicture> pictures(3, NoisePicture(230, 260));
  for (std::size_t i = 0; i < pictures.size(); ++i)
    for (std::uint8_t& value : pictures[i].pixels) value = static_cast<std::uint8_t>(value * (i + 1));
  std::vector<ImageView> views;
  for (const NoisePicture& picture : pictures) views.push_back(picture.view());
  for (const ScoreKind scores : {ScoreKind::logits, ScoreKind::probabilities}) {
    Session alone = session_on(model, {.threads = 1, .scores = scores});
    Session session = session_on(model, {.threads = 2, .scores = scores});
    const std::size_t before = MemoryCount::held();
    MemoryCount::restart_peak();
    const auto maps = session.run_batch(views);
    REQUIRE(maps);
    const std::uint64_t foretold = run_memory(*session.plan()).total();
    CHECK(MemoryCount::held() - before == foretold);
    CHECK(MemoryCount::peak() - before == foretold);
    REQUIRE(maps->size() == pictures.size());
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      const ScoreMap truth = logits_of(alone, pictures[i]);
      CHECK(same_scores((*maps)[i], truth));
      for (int c = 0; c < truth.classes(); ++c) {
        CHECK((*maps)[i].peak(c).probability == truth.peak(c).probability);
        CHECK((*maps)[i].peak(c).col == truth.peak(c).col);
      }
    }
  }
  Session session = session_on(model, {.threads = 1});
  const auto refusal = [&](std::span<const ImageView> images, std::size_t count) {
    std::vector<ScoreMap> maps(count);
    const Status ran = session.run_batch_into(images, maps);
    REQUIRE_FALSE(ran);
    CHECK(ran.error().code == ErrorCode::invalid_argument);
    return ran.error().message;
  };
  CHECK(refusal({}, 0).find("at least one picture") != std::string::npos);
  CHECK(refusal(views, 2).find("3 pictures and 2 maps") != std::string::npos);
  views[1].height -= 1;
  CHECK(refusal(views, 3).find("260x230 and 260x229") != std::string::npos);
}

TEST_CASE("a layer is tapped by its name") {
  const Model model = narrow_resnet(8, *kernels::select_table().table);
  const NoisePicture picture(300, 260);
  Session session = session_on(model, {.threads = 2});
  Counting layer, other;
  REQUIRE(session.tap("layer2.0.conv1", &layer));
  REQUIRE(session.run(picture.view()));
  CHECK(layer.rows == 38);
  CHECK(layer.channels == 16);
  REQUIRE(session.tap("layer2.0.conv1", &other));  // instead
  REQUIRE(session.run(picture.view()));
  CHECK(layer.rows == 38);
  CHECK(other.rows == 38);
  REQUIRE(session.tap("layer2.0.conv1", nullptr));
  REQUIRE(session.run(picture.view()));
  CHECK(other.rows == 38);
  const Status unknown = session.tap("layer9", &layer);
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == ErrorCode::invalid_argument);
  CHECK(unknown.error().where == "node layer9");
  REQUIRE(session.tap("conv1", &layer));  // the max-pool after it computes it
  const auto fused = session.run(picture.view());
  REQUIRE_FALSE(fused);
  CHECK(fused.error().message.find("keep_rows") != std::string::npos);
  Session keeping = session_on(model, {.threads = 2, .keep_rows = true});
  layer = {};
  REQUIRE(keeping.tap("conv1", &layer));
  REQUIRE(keeping.run(picture.view()));
  CHECK(layer.rows == 150);
}

TEST_CASE("a caller's executor runs the shares, with the same bits") {
  const Model model = narrow_resnet(8, *kernels::select_table().table);
  const NoisePicture picture(300, 260);
  Session own = session_on(model, {.threads = 1, .scores = ScoreKind::logits});
  const ScoreMap truth = logits_of(own, picture);
  int calls = 0;
  auto in_order = [&](int shares, auto task) {
    ++calls;
    for (int share = 0; share < shares; ++share) task(share);
  };
  auto on_threads = [](int shares, auto task) {
    std::vector<std::thread> threads;
    for (int share = shares; share-- > 0;) threads.emplace_back([=] { task(share); });
    for (std::thread& thread : threads) thread.join();
  };
  Session ordered = session_on(
      model, {.threads = 3, .parallel_for = ParallelFor::of(in_order), .scores = ScoreKind::logits});
  CHECK(ordered.threads() == 3);
  CHECK(same_scores(logits_of(ordered, picture), truth));
  CHECK(calls > 10);
  if (kEmulated) return;
  Session threaded = session_on(
      model, {.threads = 4, .parallel_for = ParallelFor::of(on_threads), .scores = ScoreKind::logits});
  CHECK(same_scores(logits_of(threaded, picture), truth));
}

}  // namespace fcn::test
