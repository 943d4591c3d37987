// SPDX-License-Identifier: MIT
// The short way: a Session keeps the threads, the plan and the rings, and turns pictures into score maps. It
// plans anew only when the size of the picture changes. One session serves one caller at a time; several
// sessions may share a Model.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "fcn/run/executor.hpp"
#include "fcn/run/map_sink.hpp"
#include "fcn/run/run_memory.hpp"
#include "fcn/score_map.hpp"

namespace fcn::inline FCN_ABI {

struct SessionOptions {
  int threads = 0;        ///< workers, the caller included; 0 takes all processors that the process may use.
                          ///< Session::threads() are fewer where the system gives no more
  int pool_stride = 0;    ///< PlanOptions::pool_stride
  int output_stride = 0;  ///< PlanOptions::output_stride
  int band_rows = 0;      ///< PlanOptions::band_rows
  /// Most that a run may allocate, the map included (RunMemory::total()); 0 for the model's Limits. Steps
  /// become shorter where that takes it. Never changes bits.
  std::uint64_t max_run_bytes = 0;
  ScoreKind scores = ScoreKind::probabilities;
};

/// Milliseconds of the last run.
struct RunTimes {
  double plan = 0;   ///< planning and allocating; 0 when the size was already planned
  double infer = 0;  ///< from 8-bit pixels to finished scores
};

class Session {
 public:
  /// `model` must outlive the session.
  static Result<Session> create(const Model& model, const SessionOptions& options) {
    constexpr int kMostThreads = 1024;
    if (options.threads < 0 || options.threads > kMostThreads)
      return Error{ErrorCode::invalid_argument,
                   "the number of threads must be 0 (all processors) to " + std::to_string(kMostThreads), ""};
    return Session(model, options, options.threads == 0 ? usable_processors() : options.threads);
  }

  /// Runs one picture into `map`, whose memory is reused where it suffices: with a size already planned
  /// nothing is allocated.
  Status run_into(const ImageView& image, ScoreMap& map) {
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
    times_.plan = milliseconds(planned - start);
    times_.infer = milliseconds(std::chrono::steady_clock::now() - planned);
    return {};
  }

  /// Runs one picture.
  Result<ScoreMap> run(const ImageView& image) {
    ScoreMap map;
    if (Status ok = run_into(image, map); !ok) return ok.error();
    return map;
  }

  /// From now on notes each step's time in `profile`, which planning another size clears; null for no longer.
  void set_profile(Profile* profile) {
    profile_ = profile;
    if (running_) running_->executor.set_profile(profile);
  }

  /// SessionOptions::max_run_bytes from now on.
  void set_max_run_bytes(std::uint64_t bytes) { options_.max_run_bytes = bytes; }
  /// SessionOptions::scores from now on.
  void set_scores(ScoreKind scores) { options_.scores = scores; }
  [[nodiscard]] ScoreKind scores() const { return options_.scores; }
  /// Frees the rings; the next run plans and allocates again.
  void release() { running_.reset(); }

  [[nodiscard]] int threads() const { return pool_->size(); }
  /// The session's threads, idle between runs.
  [[nodiscard]] ThreadPool& pool() { return *pool_; }
  [[nodiscard]] const RunTimes& times() const { return times_; }
  /// The plan of the last size that was run; null before the first.
  [[nodiscard]] const Plan* plan() const { return running_ ? &running_->executor.plan() : nullptr; }

 private:
  struct Running {
    Executor executor;
    MapSink sink;
  };

  Session(const Model& model, const SessionOptions& options, int threads)
      : model_(&model), options_(options), pool_(std::make_unique<ThreadPool>(threads)) {}

  static double milliseconds(std::chrono::steady_clock::duration time) {
    return std::chrono::duration<double, std::milli>(time).count();
  }

  Status prepare(const ImageView& image) {
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
    running_.emplace(Running{*std::move(executor), *std::move(sink)});
    return {};
  }

  const Model* model_;
  SessionOptions options_;
  std::unique_ptr<ThreadPool> pool_;
  std::optional<Running> running_;
  Profile* profile_ = nullptr;
  RunTimes times_;
};

}  // namespace fcn::inline FCN_ABI
