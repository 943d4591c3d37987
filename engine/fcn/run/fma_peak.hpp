// SPDX-License-Identifier: MIT
// Measures the processor's peak: the rate of multiply-adds on registers alone, on all workers
// of a pool. A layer's share of it means the same on every machine and, because the two are sampled in turn,
// at every clock and load.
#pragma once

#include <time.h>
#include <vector>

#include "fcn/base/thread_pool.hpp"
#include "fcn/kernels/kernel_table.hpp"

namespace fcn::inline FCN_ABI {

/// Seconds that the calling thread has run, so that waiting for a core does not count.
inline double thread_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

class FmaPeak {
 public:
  /// Both must outlive this.
  FmaPeak(const kernels::KernelTable& table, ThreadPool& pool)
      : table_(&table), pool_(&pool), workers_(static_cast<std::size_t>(pool.size())) {}

  /// Keeps every worker busy for some tens of microseconds.
  void sample() {
    pool_->run([&](int worker) {
      float sink[kernels::kChannelQuantum] = {0.5f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
      Worker& mine = workers_[static_cast<std::size_t>(worker)];
      const double begin = thread_seconds();
      mine.multiply_adds += static_cast<double>(table_->multiply_add_burst(20'000, sink));
      mine.seconds += thread_seconds() - begin;
    });
  }

  /// GFLOP/s (two a multiply-add) of all workers together over all samples; 0 before the first.
  [[nodiscard]] double gflops() const {
    double sum = 0;
    for (const Worker& worker : workers_)
      if (worker.seconds > 0) sum += 2e-9 * worker.multiply_adds / worker.seconds;
    return sum;
  }

 private:
  struct alignas(64) Worker {  // a cache line each
    double multiply_adds = 0;
    double seconds = 0;
  };

  const kernels::KernelTable* table_;
  ThreadPool* pool_;
  std::vector<Worker> workers_;
};

}  // namespace fcn::inline FCN_ABI
