// SPDX-License-Identifier: MIT
// Affinity and quota decide how many threads a session takes, and a system that gives fewer threads is
// obeyed.
#include "fcn/base/processors.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "fcn/base/thread_pool.hpp"

namespace fcn::test {
namespace {

/// The exit code of `work` in a process of its own, 128 and more for a signal.
template <class Work>
int in_child(const Work& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

TEST_CASE("processors that the process may not use do not count") {
  CHECK(usable_processors() >= 1);
  cpu_set_t allowed;
  REQUIRE(::sched_getaffinity(0, sizeof allowed, &allowed) == 0);
  CHECK(usable_processors() <= CPU_COUNT(&allowed));
  CHECK(in_child([&] {
          cpu_set_t one;
          CPU_ZERO(&one);
          for (std::size_t cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu)
            if (CPU_ISSET(cpu, &allowed)) CPU_SET(cpu, &one);
          ::sched_setaffinity(0, sizeof one, &one);
          return usable_processors();
        }) == 1);
}

TEST_CASE("a quota pays for whole processors, the smallest on the way up counts") {
  CHECK(detail::quota_of("max 100000") == 0);
  CHECK(detail::quota_of("") == 0);
  CHECK(detail::quota_of("-1 100000") == 0);
  CHECK(detail::quota_of("100000 0") == 0);
  CHECK(detail::quota_of("50000 100000") == 1);
  CHECK(detail::quota_of("150000 100000") == 2);
  CHECK(detail::quota_of("400000 100000") == 4);
  const std::filesystem::path root =
      std::filesystem::temp_directory_path() / ("fcn-test-quota-" + std::to_string(::getpid()));
  std::filesystem::create_directories(root / "a/b");
  std::ofstream(root / "a/cpu.max") << "300000 100000\n";
  std::ofstream(root / "a/b/cpu.max") << "max 100000\n";
  CHECK(detail::group_quota(root, "0::/a/b") == 3);
  CHECK(detail::group_quota(root, "0::/a/b/gone") == 3);
  CHECK(detail::group_quota(root, "0::/") == 0);
  CHECK(detail::group_quota(root, "") == 0);
  std::ofstream(root / "cpu.max") << "200000 100000\n";
  CHECK(detail::group_quota(root, "0::/a/b") == 2);
  std::filesystem::remove_all(root);
}

// Sanitizers need more address space than that, and an emulator does not limit what it emulates.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(FCN_TEST_EMULATED)
TEST_CASE("where no more threads can be made there are fewer, and they do the work") {
  CHECK(in_child([] {
          const struct rlimit little { 512 << 20, 512 << 20 };  // stacks of 8 MB do not fit hundreds of times
          ::setrlimit(RLIMIT_AS, &little);
          ThreadPool pool(1000);
          std::atomic<int> calls{0};
          pool.run([&](int) { ++calls; });
          return pool.size() >= 1 && pool.size() < 1000 && calls == pool.size() ? 0 : 1;
        }) == 0);
}
#endif

}  // namespace fcn::test
