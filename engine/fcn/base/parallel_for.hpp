// SPDX-License-Identifier: MIT
// The hook by which a program lends its own threads to the engine. What the engine does with it is in
// thread_pool.hpp.
#pragma once

#include "fcn/config.hpp"

namespace fcn::inline FCN_ABI {

/// The caller's executor, in place of threads of the engine's own.
///
///   auto pool = [&](int shares, auto task) { tbb::parallel_for(0, shares, task); };   // task(int share)
///   fcn::Session::create(model, {.threads = 8, .parallel_for = fcn::ParallelFor::of(pool)});
///
/// Shares do not wait for each other: the executor may call them at the same time, one after another, in any
/// order and on any threads. A share that it has not begun when it returns runs on the calling thread.
struct ParallelFor {
  using Task = void (*)(void* job, int share);

  /// Calls task(job, share) for each share from 0 to `shares` - 1, and returns when these calls have
  /// returned. Called many times a picture, by the thread that runs it. Must not throw.
  void (*call)(void* executor, int shares, Task task, void* job) = nullptr;
  void* executor = nullptr;  ///< handed to `call`

  /// Of an object that is called with the number of shares and a task, which is to be called with each
  /// share. It must outlive the session.
  template <class Executor>
  static ParallelFor of(Executor& object) {
    return {[](void* erased, int shares, Task task, void* job) {
              (*static_cast<Executor*>(erased))(shares, [task, job](int share) { task(job, share); });
            },
            const_cast<void*>(static_cast<const void*>(&object))};
  }

  explicit operator bool() const { return call != nullptr; }
};

}  // namespace fcn::inline FCN_ABI
