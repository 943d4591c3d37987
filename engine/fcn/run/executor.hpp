// SPDX-License-Identifier: MIT
// Runs a Plan: pixels in, rows out through sinks. A plain loop over the schedule's steps; the plan made every
// choice. The steady state allocates nothing. What each op does in a step is in
// executor_convolutions_inl.hpp, executor_layers_inl.hpp, executor_pixels_inl.hpp and executor_moves_inl.hpp.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "fcn/base/thread_pool.hpp"
#include "fcn/base/work_split.hpp"
#include "fcn/image_view.hpp"
#include "fcn/model.hpp"
#include "fcn/result.hpp"
#include "fcn/run/phases.hpp"
#include "fcn/run/pixels/pixel_table.hpp"
#include "fcn/run/plan.hpp"
#include "fcn/run/profile.hpp"
#include "fcn/run/rings.hpp"
#include "fcn/run/row_pointers.hpp"
#include "fcn/run/row_sink.hpp"
#include "fcn/run_hooks.hpp"

namespace fcn::inline FCN_ABI {

class Executor {
 public:
  /// Allocates the plan's memory. `model` and `pool` must outlive the executor, and the pool be as large as
  /// planned.
  static Result<Executor> create(const Model& model, Plan plan, ThreadPool& pool);

  /// Runs as many images as the plan says, each of its size or smaller: what an image lacks on the right and
  /// below enters as zeros after normalisation, as the network's own padding does. (The cells inside
  /// still differ from those of the smaller size: there each layer pads anew.) Rows of tapped nodes go to
  /// their sinks. ErrorCode::cancelled if the hooks say so; the next run is as any other.
  Status run(std::span<const ImageView> images, std::span<const Tap> taps, const RunHooks& hooks = {});

  /// Records each step's time in `profile` from now on; null stops that.
  void set_profile(Profile* profile) {
    profile_ = profile;
    if (profile_ != nullptr) profile_->clear(plan_.size());
  }

  [[nodiscard]] const Plan& plan() const { return plan_; }

 private:
  Executor(const Model& model, Plan plan, ThreadPool& pool, Rings rings)
      : model_(&model),
        pool_(&pool),
        plan_(std::move(plan)),
        schedule_(plan_.schedule()),
        rings_(std::move(rings)),
        pixel_table_(model.info(), model.input_channels()),
        rows_(plan_),
        rows_counted_(plan_.most_row_pointers()),
        row_weights_(plan_.most_row_pointers()) {
    pictures_.reserve(static_cast<std::size_t>(plan_.options().images));
    for (const Node& each : plan_.graph().nodes) shares_.reserve(each.inputs.size());
  }

  /// Takes the layouts of the pictures of this run, if it can read them.
  [[nodiscard]] Status lay_out(std::span<const ImageView> images);
  /// Gets the rows of a step of the input from pictures that come row by row.
  [[nodiscard]] Status fetch(const RowStep& step);

  // Convolutions (executor_convolutions_inl.hpp).
  void make(const RowStep& step, const Conv& op) { convolve(step, op); }
  void make(const RowStep& step, const Linear&) { convolve(step, {}); }
  /// Convolves with the packed weights; of `op` only what follows the sum counts.
  void convolve(const RowStep& step, const Conv& op);
  void convolve_directly(const RowStep& step, const Conv& op, kernels::ConvBand band);
  void convolve_tiles(const RowStep& step, const Conv& op, const ColumnPhases& phases,
                      kernels::ConvBand band);
  template <class Work>
  void share_convolution(const kernels::ConvBand& band, std::ptrdiff_t units, std::ptrdiff_t grain,
                         std::ptrdiff_t panels, double unit_adds, const Work& work);

  // Other layers with windows (executor_layers_inl.hpp).
  void make(const RowStep& step, const Input& op);
  void make(const RowStep& step, const MaxPool& op);
  void make(const RowStep& step, const MaxPoolIndices&) {
    run_pixels(step, table().max_pool_indices, pool_band(step));
  }
  void make(const RowStep& step, const AveragePool& op);
  void make(const RowStep& step, const GlobalAveragePool&) { gather(step, table().global_average_pool); }
  void make(const RowStep& step, const GlobalMaxPool&) { gather(step, table().global_max_pool); }
  void make(const RowStep& step, const GlobalSumPool&) { gather(step, table().global_sum_pool); }
  void make(const RowStep& step, const Flatten& op);
  void conv_max_pool(const RowStep& step, NodeId conv);
  void gather(const RowStep& step, void (*kernel)(const kernels::GlobalPoolBand&, kernels::Range));
  kernels::PoolBand pool_band(const RowStep& step);

