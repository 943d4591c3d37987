// SPDX-License-Identifier: MIT
// The only threading code: a fork-join pool that runs one function on every worker, the caller being worker
// 0. Work is divided by the callee from its worker number, so which thread computes what never depends on
// timing. Between runs a worker spins for some tens of microseconds (a band's steps follow each other
// closely), then sleeps.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

#include "engine/config.hpp"

namespace fcn::inline FCN_ABI {

class ThreadPool {
 public:
  /// `threads` >= 1 workers, the calling thread included; 1 starts none.
  explicit ThreadPool(int threads) : shared_(std::make_unique<Shared>()) {
    FCN_ASSERT(threads >= 1);
    // With more workers than processors a spinning one keeps a working one from its processor.
    const unsigned processors = std::thread::hardware_concurrency();
    shared_->spins = processors >= static_cast<unsigned>(threads) ? kSpins : 0;
    workers_.reserve(static_cast<std::size_t>(threads - 1));
    for (int worker = 1; worker < threads; ++worker)
      workers_.emplace_back([shared = shared_.get(), worker] { serve(*shared, worker); });
  }
  ThreadPool(ThreadPool&&) = default;
  ThreadPool& operator=(ThreadPool&&) = delete;
  ~ThreadPool() {
    if (!shared_) return;
    shared_->stop = true;
    publish(*shared_);
    for (std::thread& worker : workers_) worker.join();
  }

  [[nodiscard]] int size() const { return static_cast<int>(workers_.size()) + 1; }

  /// Calls task(worker) for every worker 0 .. size() - 1, each on its own thread, and returns when all have.
  /// Not re-entrant, and one caller at a time. What the task wrote is visible to the caller afterwards.
  template <class Task>
  void run(const Task& task) {
    if (workers_.empty()) {
      task(0);
      return;
    }
    Shared& shared = *shared_;
    shared.task = &task;
    shared.call = [](const void* erased, int worker) { (*static_cast<const Task*>(erased))(worker); };
    shared.running.store(static_cast<int>(workers_.size()), std::memory_order_relaxed);
    publish(shared);
    task(0);
    int left = shared.running.load(std::memory_order_acquire);
    for (int spin = 0; left != 0; left = shared.running.load(std::memory_order_acquire))
      if (spin < shared.spins) {
        ++spin;
        pause();
      } else {
        shared.running.wait(left, std::memory_order_acquire);
      }
  }

 private:
  static constexpr int kSpins = 2000;  // 20 to 100 us, by the length of the processor's pause

  struct Shared {
    std::atomic<std::uint32_t> generation{0};  // counts runs; a change of it is the start signal
    std::atomic<int> running{0};               // workers still busy with the present run
    const void* task = nullptr;
    void (*call)(const void*, int) = nullptr;
    bool stop = false;
    int spins = 0;
  };

  static void pause() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  static void publish(Shared& shared) {
    shared.generation.fetch_add(1, std::memory_order_release);
    shared.generation.notify_all();
  }

  static void serve(Shared& shared, int worker) {
    std::uint32_t seen = 0;
    for (;;) {
      for (int spin = 0; shared.generation.load(std::memory_order_acquire) == seen;)
        if (spin < shared.spins) {
          ++spin;
          pause();
        } else {
          shared.generation.wait(seen, std::memory_order_acquire);
        }
      ++seen;
      if (shared.stop) return;
      shared.call(shared.task, worker);
      if (shared.running.fetch_sub(1, std::memory_order_acq_rel) == 1) shared.running.notify_one();
    }
  }

  std::unique_ptr<Shared> shared_;  // at an address that outlives moves of the pool
  std::vector<std::thread> workers_;
};

}  // namespace fcn::inline FCN_ABI
