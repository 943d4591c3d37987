// SPDX-License-Identifier: MIT
// Prints the machine's own limits: the peak of multiply-adds of every arch that this CPU runs, and the rate
// at which it reads from each level of its memory, on one thread and on all.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <thread>
#include <vector>

#include "fcn/kernels/select.hpp"
#include "fcn/run/fma_peak.hpp"

namespace {

double measured_peak(const fcn::kernels::KernelTable& table, int threads) {
  fcn::ThreadPool pool(threads);
  fcn::FmaPeak peak(table, pool);
  for (int i = 0; i < 3000; ++i) peak.sample();
  return peak.gflops();
}

/// Adds up a block in 64 sums side by side: integers, whose additions compilers may turn into those of
/// registers.
using Sums = std::array<std::uint32_t, 64>;

void read_block(const std::vector<std::uint32_t>& block, Sums& sums) {
  for (std::size_t i = 0; i + sums.size() <= block.size(); i += sums.size())
    for (std::size_t j = 0; j < sums.size(); ++j) sums[j] += block[i + j];
}

/// GB/s at which all threads together read blocks of that size, each its own, again and again.
double measured_read(std::size_t block_bytes, int threads) {
  constexpr std::size_t kBytesEach = std::size_t{1} << 31;
  struct alignas(64) Reader {
    double rate = 0;
    std::uint32_t sum = 0;  // looked at, so that nobody leaves the reading out
  };
  std::vector<Reader> readers(static_cast<std::size_t>(threads));
  fcn::ThreadPool pool(threads);
  pool.run([&](int worker) {
    const std::vector<std::uint32_t> block(block_bytes / sizeof(std::uint32_t), 1);
    Sums sums{};
    read_block(block, sums);
    const double begin = fcn::thread_seconds();
    for (std::size_t read = 0; read < kBytesEach; read += block_bytes) read_block(block, sums);
    Reader& mine = readers[static_cast<std::size_t>(worker)];
    mine.rate = 1e-9 * static_cast<double>(kBytesEach) / (fcn::thread_seconds() - begin);
    for (const std::uint32_t sum : sums) mine.sum += sum;
  });
  double rate = 0;
  for (const Reader& reader : readers) rate += reader.sum != 0 ? reader.rate : 0;
  return rate;
}

}  // namespace

int main() {
  const int all = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  for (const fcn::kernels::KernelTable* table : fcn::kernels::supported_tables())
    std::printf("%-9s          %7.1f GFLOP/s on 1 thread, %7.1f on %d\n", table->arch,
                measured_peak(*table, 1), measured_peak(*table, all), all);
  for (const std::size_t kibibytes : {16u, 256u, 4096u, 262144u})
    std::printf("reads of %6zu KiB %7.1f GB/s    on 1 thread, %7.1f on %d\n", kibibytes,
                measured_read(kibibytes * 1024, 1), measured_read(kibibytes * 1024, all), all);
}