  // Ops on each pixel by itself (executor_pixels_inl.hpp).
  void make(const RowStep& step, const BatchNorm& op);
  void make(const RowStep& step, const PRelu& op);
  void make(const RowStep& step, const Activation& op);
  void make(const RowStep& step, const Add& op);
  void make(const RowStep& step, const Arithmetic& op);
  void make(const RowStep& step, const LocalResponseNorm& op);
  void make(const RowStep& step, const ReduceChannels& op);
  void make(const RowStep& step, const ChannelNorm& op);
  void make(const RowStep& step, const Relu&) { run_pixels(step, table().relu, pixel_band(step)); }
  void make(const RowStep& step, const Softmax&) { run_pixels(step, table().softmax, pixel_band(step)); }
  kernels::PixelBand pixel_band(const RowStep& step);
  kernels::ArithmeticBand two_input_band(const RowStep& step);

  // Ops that move values (executor_moves_inl.hpp).
  void make(const RowStep& step, const Concat& op);
  void make(const RowStep& step, const SelectChannels& op);
  void make(const RowStep& step, const Pad& op) { move_pixels(step, op, op.value); }
  void make(const RowStep& step, const InsertZeros& op) { move_pixels(step, op, 0.0f); }
  void make(const RowStep& step, const DepthToSpace& op);
  void make(const RowStep& step, const Resize& op);
  void make(const RowStep& step, const ResizeTo&);
  void make(const RowStep& step, const CropTo& op) { move_pixels(step, op, 0.0f); }
  void make(const RowStep& step, const CenterTo& op) { move_pixels(step, op, 0.0f); }
  void make(const RowStep& step, const MaxUnpool& op);
  void make(const RowStep& step, const Constant& op);
  template <class MovingOp>
  void move_pixels(const RowStep& step, const MovingOp& op, float fill);
  kernels::CopyChannelsBand channels_of(const RowStep& step, std::size_t slot);

  /// Runs a kernel over the pixels of a step, shared among the workers.
  template <class Band>
  void run_pixels(const RowStep& step, void (*kernel)(const Band&, kernels::Range), const Band& band) {
    pool_->run([&](int worker) { kernel(band, split(pixel_count(step), 1, worker, pool_->size())); });
  }

  void show(const RowStep& made, std::span<const Tap> taps);
  /// The rows of its feature map that a step finishes: all but a gathering node's are the step's own.
  [[nodiscard]] RowStep finished(const RowStep& step) const {
    if (!node(step.node).gathers) return step;
    return {step.node, 0, step.end == input(step.node, 0).shape.height ? 1 : 0};
  }

  [[nodiscard]] const kernels::KernelTable& table() const { return model_->table(); }
  [[nodiscard]] const NodePlan& node(NodeId id) const { return plan_.node(id); }
  [[nodiscard]] const NodePlan& input(NodeId id, std::size_t slot) const {
    return plan_.node(plan_.graph().nodes[id].inputs[slot]);
  }
  [[nodiscard]] std::ptrdiff_t pixel_count(const RowStep& step) const {
    return std::ptrdiff_t{step.end - step.begin} * plan_.options().images * node(step.node).shape.width;
  }

  const Model* model_;
  ThreadPool* pool_;
  Profile* profile_ = nullptr;
  Plan plan_;
  RowSchedule schedule_;
  Rings rings_;
  PixelTable pixel_table_;
  // Of the present run or step; room for the longest is taken once.
  struct Picture {
    PixelLayout layout;
    PixelRows* source = nullptr;
    int width = 0;  ///< of what runs
    int height = 0;
    int first_row = 0;     ///< the row of what runs that is the layout's first
    int source_width = 0;  ///< of the whole picture
  };
  std::vector<Picture> pictures_;
  RunHooks hooks_;
  bool finite_ = true;  // all pixels so far
  RowPointers rows_;
  std::vector<int> rows_counted_;
  std::vector<float> row_weights_;
  std::vector<kernels::CopyChannelsBand> shares_;
};

}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/run/executor_inl.hpp"
#endif
