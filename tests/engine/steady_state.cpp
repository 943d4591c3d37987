// SPDX-License-Identifier: MIT
// The steady state allocates nothing, and no series of sizes makes the process grow. A program of its own: it
// counts every call of the C library's allocator.
#define CATCH_CONFIG_MAIN
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <fstream>
#include <utility>

#include "tests/engine/random_network.hpp"
#include "tests/engine/session_fixture.hpp"

namespace {
std::atomic<long> allocations{0};
}  // namespace

extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* memory, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);

void* malloc(std::size_t bytes) {
  ++allocations;
  return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) {
  ++allocations;
  return __libc_calloc(count, bytes);
}
void* realloc(void* memory, std::size_t bytes) {
  ++allocations;
  return __libc_realloc(memory, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  ++allocations;
  return __libc_memalign(alignment, bytes);
}
}

namespace fcn::test {
namespace {

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

TEST_CASE("running a planned size allocates nothing") {
  const Model model = narrow_resnet(16, *kernels::select_table().table);
  for (const int threads : {1, 2, 5}) {
    CAPTURE(threads);
    Session session = session_on(model, {.threads = threads});
    const NoisePicture picture(300, 260);
    ScoreMap map;
    const long at_start = allocations;
    REQUIRE(session.run_into(picture.view(), map));
    REQUIRE(allocations > at_start);  // the first run plans: the counter counts
    const long planned = allocations;
    bool fine = true;
    for (int i = 0; i < 3; ++i) fine = static_cast<bool>(session.run_into(picture.view(), map)) && fine;
    const long afterwards = allocations;
    CHECK(fine);
    CHECK(afterwards == planned);
  }
}

TEST_CASE("a camera of changing sizes allocates in its first round only") {
  const Model model = narrow_resnet(16, *kernels::select_table().table);
  Session session = session_on(model, {.threads = 2, .max_kept_bytes = 64u << 20});
  const NoisePicture largest(400, 420);
  const auto round = [&](ScoreMap& map) {
    bool fine = true;
    for (const auto& [height, width] : {std::pair{300, 260}, {400, 420}, {260, 300}, {201, 420}})
      fine = static_cast<bool>(
                 session.run_into({largest.pixels.data(), width, height, 3 * largest.width}, map)) &&
             fine;
    return fine;
  };
  ScoreMap map;
  REQUIRE(round(map));
  const long planned = allocations;
  bool fine = true;
  for (int i = 0; i < 3; ++i) fine = round(map) && fine;
  const long afterwards = allocations;
  CHECK(fine);
  CHECK(afterwards == planned);
  session.forget();
  REQUIRE(round(map));
  CHECK(allocations > afterwards);
}

TEST_CASE("a thousand sizes leave the process as large as the largest did") {
  Random random(1);
  Graph graph;
  graph.append("input", Input{3}, {});
  graph.append("stem", random_conv(random, 3, 32, 7, 2, 3), {0});
  graph.append("tiled", random_conv(random, 32, 32, 3, 1, 1), {1});
  graph.append("head", random_conv(random, 32, 10, 1, 4, 0), {2});
  const auto model =
      Model::from_graph(std::move(graph), {}, {.table = kernels::select_table().table, .limits = {}});
  REQUIRE(model);
  Session session = session_on(*model, {.threads = 2});
  const NoisePicture largest(1000, 1000);
  ScoreMap map;
  REQUIRE(session.run_into(largest.view(), map));
  const std::size_t at_first = resident_bytes();
  for (int round = 0; round < 1000; ++round) {
    const int height = random.between(1, round % 10 == 0 ? 1000 : 100), width = random.between(1, 300);
    REQUIRE(session.run_into({largest.pixels.data(), width, height, 3 * largest.width}, map));
  }
  REQUIRE(session.run_into(largest.view(), map));
  const std::size_t at_last = resident_bytes();
  CAPTURE(at_first, at_last);
  CHECK(at_last <= at_first + (1u << 20));
}

}  // namespace fcn::test
