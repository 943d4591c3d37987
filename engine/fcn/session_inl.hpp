// SPDX-License-Identifier: MIT
// Definitions of session.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <array>
#include <chrono>
#include <span>
#include <string>
#include <utility>

#include "fcn/base/processors.hpp"
#include "fcn/base/thread_pool.hpp"
#include "fcn/run/executor.hpp"
#include "fcn/run/label_sink.hpp"
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
  LabelSink labels;

  /// Runs one picture; its milliseconds.
  Result<double> run(const ImageView& image, std::span<const Tap> taps) {
    const auto start = std::chrono::steady_clock::now();
    if (Status ok = executor.run({&image, 1}, taps); !ok) return ok.error();
    return detail::milliseconds(std::chrono::steady_clock::now() - start);
  }
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
                 std::to_string(options.threads) + " threads asked for; expected 0 (all processors) to " +
                     std::to_string(kMostThreads),
                 ""};
  return Session(model, options, options.threads == 0 ? usable_processors() : options.threads);
}

FCN_INLINE Status Session::run_into(const ImageView& image, ScoreMap& map) {
  times_ = {};
  const auto start = std::chrono::steady_clock::now();
  if (Status ok = prepare(image); !ok) return ok;
  if (Status ok = reset(map); !ok) return ok;
  running_->sink.fill(map);
  const Tap tap{running_->executor.plan().graph().output, &running_->sink};
  const double planned = detail::milliseconds(std::chrono::steady_clock::now() - start);
  const auto ran = running_->run(image, {&tap, 1});
  if (!ran) return ran.error();
  times_ = {planned, *ran};
  return {};
}

FCN_INLINE Status Session::label_rows(const ImageView& image, LabelRows& rows, ScoreMap* scores) {
  times_ = {};
  const auto start = std::chrono::steady_clock::now();
  if (Status ok = prepare_labels(image, scores != nullptr); !ok) return ok;
  const Plan& plan = running_->executor.plan();
  running_->labels.begin(rows, plan.map_shape(), model_->info().activation);
  std::array<Tap, 2> taps{Tap{plan.graph().output, &running_->labels}};
  if (scores != nullptr) {
    if (Status ok = reset(*scores); !ok) return ok;
    running_->sink.fill(*scores);
    taps[1] = {plan.graph().output, &running_->sink};
  }
  const double planned = detail::milliseconds(std::chrono::steady_clock::now() - start);
  const auto ran = running_->run(image, std::span<const Tap>(taps).first(scores != nullptr ? 2 : 1));
  if (!ran) return ran.error();
  times_ = {planned, *ran};
  return {};
}

FCN_INLINE Status Session::label_into(const ImageView& image, LabelMap& map) {
  if (Status ok = prepare_labels(image, false); !ok) return ok;
  const Shape& shape = running_->executor.plan().map_shape();
  if (Status ok = map.reset(shape.height, shape.width, label_count(shape.channels)); !ok) return ok;
  return label_rows(image, map);
}

FCN_INLINE Result<LabelMap> Session::label(const ImageView& image) {
  LabelMap map;
  if (Status ok = label_into(image, map); !ok) return ok.error();
  return map;
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

/// Makes `map` one of what is planned.
FCN_INLINE Status Session::reset(ScoreMap& map) const {
  const Plan& plan = running_->executor.plan();
  const ModelInfo& info = model_->info();
  return map.reset(plan.map_shape(), options_.scores, plan.geometry(), info.background, info.activation);
}

FCN_INLINE Status Session::prepare_labels(const ImageView& image, bool holds_scores) {
  if (model_->info().kind == ModelKind::pixels) return prepare(image, holds_scores);
  return Error{ErrorCode::invalid_argument,
               "the model is a classifier, which scores windows and labels no pixels: use run or run_into",
               ""};
}

FCN_INLINE Status Session::prepare(const ImageView& image, bool holds_scores) {
  const MapUse use = holds_scores ? MapUse::held : MapUse::passed_on;
  const std::uint64_t most =
      options_.max_run_bytes != 0 ? options_.max_run_bytes : model_->limits().max_run_bytes;
  if (const Plan* last = plan(); last && last->options().height == image.height &&
                                 last->options().width == image.width &&
                                 run_memory(*last, use).total() <= most)
    return {};
  release();  // free the old rings first
  auto plan = fit_plan(*model_,
                       {.height = image.height,
                        .width = image.width,
                        .pool_stride = options_.pool_stride,
                        .output_stride = options_.output_stride,
                        .band_rows = options_.band_rows,
                        .threads = threads()},
                       most, use);
  if (!plan) return plan.error();
  auto sink = MapSink::create(model_->table(), *pool_, plan->node(plan->graph().output));
  if (!sink) return sink.error();
  auto executor = Executor::create(*model_, *std::move(plan), *pool_);
  if (!executor) return executor.error();
  executor->set_profile(profile_);
  running_ = std::make_unique<Running>(
      Running{*std::move(executor), *std::move(sink), LabelSink(model_->table(), *pool_)});
  return {};
}

}  // namespace fcn::inline FCN_ABI
