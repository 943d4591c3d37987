// SPDX-License-Identifier: MIT
// The pool and the static division of work.
#include "fcn/base/thread_pool.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <ctime>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "fcn/base/work_split.hpp"

namespace fcn::test {

TEST_CASE("every worker runs the task once, and its writes are seen") {
  const int threads = GENERATE(1, 2, 3, 8);
  ThreadPool pool(threads);
  REQUIRE(pool.size() == threads);
  std::vector<int> counts(static_cast<std::size_t>(threads), 0);
  for (int run = 1; run <= 500; ++run) {
    pool.run([&](int worker) { ++counts[static_cast<std::size_t>(worker)]; });
    for (const int count : counts) REQUIRE(count == run);
  }
}

TEST_CASE("one thread is the calling thread") {
  ThreadPool pool(1);
  std::thread::id id;
  pool.run([&](int) { id = std::this_thread::get_id(); });
  CHECK(id == std::this_thread::get_id());
}

TEST_CASE("a share whose thread is elsewhere is taken by another") {
  ThreadPool pool(4);
  // Share 0 waits for the others; whichever thread has none left must take what the sleeping one does not.
  for (int run = 0; run < 200; ++run) {
    std::atomic<int> others{0};
    pool.run([&](int share) {
      if (share != 0) {
        ++others;
        return;
      }
      while (others.load() < 3) std::this_thread::yield();
    });
    REQUIRE(others == 3);
  }
}

TEST_CASE("a pool wakes again after its workers have gone to sleep, and may be moved") {
  ThreadPool first(3);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  ThreadPool pool(std::move(first));
  std::atomic<int> calls{0};
  pool.run([&](int) { ++calls; });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  pool.run([&](int) { ++calls; });
  CHECK(calls == 6);
}

TEST_CASE("workers that wait in vain sleep, kept awake or not") {
  ThreadPool pool(2);
  const bool keep = GENERATE(false, true);
  CAPTURE(keep);
  const auto wait = std::chrono::milliseconds(100);
  const auto idle = [&] {
    pool.run([](int) {});
    const std::clock_t before = std::clock();
    std::this_thread::sleep_for(wait);
    return std::chrono::milliseconds(1000 * (std::clock() - before) / CLOCKS_PER_SEC);
  };
  if (keep) {
    const ThreadPool::Awake awake(pool);
    CHECK(idle() < wait / 2);
  } else {
    CHECK(idle() < wait / 2);
  }
}

TEST_CASE("every share runs once on an executor of any kind") {
  std::vector<std::function<void(int)>> late;  // tasks that an executor has left undone
  const auto in_order = [](int shares, auto task) {
    for (int share = 0; share < shares; ++share) task(share);
  };
  const auto backwards_and_twice = [](int shares, auto task) {
    for (int share = 2 * shares; share-- > 0;) task(share % shares);
  };
  const auto nothing = [](int, auto) {};
  const auto one_only = [](int, auto task) { task(1); };
  const auto wrong_shares = [](int shares, auto task) {
    for (const int share : {-1, shares, shares + 1}) task(share);
  };
  const auto in_threads = [](int shares, auto task) {
    std::vector<std::thread> threads;
    for (int share = 0; share < shares; ++share) threads.emplace_back([=] { task(share); });
    for (std::thread& thread : threads) thread.join();
  };
  const auto too_late = [&late](int shares, auto task) {
    for (const auto& before : late) before(0);
    late.clear();
    for (int share = 0; share < shares; ++share) late.emplace_back(task);
  };
  const auto check = [](auto executor) {
    for (const int shares : {1, 2, 5}) {
      ThreadPool pool(shares, ParallelFor::of(executor));
      REQUIRE(pool.size() == shares);
      std::vector<int> counts(static_cast<std::size_t>(shares), 0);
      for (int run = 1; run <= 20; ++run) {
        pool.run([&](int share) { ++counts[static_cast<std::size_t>(share)]; });
        for (const int count : counts) REQUIRE(count == run);
      }
    }
  };
  check(in_order);
  check(backwards_and_twice);
  check(nothing);
  check(one_only);
  check(wrong_shares);
  check(in_threads);
  for (const int shares : {2, 5}) {
    ThreadPool pool(shares, ParallelFor::of(too_late));
    int count = 0;
    for (int run = 1; run <= 20; ++run) {
      pool.run([&](int) { ++count; });
      REQUIRE(count == run * shares);
    }
    late.clear();
  }
}

TEST_CASE("parts cover the whole, do not overlap and begin at grains") {
  for (const std::ptrdiff_t count : {0, 1, 5, 6, 7, 49, 1000})
    for (const std::ptrdiff_t grain : {1, 6, 14})
      for (const int parts : {1, 2, 3, 5, 8}) {
        INFO("count " << count << ", grain " << grain << ", parts " << parts);
        std::ptrdiff_t at = 0;
        for (int part = 0; part < parts; ++part) {
          const kernels::Range range = split(count, grain, part, parts);
          REQUIRE(range.begin == at);
          REQUIRE(range.end >= range.begin);
          REQUIRE((range.begin % grain == 0 || range.begin == count));
          at = range.end;
        }
        REQUIRE(at == count);
      }
}

TEST_CASE("a convolution is cut so that the largest piece is smallest") {
  CHECK(cut_conv(1000, 4, 2, false).pixels == 2);
  CHECK(cut_conv(1000, 4, 2, true).panels == 2);  // weights outweigh: each worker reads its own
  CHECK(cut_conv(43, 4, 2, false).pixels == 2);   // an odd tile is not worth transforming all input twice
  CHECK(cut_conv(1, 4, 2, false).panels == 2);    // one tile of pixels only
  CHECK(cut_conv(9, 1, 2, true).pixels == 2);     // one panel only
  const ConvCuts grid = cut_conv(3, 2, 6, false);
  CHECK((grid.pixels == 3 && grid.panels == 2));
}

}  // namespace fcn::test
