// SPDX-License-Identifier: MIT
// The yardstick of profiles. No test can know the machine's true peak; what is checked is the counting.
#include <catch2/catch.hpp>

#include "fcn/kernels/select.hpp"
#include "fcn/run/fma_peak.hpp"

namespace fcn::test {

TEST_CASE("a burst counts its multiply-adds, and the peak is their rate on all workers") {
  for (const kernels::KernelTable* table : kernels::supported_tables()) {
    CAPTURE(table->arch);
    float sink[kernels::kChannelQuantum] = {0.5f, 1};
    const long one = table->multiply_add_burst(1, sink);
    CHECK(one >= 12);
    CHECK(table->multiply_add_burst(50, sink) == 50 * one);
    CHECK(sink[0] != 0.5f);
    ThreadPool pool(2);
    FmaPeak peak(*table, pool);
    CHECK(peak.gflops() == 0);
    peak.sample();
    CHECK(peak.gflops() > 0);
  }
}

}  // namespace fcn::test
