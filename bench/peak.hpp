// SPDX-License-Identifier: MIT
// What the machine could do at best: multiply-adds on registers alone. A kernel's share of it is a figure
// that means the same on every machine and, sampled in turn with the kernel, at every clock and load.
#pragma once

namespace fcn::bench {

/// Seconds that this thread has run, so that waiting for a core counts for nothing.
double thread_seconds();

/// The multiply-add rate of one arch, gathered in short samples. The CPU must be able to run the arch.
class Peak {
 public:
  explicit Peak(const char* arch);

  /// Multiply-adds for some tens of microseconds. Does nothing for an arch without a unit here.
  void sample();

  /// GFLOP/s (two a multiply-add) of one thread over all samples; 0 without any.
  double gflops() const { return seconds_ > 0 ? 2e-9 * multiply_adds_ / seconds_ : 0; }

 private:
  long (*loop_)(long rounds, float* sink) = nullptr;
  double multiply_adds_ = 0;
  double seconds_ = 0;
};

}  // namespace fcn::bench
