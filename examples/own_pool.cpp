// SPDX-License-Identifier: MIT
// The engine on threads of yours: a thread pool in twenty lines stands for the one that your program has. The
// engine starts no thread of its own.
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <fcn/fcn.hpp>
#include <functional>
#include <latch>
#include <mutex>
#include <thread>
#include <vector>

#include "read_ppm.hpp"

class Pool {
 public:
  explicit Pool(int threads) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this](std::stop_token stop) { serve(stop); });
  }
  void add(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(work));
    changed_.notify_one();
  }

 private:
  void serve(const std::stop_token& stop) {
    for (std::unique_lock lock(mutex_); changed_.wait(lock, stop, [this] { return !waiting_.empty(); });) {
      const std::function<void()> work = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      work();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::function<void()>> waiting_;
  std::vector<std::jthread> threads_;  // the last member: they end first
};

int main(int argc, char** argv) {  // MODEL < PICTURE.ppm
  PpmPicture picture;
  const auto model = fcn::load_model(argc > 1 ? argv[1] : "");
  if (!model) return std::puts(model.error().to_string().c_str()), 1;
  if (!read_ppm(picture)) return std::puts("expected a PPM picture on standard input"), 2;

  Pool pool(2);
  // Calls task(share) for each share, on the pool and on this thread, and waits.
  auto parallel_for = [&pool](int shares, auto task) {
    std::latch left(shares - 1);
    for (int share = 1; share < shares; ++share)
      pool.add([&left, task, share] { task(share), left.count_down(); });
    task(0);
    left.wait();
  };
  auto session =
      fcn::Session::create(*model, {.threads = 3, .parallel_for = fcn::ParallelFor::of(parallel_for)});
  if (!session) return std::puts(session.error().to_string().c_str()), 1;
  const auto map = session->run(picture.view());
  if (!map) return std::puts(map.error().to_string().c_str()), 1;
  for (const int id : map->top(1))
    std::printf("%s, %.1f %%\n", model->label(id).c_str(), 100 * double{map->peak(id).probability});
}
