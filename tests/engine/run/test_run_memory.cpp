// SPDX-License-Identifier: MIT
// The bytes of a run: foretold, counted, limited, and independent of the picture's height.
#include <catch2/catch.hpp>

#include "fcn/base/memory_count.hpp"
#include "fcn/run/plan.hpp"
#include "fcn/run/run_memory.hpp"
#include "tests/engine/emulated.hpp"
#include "tests/engine/session_fixture.hpp"

namespace fcn::test {
namespace {

/// Bytes of a run but for the map.
std::uint64_t beside_map(const Plan& plan) {
  return run_memory(plan).total() - run_memory(plan).map;
}

/// The same if no two rings lay in the same memory.
std::uint64_t beside_map_apart(const Plan& plan) {
  std::uint64_t floats = 0;
  for (NodeId id = 0; id < plan.size(); ++id)
    if (plan.node(id).ring == id) floats += plan.node(id).ring_floats();
  return beside_map(plan) - run_memory(plan).rings + sizeof(float) * floats;
}

}  // namespace

TEST_CASE("buffers are counted while they live") {
  const std::size_t before = MemoryCount::held();
  MemoryCount::restart_peak();
  {
    auto first = AlignedBuffer::allocate(100, "test");
    REQUIRE(first);
    CHECK(MemoryCount::held() == before + 400);
    AlignedBuffer moved = *std::move(first);
    CHECK(MemoryCount::held() == before + 400);
    auto second = AlignedBuffer::allocate(10, "test");
    REQUIRE(second);
    moved = *std::move(second);
    CHECK(MemoryCount::held() == before + 40);
    CHECK_FALSE(AlignedBuffer::allocate(std::size_t{1} << 60, "test"));
  }
  CHECK(MemoryCount::held() == before);
  CHECK(MemoryCount::peak() == before + 440);
}

TEST_CASE("a session holds what its plan foretells") {
  const Model model = narrow_resnet(16, *kernels::select_table().table);
  for (const int threads : {1, 5})
    for (const int pool_stride : {1, 3, 7})
      for (const int band_rows : {0, 1, 64})
        for (const auto& [height, width, output_stride] :
             {std::tuple{200, 200, 0}, {310, 777, 0}, {501, 200, 0}, {201, 311, 16}, {207, 220, 4}}) {
          if (kEmulated && (threads != 1 || band_rows != 0)) continue;
          CAPTURE(threads, pool_stride, band_rows, height, width, output_stride);
          const NoisePicture picture(height, width);
          Session session = session_on(model, {.threads = threads,
                                               .pool_stride = pool_stride,
                                               .output_stride = output_stride,
                                               .band_rows = band_rows});
          const std::size_t before = MemoryCount::held();
          MemoryCount::restart_peak();
          const ScoreMap map = logits_of(session, picture);
          const std::uint64_t foretold = run_memory(*session.plan()).total();
          CHECK(MemoryCount::held() - before == foretold);
          CHECK(MemoryCount::peak() - before == foretold);
        }
}

TEST_CASE("loading holds the packed weights and one layer's as they were") {
  const std::size_t before = MemoryCount::held();
  MemoryCount::restart_peak();
  const Model model = narrow_resnet(16, *kernels::select_table().table);
  CHECK(MemoryCount::held() - before == model.packed_bytes());
  const std::size_t largest_layer = sizeof(float) * (128 * 128 * 9 + 128);
  CHECK(MemoryCount::peak() - before <= model.packed_bytes() + largest_layer);
}

TEST_CASE("memory beside picture, map and weights does not grow with height") {
  const Model model = narrow_resnet(8, *kernels::select_table().table);
  // Steps of several workers are twice as long, and rings of twice the rows hold a layer's whole height.
  using Sizes = std::vector<std::pair<int, int>>;
  for (const int threads : {1, 2, 5})
    for (const auto& [height, width] : threads == 1 ? Sizes{{8192, 1000}, {4096, 1920}, {1400, 5000}}
                                                    : Sizes{{8192, 2000}, {8192, 1920}, {2800, 5000}}) {
      CAPTURE(threads, height, width);
      const auto plan_of = [&, t = threads, w = width](int rows) {
        auto plan = Plan::create(model, {.height = rows, .width = w, .threads = t});
        REQUIRE(plan);
        return *std::move(plan);
      };
      const Plan low = plan_of(height), tall = plan_of(4 * height);
      CHECK(beside_map_apart(low) == beside_map_apart(tall));
      CHECK(beside_map(low) <= beside_map(tall));  // more of a low picture's rings lie in the same memory
      CHECK(beside_map(tall) <= beside_map_apart(low));
    }
  if (kEmulated) return;  // 18 megapixels follow
  for (const int threads : {1, 2}) {
    Session session = session_on(model, {.threads = threads});
    const NoisePicture picture(1100 * threads, 4000);
    const std::size_t before = MemoryCount::held();
    const ScoreMap map = logits_of(session, picture);
    CHECK(MemoryCount::held() - before == run_memory(*session.plan()).total());
  }
}

TEST_CASE("a run fits the memory it is allowed, with the same bits, or is refused") {
  const Model model = narrow_resnet(16, *kernels::select_table().table);
  const NoisePicture picture(331, 402);
  Session free = session_on(model, {.threads = 2});
  const ScoreMap truth = logits_of(free, picture);
  const std::uint64_t most = run_memory(*free.plan()).total();
  const auto least = smallest_run_bytes(model, free.plan()->options());
  REQUIRE(least);
  REQUIRE(*least < most);
  for (std::uint64_t limit = most;; limit = *least + (limit - *least) / (kEmulated ? 256 : 2)) {
    CAPTURE(limit, *least, most);
    Session session = session_on(model, {.threads = 2, .max_run_bytes = limit});
    CHECK(same_scores(logits_of(session, picture), truth));
    CHECK(run_memory(*session.plan()).total() <= limit);
    if (limit == *least) break;
  }
  Session refused = session_on(model, {.threads = 2, .max_run_bytes = *least - 1});
  const auto none = refused.run(picture.view());
  REQUIRE_FALSE(none);
  CHECK(none.error().code == ErrorCode::limit_exceeded);
  CHECK(none.error().message.find(std::to_string(*least)) != std::string::npos);
  // The limits of the model are the same limit, and a limit may change between runs.
  Limits limits;
  limits.max_run_bytes = *least;
  const Model limited = narrow_resnet(16, *kernels::select_table().table, limits);
  Session session = session_on(limited, {.threads = 2});
  CHECK(same_scores(logits_of(session, picture), truth));
  free.set_max_run_bytes(*least);
  CHECK(same_scores(logits_of(free, picture), truth));
  CHECK(run_memory(*free.plan()).total() == *least);
}

}  // namespace fcn::test
