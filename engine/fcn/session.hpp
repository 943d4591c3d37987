// SPDX-License-Identifier: MIT
// The simple interface: a Session keeps the threads, the plans and the rings, and turns pictures into score
// maps. It plans anew only when it does not know the size of the picture. One session serves one caller at a
// time; several sessions may share a Model.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "fcn/base/parallel_for.hpp"
#include "fcn/image_view.hpp"
#include "fcn/label_map.hpp"
#include "fcn/model.hpp"
#include "fcn/pixel_rows.hpp"
#include "fcn/result.hpp"
#include "fcn/run/row_sink.hpp"
#include "fcn/run_hooks.hpp"
#include "fcn/score_map.hpp"
#include "fcn/score_rows.hpp"

namespace fcn::inline FCN_ABI {

class Plan;
class Profile;
class ThreadPool;

/// How a session runs pictures.
struct SessionOptions {
  int threads = 0;  ///< workers, the caller included; 0 takes all processors that the process may use.
                    ///< Session::threads() is smaller if the system refuses some
  /// The caller's own executor instead of threads of the session's: `threads` is then how many shares of work
  /// it gets at a time. Never changes bits.
  ParallelFor parallel_for = {};
  int pool_stride = 0;    ///< PlanOptions::pool_stride
  int output_stride = 0;  ///< PlanOptions::output_stride
  int band_rows = 0;      ///< PlanOptions::band_rows
  /// Most that a run may allocate, the map included (RunMemory::total()); 0 for the model's Limits. Steps
  /// become shorter if that is necessary. Never changes bits.
  std::uint64_t max_run_bytes = 0;
  /// Most that sizes of pictures may hold together to be run again without planning and allocating. The last
  /// size stays planned whatever it takes; with 0 only that. Within max_run_bytes: other sizes make room for
  /// a run that needs it.
  std::uint64_t max_kept_bytes = 0;
  bool keep_rows = false;                       ///< PlanOptions::keep_rows: every node can be tapped
  ScoreKind scores = ScoreKind::probabilities;  ///< what maps hold
};

/// Milliseconds of the last run.
struct RunTimes {
  double plan = 0;   ///< planning and allocating; 0 when the size was already planned
  double infer = 0;  ///< from pixels to finished scores
};

/// Runs pictures through a model, one call at a time: it owns the threads and the memory of a run. Each
/// thread that runs pictures has its own; all may share the model.
class Session {
 public:
  /// Starts the threads. `model` must outlive the session. ErrorCode::invalid_argument for a number of
  /// threads that is impossible.
  static Result<Session> create(const Model& model, const SessionOptions& options = {});
  /// A temporary model would not outlive the session.
  static Result<Session> create(const Model&& model, const SessionOptions& options = {}) = delete;

  Session(Session&&) noexcept;             ///< between runs only
  Session& operator=(Session&&) noexcept;  ///< likewise
  ~Session();

  /// Runs one picture into `map`, whose memory is reused where it suffices: with a size already planned
  /// nothing is allocated. Errors: invalid_argument for a view that makes no sense, too_small for a picture
  /// that the network has no map for, limit_exceeded, out_of_memory, cancelled, busy while another thread
  /// runs this session.
  Status run_into(const ImageView& image, ScoreMap& map, const RunHooks& hooks = {});

  /// Runs one picture; errors as run_into().
  Result<ScoreMap> run(const ImageView& image, const RunHooks& hooks = {});

  /// Scores one picture and hands the scores on row by row, as they are made: `map` becomes its map without
  /// cells, with the geometry and the peaks. Memory then grows with the picture's width, not its area, if the
  /// picture comes row by row too (ImageView::source). Errors as run_into().
  Status score_rows(const ImageView& image, ScoreRows& rows, ScoreMap& map, const RunHooks& hooks = {});

  /// Runs pictures of one size side by side, picture i into maps[i]: with the bits of run_into(), and faster
  /// than one after the other if the pictures are small. The memory of a run grows with their number. Errors
  /// as run_into(); invalid_argument if there are none, not as many maps, or several sizes.
  Status run_batch_into(std::span<const ImageView> images, std::span<ScoreMap> maps,
                        const RunHooks& hooks = {});

  /// Runs pictures of one size side by side; errors as run_batch_into().
  Result<std::vector<ScoreMap>> run_batch(std::span<const ImageView> images, const RunHooks& hooks = {});

  /// Labels each pixel of one picture and hands the labels on row by row, as they are made: neither scores
  /// nor labels of the whole picture are held, but for `scores` if that is given. Of a model of kind pixels
  /// only; errors as run_into().
  Status label_rows(const ImageView& image, LabelRows& rows, ScoreMap* scores = nullptr,
                    const RunHooks& hooks = {});

  /// Labels each pixel of one picture into `map`, whose memory is reused; errors as run_into().
  Status label_into(const ImageView& image, LabelMap& map, const RunHooks& hooks = {});

  /// Labels each pixel of one picture; errors as run_into().
  Result<LabelMap> label(const ImageView& image, const RunHooks& hooks = {});

  // Between runs only:

  /// Shows the rows of the node of this name (Graph::nodes) to `sink` in every run from now on; null stops
  /// that. `sink` must outlive the runs. ErrorCode::invalid_argument if there is no such node. A run fails if
  /// the rows are not stored, because a max-pool computes them; SessionOptions::keep_rows prevents that.
  Status tap(std::string_view node, RowSink* sink);

  /// Records each step's time in `profile` (fcn/run/profile.hpp) from now on; null stops that. Planning
  /// another size clears the profile.
  void set_profile(Profile* profile);

  /// SessionOptions::max_run_bytes from now on.
  void set_max_run_bytes(std::uint64_t bytes) { options_.max_run_bytes = bytes; }
  /// SessionOptions::scores from now on.
  void set_scores(ScoreKind scores) { options_.scores = scores; }
  [[nodiscard]] ScoreKind scores() const { return options_.scores; }  ///< what maps hold
  /// Forgets all planned sizes and frees what they hold; the next run plans and allocates again.
  void forget();

  /// Threads that run, the caller included: fewer than SessionOptions::threads if the system refused some.
  [[nodiscard]] int threads() const;
  /// The session's threads, idle between runs.
  [[nodiscard]] ThreadPool& pool() { return *pool_; }
  [[nodiscard]] const RunTimes& times() const { return times_; }  ///< of the last run
  /// The plan of the last size that was run; null before the first.
  [[nodiscard]] const Plan* plan() const;

 private:
  struct State;  // at an address that outlives moves of the session
  class Turn;    // of the caller who runs

  Session(const Model& model, const SessionOptions& options, std::unique_ptr<ThreadPool> pool);
  Status prepare(std::span<const ImageView> images, MapUse use);
  Status check_kind() const;
  Status reset(ScoreMap& map, MapUse use) const;
  Status run_maps(std::span<const ImageView> images, std::span<ScoreMap> maps, ScoreRows* rows,
                  const RunHooks& hooks);
  Status run_labels(const ImageView& image, LabelRows& rows, ScoreMap* scores, const RunHooks& hooks);
  Status run_taps(std::span<const ImageView> images, std::span<const Tap> taps, const RunHooks& hooks,
                  double planned);

  const Model* model_;
  SessionOptions options_;
  std::unique_ptr<ThreadPool> pool_;
  std::unique_ptr<State> state_;
  Profile* profile_ = nullptr;
  RunTimes times_;
};

}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/session_inl.hpp"
#endif
