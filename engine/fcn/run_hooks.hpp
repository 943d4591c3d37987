// SPDX-License-Identifier: MIT
// How a caller stops a run from outside, and sees how far it is. What counts the
// work is run/run_progress.hpp.
#pragma once

#include <atomic>

#include "fcn/config.hpp"

namespace fcn::inline FCN_ABI {

/// Both are optional, cost nothing when absent and change no bit. With a flag a run takes a few percent
/// longer.
struct RunHooks {
  /// The caller's flag: once it is true, the run ends within milliseconds with ErrorCode::cancelled, and what
  /// it was filling is incomplete. Any thread may set it, a signal handler too. The run never resets it.
  const std::atomic<bool>* cancel = nullptr;
  /// Called on the thread that runs, some hundred times or more a picture: `done` is the share of the
  /// arithmetic that is done. It never falls, and is 1 at the end of a run. Must not throw.
  void (*progress)(void* context, double done) = nullptr;
  void* context = nullptr;  ///< handed to `progress`

  /// Whether the flag is set.
  [[nodiscard]] bool cancelled() const {
    return cancel != nullptr && cancel->load(std::memory_order_relaxed);
  }
};

}  // namespace fcn::inline FCN_ABI
