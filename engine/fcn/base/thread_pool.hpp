// SPDX-License-Identifier: MIT
// The only threading code, beside an executor of the caller's (parallel_for.hpp) that may take the place of
// its threads: a fork-join pool that runs one function for each of a number of shares. Work is divided by the
// callee from the share's number, so the content of a share never depends on timing. Each thread begins with
// its own share (the caller's is 0) and then takes those that no thread has begun, so that a thread whose
// processor runs something else does not delay the others. A thread without work spins for some hundreds of
// microseconds, then sleeps; while the pool is kept awake it spins for longer, because waking a thread can
// take as long as a step of the network.
#pragma once

#include <pthread.h>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

#include "fcn/base/parallel_for.hpp"
#include "fcn/base/processors.hpp"
#include "fcn/config.hpp"

namespace fcn::inline FCN_ABI {

class ThreadPool {
  struct Shared;
  /// The last run in which this share has been begun. On its own cache line, because its thread waits for it.
  struct alignas(64) Ticket {
    std::atomic<std::uint32_t> begun{0};
  };
  /// What a thread is asked to do.
  struct Start {
    Shared* shared;
    int worker;
  };
  struct Shared {
    std::atomic<std::uint32_t> generation{0};  // counts runs; a change of it is the start signal
    std::atomic<int> unfinished{0};            // shares of the present run
    std::unique_ptr<Ticket[]> tickets;         // of each share
    int shares = 1;
    std::atomic<bool> awake{false};
    const void* task = nullptr;
    void (*call)(const void*, int) = nullptr;
    std::atomic<bool> stop{false};
    bool may_spin = false;
    std::vector<Start> starts;
    ParallelFor executor;  // in place of threads, if there is one
  };

 public:
  /// `threads` >= 1 workers, the calling thread included; 1 starts none. If the system
  /// refuses threads, there are fewer: see size().
  explicit ThreadPool(int threads) : shared_(std::make_unique<Shared>()) {
    FCN_ASSERT(threads >= 1);
    // With more workers than processors, a spinning worker keeps a working one off its processor.
    shared_->may_spin = usable_processors() >= threads;
    workers_.reserve(static_cast<std::size_t>(threads - 1));
    shared_->starts.reserve(static_cast<std::size_t>(threads - 1));
    shared_->tickets = std::make_unique<Ticket[]>(static_cast<std::size_t>(threads));
    for (int worker = 1; worker < threads; ++worker) {
      // Not std::thread, which throws where the system refuses, and ends a program without exceptions.
      Start& start = shared_->starts.emplace_back(Start{shared_.get(), worker});
      pthread_t thread{};
      if (::pthread_create(&thread, nullptr, &begin, &start) != 0) break;
      workers_.push_back(thread);
    }
    shared_->shares = static_cast<int>(workers_.size()) + 1;
  }
  /// Runs `shares` >= 1 shares on the caller's executor; starts no thread.
  ThreadPool(int shares, const ParallelFor& executor) : shared_(std::make_unique<Shared>()) {
    FCN_ASSERT(shares >= 1 && executor);
    shared_->tickets = std::make_unique<Ticket[]>(static_cast<std::size_t>(shares));
    shared_->shares = shares;
    shared_->executor = executor;
  }
  ThreadPool(ThreadPool&&) = default;
  ThreadPool& operator=(ThreadPool&&) = delete;
  ~ThreadPool() {
    if (!shared_) return;
    shared_->stop = true;
    publish(*shared_);
    for (const pthread_t worker : workers_) ::pthread_join(worker, nullptr);
  }

  [[nodiscard]] int size() const { return shared_->shares; }

  /// Calls task(share) once for every share 0 .. size() - 1, on any threads and at the same time if they are
  /// free, and returns when all have been called. Not re-entrant, and one caller at a time. What the task
  /// wrote is visible to the caller afterwards.
  template <class Task>
  void run(const Task& task) {
    if (size() == 1) {
      task(0);
      return;
    }
    Shared& shared = *shared_;
    shared.task = &task;
    shared.call = [](const void* erased, int share) { (*static_cast<const Task*>(erased))(share); };
    shared.unfinished.store(size(), std::memory_order_relaxed);
    if (shared.executor) {
      shared.generation.fetch_add(1, std::memory_order_release);
      shared.executor.call(shared.executor.executor, size(), &call_share, &shared);
    } else {
      publish(shared);
    }
    take_shares(shared, 0, shared.generation.load(std::memory_order_relaxed));
    if (spin_until(shared, [&] { return shared.unfinished.load(std::memory_order_acquire) == 0; })) return;
    while (const int left = shared.unfinished.load(std::memory_order_acquire))
      shared.unfinished.wait(left, std::memory_order_acquire);
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
  /// Spinning without yielding. Longer than shares differ: on a busy machine a thread that yields waits for a
  /// whole turn of another program. Shorter than such turns, in which the awaited thread may be stuck.
  static constexpr std::chrono::microseconds kSpin{300};
  static constexpr int kSpinsPerLook = 50;  // at the clock
  static constexpr std::chrono::milliseconds kAwakeSpin{2};

  static void pause() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  /// Returns whether done() became true before it was time to sleep. A thread that spins for long yields: the
  /// threads that done() depends on may need its processor.
  template <class Done>
  static bool spin_until(const Shared& shared, const Done& done) {
    if (!shared.may_spin) return done();
    const auto start = std::chrono::steady_clock::now(), tired = start + kSpin + kAwakeSpin;
    do {
      for (int spin = 0; spin < kSpinsPerLook; ++spin) {
        if (done()) return true;
        pause();
      }
    } while (std::chrono::steady_clock::now() < start + kSpin);
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

  /// What an executor of the caller's calls. Whichever share it names: it names them all, or others take
  /// them.
  static void call_share(void* job, int share) {
    Shared& shared = *static_cast<Shared*>(job);
    if (share < 0 || share >= shared.shares) return;
    take_shares(shared, share, shared.generation.load(std::memory_order_acquire));
  }

  static void* begin(void* start) {
    serve(*static_cast<Start*>(start)->shared, static_cast<Start*>(start)->worker);
    return nullptr;
  }

  /// Calls the task for each share of this run that has not been begun, `first` before the others. A run
  /// cannot end while a share of it is not begun, so after a successful exchange the task is this run's.
  static void take_shares(Shared& shared, int first, std::uint32_t run) {
    for (int i = 0; i < shared.shares; ++i) {
      const int share = (first + i) % shared.shares;
      std::atomic<std::uint32_t>& begun = shared.tickets[static_cast<std::size_t>(share)].begun;
      std::uint32_t before = run - 1;
      if (begun.load(std::memory_order_relaxed) != before ||
          !begun.compare_exchange_strong(before, run, std::memory_order_acquire))
        continue;
      shared.call(shared.task, share);
      if (shared.unfinished.fetch_sub(1, std::memory_order_acq_rel) == 1) shared.unfinished.notify_one();
    }
  }

  static void serve(Shared& shared, int worker) {
    std::uint32_t seen = 0;
    for (;;) {
      const auto called = [&] { return shared.generation.load(std::memory_order_acquire) != seen; };
      if (!spin_until(shared, called))
        while (!called()) shared.generation.wait(seen, std::memory_order_acquire);
      seen = shared.generation.load(std::memory_order_acquire);
      if (shared.stop) return;
      take_shares(shared, worker, seen);
    }
  }

  std::unique_ptr<Shared> shared_;  // at an address that outlives moves of the pool
  std::vector<pthread_t> workers_;
};

}  // namespace fcn::inline FCN_ABI
