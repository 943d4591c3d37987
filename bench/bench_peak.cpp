// SPDX-License-Identifier: MIT
// Prints the measured peak of every arch that this CPU runs, in GFLOP/s on one thread and on all.
#include <algorithm>
#include <cstdio>
#include <thread>

#include "engine/fma_peak.hpp"
#include "kernels/dispatch/select.hpp"

namespace {

double measured_peak(const fcn::kernels::KernelTable& table, int threads) {
  fcn::ThreadPool pool(threads);
  fcn::FmaPeak peak(table, pool);
  for (int i = 0; i < 3000; ++i) peak.sample();
  return peak.gflops();
}

}  // namespace

int main() {
  const int all = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  for (const fcn::kernels::KernelTable* table : fcn::kernels::supported_tables())
    std::printf("%-9s %7.1f GFLOP/s on 1 thread, %7.1f on %d\n", table->arch, measured_peak(*table, 1),
                measured_peak(*table, all), all);
}
