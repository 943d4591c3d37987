// SPDX-License-Identifier: MIT
// A classifier as a sliding window: crops of a picture, each run on its own through the whole network,
// several side by side. Not here: which crops (window_grid.hpp), and the comparison with a map
// (window_comparison.hpp).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "fcn/run/executor.hpp"
#include "fcn/run/run_memory.hpp"
#include "tools/runs/window_grid.hpp"
#include "tools/shell/counted_memory.hpp"

namespace fcn::tools {

class WindowBatch : public RowSink {
 public:
  /// Plans `images` windows side by side. ErrorCode::unsupported if the network gives a window more than one
  /// cell, ErrorCode::limit_exceeded if they need more than the model's Limits. `model` and `pool` must
  /// outlive it.
  static Result<WindowBatch> create(const Model& model, ThreadPool& pool, int images) {
    const Extent window = model.info().window;
    auto plan = Plan::create(
        model, {.height = window.y, .width = window.x, .images = images, .threads = pool.size()});
    if (!plan) return plan.error();
    const Shape& map = plan->map_shape();
    if (map.height != 1 || map.width != 1)
      return Error{ErrorCode::unsupported,
                   "the network answers its own window of " + std::to_string(window.x) + "x" +
                       std::to_string(window.y) + " pixels with " + std::to_string(map.width) + "x" +
                       std::to_string(map.height) + " cells; only one can be compared with a cell",
                   ""};
    auto executor = Executor::create(model, *std::move(plan), pool);
    if (!executor) return executor.error();
    return WindowBatch(*std::move(executor));
  }

  /// Classifies at most images() windows of `picture`. What of a window lies beyond the picture enters as
  /// zeros after normalisation, as the network's own padding does.
  Status run(const ImageView& picture, std::span<const WindowOrigin> windows) {
    const PlanOptions& options = executor_.plan().options();
    FCN_ASSERT(windows.size() <= crops_.size());
    const std::ptrdiff_t pixel =
        picture.channels != 0 ? picture.channels : executor_.plan().node(0).shape.channels;
    for (std::size_t i = 0; i < windows.size(); ++i) {
      const WindowOrigin& at = windows[i];
      crops_[i] = {picture.pixels + (at.y * picture.row_stride + at.x * pixel),
                   std::clamp(picture.width - at.x, 0, options.width),
                   std::clamp(picture.height - at.y, 0, options.height), picture.row_stride,
                   picture.channels};
    }
    for (std::size_t i = windows.size(); i < crops_.size(); ++i)
      crops_[i] = {picture.pixels, 0, 0, 0, picture.channels};
    const Tap tap{executor_.plan().graph().output, this};
    return executor_.run(crops_, {&tap, 1});
  }

  [[nodiscard]] int images() const { return executor_.plan().options().images; }
  [[nodiscard]] int classes() const { return executor_.plan().map_shape().channels; }
  /// Of one window, by direct convolution.
  [[nodiscard]] std::uint64_t multiply_adds() const { return executor_.plan().multiply_adds(); }
  /// Of window number `window` of the last run.
  [[nodiscard]] const float* logits(std::size_t window) const {
    return logits_.data() + window * static_cast<std::size_t>(classes());
  }

 private:
  explicit WindowBatch(Executor executor)
      : executor_(std::move(executor)),
        crops_(static_cast<std::size_t>(images())),
        logits_(crops_.size() * static_cast<std::size_t>(classes())) {}

  void take(const RowBlock& block) override {
    for (int image = 0; image < block.images; ++image)
      std::copy_n(block.pixel(image, 0, 0), block.shape.channels,
                  logits_.begin() + std::ptrdiff_t{image} * block.shape.channels);
  }

  Executor executor_;
  std::vector<ImageView> crops_;
  CountedVector<float> logits_;
};

}  // namespace fcn::tools
