// SPDX-License-Identifier: MIT
// As in a server: many threads answer requests with one model. Each has a session of its own, which takes one
// thread; the weights are in memory once. A request that takes too long is cancelled.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fcn/fcn.hpp>
#include <string>
#include <thread>
#include <vector>

#include "read_ppm.hpp"

namespace {

using Clock = std::chrono::steady_clock;

/// Answers requests until none is left. Returns what went wrong, or nothing.
std::string serve(const fcn::Model& model, const PpmPicture& picture, std::atomic<int>& requests,
                  std::atomic<int>& answered) {
  auto session = fcn::Session::create(model, {.threads = 1});
  if (!session) return session.error().to_string();
  struct Request {
    Clock::time_point deadline;
    std::atomic<bool> cancel{false};
  };
  fcn::ScoreMap map;
  while (requests.fetch_sub(1) > 0) {
    Request request{Clock::now() + std::chrono::seconds(10)};
    const fcn::RunHooks hooks{.cancel = &request.cancel,
                              .progress =
                                  [](void* context, double) {
                                    auto& own = *static_cast<Request*>(context);
                                    if (Clock::now() > own.deadline) own.cancel = true;
                                  },
                              .context = &request};
    if (const fcn::Status ran = session->run_into(picture.view(), map, hooks); ran)
      ++answered;
    else if (ran.error().code != fcn::ErrorCode::cancelled)
      return ran.error().to_string();
  }
  return "";
}

}  // namespace

int main(int argc, char** argv) {  // MODEL < PICTURE.ppm
  PpmPicture picture;
  const auto model = fcn::load_model(argc > 1 ? argv[1] : "");
  if (!model) return std::puts(model.error().to_string().c_str()), 1;
  if (!read_ppm(picture)) return std::puts("expected a PPM picture on standard input"), 2;

  constexpr int kRequests = 12;
  std::atomic<int> requests{kRequests}, answered{0};
  std::vector<std::string> errors(4);
  {
    std::vector<std::jthread> threads;
    for (std::string& error : errors)
      threads.emplace_back([&] { error = serve(*model, picture, requests, answered); });
  }
  for (const std::string& error : errors)
    if (!error.empty()) return std::puts(error.c_str()), 1;
  std::printf("%d of %d requests answered by %zu threads\n", answered.load(), kRequests, errors.size());
}
