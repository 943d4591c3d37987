// SPDX-License-Identifier: MIT
// Several sizes of picture stay planned, within the bytes that the caller allows.
#include <catch2/catch.hpp>
#include <utility>

#include "fcn/base/memory_count.hpp"
#include "fcn/run/run_memory.hpp"
#include "fcn/session.hpp"
#include "tests/engine/session_fixture.hpp"

namespace fcn::test {

TEST_CASE("sizes stay planned within their budget, and the last used of them longest") {
  const Model model = narrow_resnet(8, *kernels::select_table().table);
  const NoisePicture small(210, 220), middle(250, 300), large(300, 400);
  Session probe = session_on(model, {.threads = 2});
  const auto held_by = [&](const NoisePicture& picture) {
    static_cast<void>(logits_of(probe, picture));
    return run_memory(*probe.plan(), MapUse::passed_on).total();
  };
  const std::uint64_t of_small = held_by(small), of_middle = held_by(middle), of_large = held_by(large);
  probe.forget();
  CHECK(probe.plan() == nullptr);
  ScoreMap map;
  REQUIRE(probe.run_into(large.view(), map));
  probe.forget();
  const std::size_t before = MemoryCount::held();
  Session session = session_on(model, {.threads = 2, .max_kept_bytes = of_middle + of_large});
  const auto planned = [&](const NoisePicture& picture) {
    REQUIRE(session.run_into(picture.view(), map));
    return session.times().plan;
  };
  const auto held = [&] { return MemoryCount::held() - before; };
  planned(small);
  CHECK(held() == of_small);
  planned(middle);
  CHECK(held() == of_small + of_middle);
  planned(large);  // small was used before middle
  CHECK(held() == of_middle + of_large);
  planned(middle);
  CHECK(held() == of_middle + of_large);
  planned(small);  // now large is the older one
  CHECK(held() == of_small + of_middle);
  session.forget();
  CHECK(held() == 0);
  // The limit of a run comes first: what it needs, others give back.
  planned(small);
  planned(middle);
  const std::uint64_t needs = run_memory(*session.plan()).total();
  session.set_max_run_bytes(needs + of_small);
  planned(middle);
  CHECK(held() == of_small + of_middle);
  session.set_max_run_bytes(needs + of_small - 1);
  planned(middle);
  CHECK(held() == of_middle);
  session.set_max_run_bytes(needs - 1);  // planned anew, in less
  planned(middle);
  CHECK(held() < of_middle);
}

TEST_CASE("sizes that are kept give the bits of a session that knows no other") {
  const Model model = narrow_resnet(8, *kernels::select_table().table);
  Session kept = session_on(model, {.threads = 2, .max_kept_bytes = 1u << 30, .scores = ScoreKind::logits});
  for (int round = 0; round < 2; ++round)
    for (const auto& [height, width] : {std::pair{210, 220}, {300, 260}, {210, 221}}) {
      const NoisePicture picture(height, width);
      Session fresh = session_on(model, {.threads = 1, .scores = ScoreKind::logits});
      CHECK(same_scores(logits_of(kept, picture), logits_of(fresh, picture)));
    }
}

}  // namespace fcn::test
