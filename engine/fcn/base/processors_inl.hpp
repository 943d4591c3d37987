// SPDX-License-Identifier: MIT
// Definitions of processors.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "fcn/base/processors.hpp"

namespace fcn::inline FCN_ABI {

namespace detail {

/// Processors in the calling thread's affinity mask; 0 if unknown.
FCN_INLINE int affinity_count() {
  for (int processors = 1024; processors <= 1 << 20; processors *= 4) {
    std::vector<cpu_set_t> set(CPU_ALLOC_SIZE(static_cast<std::size_t>(processors)) / sizeof(cpu_set_t));
    const std::size_t bytes = set.size() * sizeof(cpu_set_t);
    if (::sched_getaffinity(0, bytes, set.data()) == 0) return CPU_COUNT_S(bytes, set.data());
  }
  return 0;
}

/// The first line of a small file, without its end; empty if there is none.
FCN_INLINE std::string first_line(const std::string& path, const char* beginning = "") {
  std::string found;
  std::FILE* const file = std::fopen(path.c_str(), "re");
  if (file == nullptr) return found;
  char line[4096];
  while (std::fgets(line, sizeof line, file) != nullptr) {
    if (std::strncmp(line, beginning, std::strlen(beginning)) != 0) continue;
    found = line;
    break;
  }
  std::fclose(file);
  if (!found.empty() && found.back() == '\n') found.pop_back();
  return found;
}

FCN_INLINE int quota_of(const std::string& cpu_max) {
  long long quota = 0, period = 0;
  if (std::sscanf(cpu_max.c_str(), "%lld %lld", &quota, &period) != 2 || quota <= 0 || period <= 0) return 0;
  return static_cast<int>(std::clamp<long long>((quota + period - 1) / period, 1, 1 << 20));
}

FCN_INLINE int group_quota(const std::string& root, const std::string& group) {
  std::string path = group.rfind("0::/", 0) == 0 ? group.substr(3) : std::string("/");
  int least = 0;
  for (;;) {
    const int quota = quota_of(first_line(root + path + "/cpu.max"));
    if (quota != 0) least = least == 0 ? quota : std::min(least, quota);
    const std::size_t end = path.find_last_of('/');
    if (path.size() <= 1 || end == std::string::npos) return least;
    path.resize(std::max<std::size_t>(end, 1));
  }
}

/// The same of version 1, whose files are those of the whole container.
FCN_INLINE int old_group_quota(const std::string& root) {
  return quota_of(first_line(root + "/cpu/cpu.cfs_quota_us") + " " +
                  first_line(root + "/cpu/cpu.cfs_period_us"));
}

}  // namespace detail

FCN_INLINE int usable_processors() {
  static const char* const root = "/sys/fs/cgroup";
  int count = detail::affinity_count();
  if (count == 0) count = static_cast<int>(std::thread::hardware_concurrency());
  for (const int quota : {detail::group_quota(root, detail::first_line("/proc/self/cgroup", "0::")),
                          detail::old_group_quota(root)})
    if (quota != 0) count = std::min(count, quota);
  return std::max(count, 1);
}

}  // namespace fcn::inline FCN_ABI
