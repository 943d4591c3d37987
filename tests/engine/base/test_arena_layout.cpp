// SPDX-License-Identifier: MIT
// Parts of an arena: none overlaps another that is there, and memory that was left is used again.
#include "fcn/base/arena_layout.hpp"

#include <catch2/catch.hpp>
#include <vector>

#include "tests/engine/random_network.hpp"

namespace fcn::test {

TEST_CASE("parts of an arena that are there at the same time do not overlap") {
  struct Part {
    std::uint64_t offset, size;
  };
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    Random random(seed);
    ArenaLayout layout;
    std::vector<Part> parts;
    std::uint64_t held = 0, most = 0;
    for (int i = 0; i < 300; ++i) {
      if (!parts.empty() && random.between(0, 2) == 0) {
        const auto at = static_cast<std::size_t>(random.between(0, static_cast<int>(parts.size()) - 1));
        layout.give_back(parts[at].offset, parts[at].size);
        held -= parts[at].size;
        parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(at));
        continue;
      }
      const auto size = static_cast<std::uint64_t>(random.between(1, 50));
      const Part part{layout.take(size), size};
      INFO("seed " << seed << ", part " << i);
      for (const Part& other : parts)
        REQUIRE((part.offset + part.size <= other.offset || other.offset + other.size <= part.offset));
      REQUIRE(part.offset + part.size <= layout.end());
      parts.push_back(part);
      held += size;
      most = std::max(most, held);
    }
    CHECK(layout.end() >= most);
    CHECK(layout.end() < 2 * most);
  }
}

TEST_CASE("what was given back is whole again") {
  ArenaLayout layout;
  CHECK(layout.take(10) == 0);
  CHECK(layout.take(20) == 10);
  CHECK(layout.take(30) == 30);
  layout.give_back(0, 10);
  layout.give_back(30, 30);
  layout.give_back(10, 20);
  CHECK(layout.take(60) == 0);
  layout.give_back(0, 60);
  CHECK(layout.take(61) == 0);  // the gap at the end grows
  CHECK(layout.end() == 61);
}

}  // namespace fcn::test
