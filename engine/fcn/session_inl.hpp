// SPDX-License-Identifier: MIT
// Definitions of session.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <span>
#include <string>
#include <utility>

#include "fcn/base/processors.hpp"
#include "fcn/base/thread_pool.hpp"
#include "fcn/planned_sizes.hpp"
#include "fcn/session.hpp"

namespace fcn::inline FCN_ABI {

namespace detail {

FCN_INLINE double milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace detail

struct Session::State {
  std::atomic<bool> busy{false};
  PlannedSizes sizes;
  std::vector<Tap> tapped;  // by the caller
  std::vector<Tap> taps;    // of the present run
};

/// Held while a caller runs; of two callers one has none.
class Session::Turn {
 public:
  explicit Turn(State& state) : busy_(state.busy), mine_(!busy_.exchange(true, std::memory_order_acquire)) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    if (mine_) busy_.store(false, std::memory_order_release);
  }
  explicit operator bool() const { return mine_; }
  static Error refusal() {
    return {ErrorCode::busy,
            "the session is running a picture of another thread; give each thread a session of its own: they "
            "share the model",
            ""};
  }

 private:
  std::atomic<bool>& busy_;
  bool mine_;
};

FCN_INLINE Session::Session(const Model& model, const SessionOptions& options,
                            std::unique_ptr<ThreadPool> pool)
    : model_(&model), options_(options), pool_(std::move(pool)), state_(std::make_unique<State>()) {}
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
  const int threads = options.threads == 0 ? usable_processors() : options.threads;
  return Session(model, options,
                 options.parallel_for ? std::make_unique<ThreadPool>(threads, options.parallel_for)
                                      : std::make_unique<ThreadPool>(threads));
}

FCN_INLINE Status Session::run_into(const ImageView& image, ScoreMap& map, const RunHooks& hooks) {
  return run_batch_into({&image, 1}, {&map, 1}, hooks);
}

FCN_INLINE Result<ScoreMap> Session::run(const ImageView& image, const RunHooks& hooks) {
  ScoreMap map;
  if (Status ok = run_into(image, map, hooks); !ok) return ok.error();
  return map;
}

FCN_INLINE Status Session::run_batch_into(std::span<const ImageView> images, std::span<ScoreMap> maps,
                                          const RunHooks& hooks) {
  const Turn turn(*state_);
  return turn ? run_maps(images, maps, nullptr, hooks) : Turn::refusal();
}

FCN_INLINE Status Session::score_rows(const ImageView& image, ScoreRows& rows, ScoreMap& map,
                                      const RunHooks& hooks) {
  const Turn turn(*state_);
  return turn ? run_maps({&image, 1}, {&map, 1}, &rows, hooks) : Turn::refusal();
}

FCN_INLINE Result<std::vector<ScoreMap>> Session::run_batch(std::span<const ImageView> images,
                                                            const RunHooks& hooks) {
  std::vector<ScoreMap> maps(images.size());
  if (Status ok = run_batch_into(images, maps, hooks); !ok) return ok.error();
  return maps;
}

FCN_INLINE Status Session::label_rows(const ImageView& image, LabelRows& rows, ScoreMap* scores,
                                      const RunHooks& hooks) {
  const Turn turn(*state_);
  return turn ? run_labels(image, rows, scores, hooks) : Turn::refusal();
}

FCN_INLINE Status Session::label_into(const ImageView& image, LabelMap& map, const RunHooks& hooks) {
  const Turn turn(*state_);
  if (!turn) return Turn::refusal();
  if (Status ok = check_kind(); !ok) return ok;
  if (Status ok = prepare({&image, 1}, MapUse::passed_on); !ok) return ok;
  const Shape& shape = plan()->map_shape();
  if (Status ok = map.reset(shape.height, shape.width, label_count(shape.channels)); !ok) return ok;
  return run_labels(image, map, nullptr, hooks);
}

FCN_INLINE Result<LabelMap> Session::label(const ImageView& image, const RunHooks& hooks) {
  LabelMap map;
  if (Status ok = label_into(image, map, hooks); !ok) return ok.error();
  return map;
}

FCN_INLINE Status Session::tap(std::string_view node, RowSink* sink) {
  const std::vector<Node>& nodes = model_->graph().nodes;
  const auto found =
      std::find_if(nodes.begin(), nodes.end(), [&](const Node& each) { return each.name == node; });
  if (found == nodes.end())
    return Error{ErrorCode::invalid_argument, "the model has no node of this name; Model::graph() lists them",
                 "node " + std::string(node)};
  const auto id = static_cast<NodeId>(found - nodes.begin());
  std::erase_if(state_->tapped, [&](const Tap& tap) { return tap.node == id; });
  if (sink != nullptr) state_->tapped.push_back({id, sink});
  return {};
}

FCN_INLINE void Session::set_profile(Profile* profile) {
  profile_ = profile;
  if (PlannedSize* const last = state_->sizes.last()) last->executor.set_profile(profile);
}

FCN_INLINE void Session::forget() {
  state_->sizes.clear();
}

FCN_INLINE int Session::threads() const {
  return pool_->size();
}

FCN_INLINE const Plan* Session::plan() const {
  const PlannedSize* const last = state_->sizes.last();
  return last != nullptr ? &last->plan() : nullptr;
}

