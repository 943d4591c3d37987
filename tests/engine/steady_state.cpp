// SPDX-License-Identifier: MIT
// The steady state allocates nothing. A program of its own: it counts every call of the C library's
// allocator.
#define CATCH_CONFIG_MAIN
#include <atomic>
#include <cstddef>

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

}  // namespace fcn::test
