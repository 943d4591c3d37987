// SPDX-License-Identifier: MIT
// Times the loops of peak_arch.cpp.
#include "bench/peak.hpp"

#include <time.h>

#include <cstring>

#define FCN_PEAK(arch) extern "C" long fcn_peak_##arch(long rounds, float* sink);
#include "fcn_peak_list.inc"
#undef FCN_PEAK

namespace fcn::bench {

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

Peak::Peak(const char* arch) {
#define FCN_PEAK(name) \
  if (std::strcmp(arch, #name) == 0) loop_ = &fcn_peak_##name;
#include "fcn_peak_list.inc"
#undef FCN_PEAK
}

void Peak::sample() {
  if (loop_ == nullptr) return;
  float sink[16] = {0.5f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  const double begin = thread_seconds();
  multiply_adds_ += static_cast<double>(loop_(20000, sink));
  seconds_ += thread_seconds() - begin;
}

}  // namespace fcn::bench
