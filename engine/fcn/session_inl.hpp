// SPDX-License-Identifier: MIT
// Definitions of session.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "fcn/base/processors.hpp"
#include "fcn/base/thread_pool.hpp"
#include "fcn/run/executor.hpp"
#include "fcn/run/map_sink.hpp"
#include "fcn/run/run_memory.hpp"
#include "fcn/session.hpp"

namespace fcn::inline FCN_ABI {

namespace detail {

FCN_INLINE double milliseconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace detail

struct Session::Running {
  Executor executor;
  MapSink sink;
};

FCN_INLINE Session::Session(const Model& model, const SessionOptions& options, int threads)
    : model_(&model), options_(options), pool_(std::make_unique<ThreadPool>(threads)) {}
FCN_INLINE Session::Session(Session&&) noexcept = default;
FCN_INLINE Session& Session::operator=(Session&&) noexcept = default;
FCN_INLINE Session::~Session() = default;

FCN_INLINE Result<Session> Session::create(const Model& model, const SessionOptions& options) {
  constexpr int kMostThreads = 1024;
  if (options.threads < 0 || options.threads > kMostThreads)
    return Error{ErrorCode::invalid_argument,
                 "the number of threads must be 0 (all processors) to " + std::to_string(kMostThreads), ""};
  return Session(model, options, options.threads == 0 ? usable_processors() : options.threads);
}

FCN_INLINE Status Session::run_into(const ImageView& image, ScoreMap& map) {
  times_ = {};
  const auto start = std::chrono::steady_clock::now();
  if (Status ok = prepare(image); !ok) return ok;
  const Plan& plan = running_->executor.plan();
  const ModelInfo& info = model_->info();
  if (Status ok =
          map.reset(plan.map_shape(), options_.scores, plan.geometry(), info.background, info.activation);
      !ok)
    return ok;
  const auto planned = std::chrono::steady_clock::now();
  running_->sink.fill(map);
  const Tap tap{plan.graph().output, &running_->sink};
  if (Status ok = running_->executor.run({&image, 1}, {&tap, 1}); !ok) return ok;
  times_.plan = detail::milliseconds(planned - start);
  times_.infer = detail::milliseconds(std::chrono::steady_clock::now() - planned);
  return {};
}

FCN_INLINE Result<ScoreMap> Session::run(const ImageView& image) {
  ScoreMap map;
  if (Status ok = run_into(image, map); !ok) return ok.error();
  return map;
}

FCN_INLINE void Session::set_profile(Profile* profile) {
  profile_ = profile;
  if (running_) running_->executor.set_profile(profile);
}

FCN_INLINE void Session::release() {
  running_.reset();
}

FCN_INLINE int Session::threads() const {
  return pool_->size();
}

FCN_INLINE const Plan* Session::plan() const {
  return running_ ? &running_->executor.plan() : nullptr;
}

FCN_INLINE Status Session::prepare(const ImageView& image) {
  const std::uint64_t most =
      options_.max_run_bytes != 0 ? options_.max_run_bytes : model_->limits().max_run_bytes;
  if (const Plan* last = plan(); last && last->options().height == image.height &&
                                 last->options().width == image.width && run_memory(*last).total() <= most)
    return {};
  release();  // the old rings first
  auto plan = fit_plan(*model_,
                       {.height = image.height,
                        .width = image.width,
                        .pool_stride = options_.pool_stride,
                        .output_stride = options_.output_stride,
                        .band_rows = options_.band_rows,
                        .threads = threads()},
                       most);
  if (!plan) return plan.error();
  auto sink = MapSink::create(model_->table(), *pool_, plan->node(plan->graph().output));
  if (!sink) return sink.error();
  auto executor = Executor::create(*model_, *std::move(plan), *pool_);
  if (!executor) return executor.error();
  executor->set_profile(profile_);
  running_ = std::make_unique<Running>(Running{*std::move(executor), *std::move(sink)});
  return {};
}

}  // namespace fcn::inline FCN_ABI
