// SPDX-License-Identifier: MIT
// The only threading code: a fork-join pool that runs one function on every worker, the caller being worker
// 0. Work is divided by the callee from its worker number, so which thread computes what never depends on
// timing. A worker without work spins for some tens of microseconds, then sleeps; while somebody keeps the
// pool awake it spins for longer, because waking a thread can take as long as a step of the network.
#pragma once

#include <pthread.h>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

#include "fcn/base/processors.hpp"
#include "fcn/config.hpp"

namespace fcn::inline FCN_ABI {

class ThreadPool {
  struct Shared;
  /// What a thread is told.
  struct Start {
    Shared* shared;
    int worker;
  };
  struct Shared {
    std::atomic<std::uint32_t> generation{0};  // counts runs; a change of it is the start signal
    std::atomic<int> running{0};               // workers still busy with the present run
    std::atomic<bool> awake{false};
    const void* task = nullptr;
    void (*call)(const void*, int) = nullptr;
    bool stop = false;
    bool may_spin = false;
    std::vector<Start> starts;
  };

 public:
  /// `threads` >= 1 workers, the calling thread included; 1 starts none. Where the system gives no more
  /// threads there are fewer: see size().
  explicit ThreadPool(int threads) : shared_(std::make_unique<Shared>()) {
    FCN_ASSERT(threads >= 1);
    // With more workers than processors a spinning one keeps a working one from its processor.
    shared_->may_spin = usable_processors() >= threads;
    workers_.reserve(static_cast<std::size_t>(threads - 1));
    shared_->starts.reserve(static_cast<std::size_t>(threads - 1));
    for (int worker = 1; worker < threads; ++worker) {
      // Not std::thread, which throws where the system refuses, and ends a program without exceptions.
      Start& start = shared_->starts.emplace_back(Start{shared_.get(), worker});
      pthread_t thread{};
      if (::pthread_create(&thread, nullptr, &begin, &start) != 0) break;
      workers_.push_back(thread);
    }
  }
  ThreadPool(ThreadPool&&) = default;
  ThreadPool& operator=(ThreadPool&&) = delete;
  ~ThreadPool() {
    if (!shared_) return;
    shared_->stop = true;
    publish(*shared_);
    for (const pthread_t worker : workers_) ::pthread_join(worker, nullptr);
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
    if (spin_until(shared, [&] { return shared.running.load(std::memory_order_acquire) == 0; })) return;
    while (const int left = shared.running.load(std::memory_order_acquire))
      shared.running.wait(left, std::memory_order_acquire);
  }

  /// While one of these lives, runs are expected to follow each other within a millisecond or so, and workers
  /// (and the caller, who waits for them) spin that long before they sleep. One at a time.
  class Awake {
   public:
    explicit Awake(ThreadPool& pool) : shared_(pool.shared_.get()) {
      shared_->awake.store(true, std::memory_order_relaxed);
    }
    Awake(const Awake&) = delete;
    Awake& operator=(const Awake&) = delete;
    ~Awake() { shared_->awake.store(false, std::memory_order_relaxed); }

   private:
    Shared* shared_;
  };

 private:
  static constexpr int kSpins = 2000;  // 20 to 100 us, by the length of the processor's pause
  static constexpr std::chrono::milliseconds kAwakeSpin{2};

  static void pause() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  /// Whether done() came true before it was time to sleep. Who waits for long lets other threads run: it may
  /// be just those that done() needs.
  template <class Done>
  static bool spin_until(const Shared& shared, const Done& done) {
    if (!shared.may_spin) return done();
    for (int spin = 0; spin < kSpins; ++spin) {
      if (done()) return true;
      pause();
    }
    const auto tired = std::chrono::steady_clock::now() + kAwakeSpin;
    while (shared.awake.load(std::memory_order_relaxed) && std::chrono::steady_clock::now() < tired) {
      if (done()) return true;
      std::this_thread::yield();
    }
    return done();
  }

  static void publish(Shared& shared) {
    shared.generation.fetch_add(1, std::memory_order_release);
    shared.generation.notify_all();
  }

  static void* begin(void* start) {
    serve(*static_cast<Start*>(start)->shared, static_cast<Start*>(start)->worker);
    return nullptr;
  }

  static void serve(Shared& shared, int worker) {
    std::uint32_t seen = 0;
    for (;;) {
      const auto called = [&] { return shared.generation.load(std::memory_order_acquire) != seen; };
      if (!spin_until(shared, called))
        while (!called()) shared.generation.wait(seen, std::memory_order_acquire);
      ++seen;
      if (shared.stop) return;
      shared.call(shared.task, worker);
      if (shared.running.fetch_sub(1, std::memory_order_acq_rel) == 1) shared.running.notify_one();
    }
  }

  std::unique_ptr<Shared> shared_;  // at an address that outlives moves of the pool
  std::vector<pthread_t> workers_;
};

}  // namespace fcn::inline FCN_ABI
