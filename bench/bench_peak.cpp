// SPDX-License-Identifier: MIT
// Prints the measured peak of every arch that this CPU runs, in GFLOP/s on one thread.
#include <cstdio>

#include "bench/peak.hpp"
#include "kernels/dispatch/select.hpp"

int main() {
  for (const fcn::kernels::KernelTable* table : fcn::kernels::supported_tables()) {
    fcn::bench::Peak peak(table->arch);
    for (int i = 0; i < 5000; ++i) peak.sample();
    if (peak.gflops() > 0) std::printf("%-8s %7.1f GFLOP/s\n", table->arch, peak.gflops());
  }
}
