// SPDX-License-Identifier: MIT
// The simple interface: a Session keeps the threads, the plan and the rings, and turns pictures into score
// maps. It plans anew only when the size of the picture changes. One session serves one caller at a time;
// several sessions may share a Model.
#pragma once

#include <cstdint>
#include <memory>

#include "fcn/image_view.hpp"
#include "fcn/label_map.hpp"
#include "fcn/model.hpp"
#include "fcn/result.hpp"
#include "fcn/score_map.hpp"

namespace fcn::inline FCN_ABI {

class Plan;
class Profile;
class ThreadPool;

struct SessionOptions {
  int threads = 0;        ///< workers, the caller included; 0 takes all processors that the process may use.
                          ///< Session::threads() is smaller if the system refuses some
  int pool_stride = 0;    ///< PlanOptions::pool_stride
  int output_stride = 0;  ///< PlanOptions::output_stride
  int band_rows = 0;      ///< PlanOptions::band_rows
  /// Most that a run may allocate, the map included (RunMemory::total()); 0 for the model's Limits. Steps
  /// become shorter if that is necessary. Never changes bits.
  std::uint64_t max_run_bytes = 0;
  ScoreKind scores = ScoreKind::probabilities;
};

/// Milliseconds of the last run.
struct RunTimes {
  double plan = 0;   ///< planning and allocating; 0 when the size was already planned
  double infer = 0;  ///< from pixels to finished scores
};

class Session {
 public:
  /// Starts the threads. `model` must outlive the session. ErrorCode::invalid_argument for a number of
  /// threads that is impossible.
  static Result<Session> create(const Model& model, const SessionOptions& options = {});
  static Result<Session> create(const Model&& model, const SessionOptions& options = {}) = delete;

  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  /// Runs one picture into `map`, whose memory is reused where it suffices: with a size already planned
  /// nothing is allocated. Errors: invalid_argument for a view that makes no sense, too_small for a picture
  /// that the network has no map for, limit_exceeded, out_of_memory.
  Status run_into(const ImageView& image, ScoreMap& map);

  /// Runs one picture; errors as run_into().
  Result<ScoreMap> run(const ImageView& image);

  /// Labels each pixel of one picture and hands the labels on row by row, as they are made: neither scores
  /// nor labels of the whole picture are held, but for `scores` if that is given. Of a model of kind pixels
  /// only; errors as run_into().
  Status label_rows(const ImageView& image, LabelRows& rows, ScoreMap* scores = nullptr);

  /// Labels each pixel of one picture into `map`, whose memory is reused; errors as run_into().
  Status label_into(const ImageView& image, LabelMap& map);

  /// Labels each pixel of one picture; errors as run_into().
  Result<LabelMap> label(const ImageView& image);

  /// Records each step's time in `profile` (fcn/run/profile.hpp) from now on; null stops that. Planning
  /// another size clears the profile.
  void set_profile(Profile* profile);

  /// SessionOptions::max_run_bytes from now on.
  void set_max_run_bytes(std::uint64_t bytes) { options_.max_run_bytes = bytes; }
  /// SessionOptions::scores from now on.
  void set_scores(ScoreKind scores) { options_.scores = scores; }
  [[nodiscard]] ScoreKind scores() const { return options_.scores; }
  /// Frees the rings; the next run plans and allocates again.
  void release();

  [[nodiscard]] int threads() const;
  /// The session's threads, idle between runs.
  [[nodiscard]] ThreadPool& pool() { return *pool_; }
  [[nodiscard]] const RunTimes& times() const { return times_; }
  /// The plan of the last size that was run; null before the first.
  [[nodiscard]] const Plan* plan() const;

 private:
  struct Running;  // what one planned size needs: executor and sink

  Session(const Model& model, const SessionOptions& options, int threads);
  Status prepare(const ImageView& image, bool holds_scores = true);
  Status prepare_labels(const ImageView& image, bool holds_scores);
  Status reset(ScoreMap& map) const;

  const Model* model_;
  SessionOptions options_;
  std::unique_ptr<ThreadPool> pool_;
  std::unique_ptr<Running> running_;
  Profile* profile_ = nullptr;
  RunTimes times_;
};

}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/session_inl.hpp"
#endif