/// With `rows` one picture, whose scores they take.
FCN_INLINE Status Session::run_maps(std::span<const ImageView> images, std::span<ScoreMap> maps,
                                    ScoreRows* rows, const RunHooks& hooks) {
  times_ = {};
  const auto start = std::chrono::steady_clock::now();
  if (images.size() != maps.size())
    return Error{ErrorCode::invalid_argument,
                 std::to_string(images.size()) + " pictures and " + std::to_string(maps.size()) +
                     " maps given; each picture needs one",
                 ""};
  const MapUse use = rows != nullptr ? MapUse::passed_on : MapUse::held;
  if (Status ok = prepare(images, use); !ok) return ok;
  for (ScoreMap& map : maps)
    if (Status ok = reset(map, use); !ok) return ok;
  PlannedSize& size = *state_->sizes.last();
  size.sink.fill(maps, rows);
  const Tap tap{size.plan().graph().output, &size.sink};
  return run_taps(images, {&tap, 1}, hooks, detail::milliseconds_since(start));
}

FCN_INLINE Status Session::run_labels(const ImageView& image, LabelRows& rows, ScoreMap* scores,
                                      const RunHooks& hooks) {
  times_ = {};
  const auto start = std::chrono::steady_clock::now();
  if (Status ok = check_kind(); !ok) return ok;
  if (Status ok = prepare({&image, 1}, scores != nullptr ? MapUse::held : MapUse::passed_on); !ok) return ok;
  PlannedSize& size = *state_->sizes.last();
  size.labels.begin(rows, size.plan(), model_->info().activation);
  const NodeId output = size.plan().graph().output;
  const std::array<Tap, 2> taps{Tap{output, &size.labels}, Tap{output, &size.sink}};
  if (scores != nullptr) {
    if (Status ok = reset(*scores, MapUse::held); !ok) return ok;
    size.sink.fill({scores, 1});
  }
  return run_taps({&image, 1}, std::span(taps).first(scores != nullptr ? 2 : 1), hooks,
                  detail::milliseconds_since(start));
}

/// Runs with these taps and the caller's.
FCN_INLINE Status Session::run_taps(std::span<const ImageView> images, std::span<const Tap> taps,
                                    const RunHooks& hooks, double planned) {
  state_->taps.assign(taps.begin(), taps.end());
  state_->taps.insert(state_->taps.end(), state_->tapped.begin(), state_->tapped.end());
  const auto start = std::chrono::steady_clock::now();
  if (Status ok = state_->sizes.last()->executor.run(images, state_->taps, hooks); !ok) return ok;
  times_ = {planned, detail::milliseconds_since(start)};
  return {};
}

/// Makes `map` one of what is planned.
FCN_INLINE Status Session::reset(ScoreMap& map, MapUse use) const {
  const ModelInfo& info = model_->info();
  return map.reset(plan()->map_shape(), options_.scores, plan()->geometry(), info.background, info.activation,
                   use);
}

FCN_INLINE Status Session::check_kind() const {
  if (model_->info().kind == ModelKind::pixels) return {};
  return Error{ErrorCode::invalid_argument,
               "the model is a classifier, which scores windows and labels no pixels: use run or run_into",
               ""};
}

/// Makes the pictures' size the last planned one, and the other sizes leave it the memory that it needs.
FCN_INLINE Status Session::prepare(std::span<const ImageView> images, MapUse use) {
  if (images.empty()) return Error{ErrorCode::invalid_argument, "a batch needs at least one picture", ""};
  const int height = images[0].height, width = images[0].width, count = static_cast<int>(images.size());
  for (const ImageView& image : images)
    if (image.height != height || image.width != width)
      return Error{ErrorCode::invalid_argument,
                   "pictures of a batch are " + std::to_string(width) + "x" + std::to_string(height) +
                       " and " + std::to_string(image.width) + "x" + std::to_string(image.height) +
                       " pixels; they must be of one size",
                   ""};
  for (const ImageView& image : images)
    if (image.part != images[0].part)
      return Error{ErrorCode::invalid_argument, "pictures of a batch must name one part", ""};
  PlannedSizes& sizes = state_->sizes;
  const PlannedSize* const before = sizes.last();
  const std::uint64_t most =
      options_.max_run_bytes != 0 ? options_.max_run_bytes : model_->limits().max_run_bytes;
  // What other sizes may hold beside one that holds, and needs with its map, so many bytes.
  const auto others = [&](std::uint64_t holds, std::uint64_t needs) {
    const auto left = [](std::uint64_t all, std::uint64_t taken) { return all > taken ? all - taken : 0; };
    return std::min(left(options_.max_kept_bytes, holds), left(most, needs));
  };
  if (PlannedSize* const known = sizes.find(height, width, images[0].part, count)) {
    if (const std::uint64_t needs = run_memory(known->plan(), use).total(); needs <= most) {
      sizes.shrink(1, others(known->bytes(), needs));
      if (known != before) known->executor.set_profile(profile_);
      return {};
    }
    sizes.drop_last();  // too large for a limit that was higher
  }
  auto plan = fit_plan(*model_,
                       {.height = height,
                        .width = width,
                        .part = images[0].part,
                        .images = count,
                        .pool_stride = options_.pool_stride,
                        .output_stride = options_.output_stride,
                        .band_rows = options_.band_rows,
                        .threads = threads(),
                        .keep_rows = options_.keep_rows},
                       most, use);
  if (!plan) return plan.error();
  sizes.shrink(0, others(run_memory(*plan, MapUse::passed_on).total(), run_memory(*plan, use).total()));
  auto sink = MapSink::create(model_->table(), *pool_, *plan);
  if (!sink) return sink.error();
  auto executor = Executor::create(*model_, *std::move(plan), *pool_);
  if (!executor) return executor.error();
  executor->set_profile(profile_);
  sizes.add({*std::move(executor), *std::move(sink), LabelSink(model_->table(), *pool_)});
  return {};
}

}  // namespace fcn::inline FCN_ABI
