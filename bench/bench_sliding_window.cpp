// SPDX-License-Identifier: MIT
// What a score map saves: a random-weight 1000-class ResNet-18 (window 224) over pictures of growing size,
// once as a map and once window by window at several strides, each window through the same network, sixteen
// side by side. One thread, the best arch. sliding_window.gnuplot draws the JSON. Not here: whether the two
// agree (fcn-infer --compare-windows).
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "bench/resnet18.hpp"
#include "fcn/kernels/select.hpp"
#include "fcn/run/plan.hpp"
#include "fcn/session.hpp"
#include "tools/runs/window_batch.hpp"
#include "tools/runs/window_grid.hpp"

namespace {

constexpr std::size_t kSideBySide = 16;

struct Noise {
  int height, width;
  std::vector<std::uint8_t> pixels;

  Noise(int picture_height, int picture_width) : height(picture_height), width(picture_width) {
    std::minstd_rand bits(7);
    pixels.resize(3u * static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
    for (std::uint8_t& value : pixels) value = static_cast<std::uint8_t>(bits() >> 16);
  }
  [[nodiscard]] fcn::ImageView view() const { return {pixels.data(), width, height, 3 * width}; }
};

const fcn::Model* the_model() {
  static const auto model =
      fcn::Model::from_graph(fcn::bench::RandomResNet18().build(1000), fcn::bench::imagenet_info(),
                             {.table = fcn::kernels::select_table().table, .limits = {}});
  return model ? &*model : nullptr;
}

void count(benchmark::State& state, const Noise& picture, int stride, std::size_t windows,
           std::uint64_t multiply_adds) {
  state.counters["pixels"] = static_cast<double>(picture.pixels.size() / 3);
  state.counters["stride"] = stride;
  state.counters["windows"] = static_cast<double>(windows);
  state.counters["multiply_adds"] = static_cast<double>(multiply_adds);
}

/// The map, whose stride is counted as 0.
void run_map(benchmark::State& state, const Noise& picture) {
  if (the_model() == nullptr) return state.SkipWithError("the model could not be packed");
  auto session = fcn::Session::create(*the_model(), {.threads = 1, .scores = fcn::ScoreKind::logits});
  if (!session) return state.SkipWithError(session.error().to_string().c_str());
  fcn::ScoreMap map;
  for (auto _ : state)
    if (const auto ran = session->run_into(picture.view(), map); !ran)
      return state.SkipWithError(ran.error().to_string().c_str());
  count(state, picture, 0, 1, session->plan()->multiply_adds());
}

void run_windows(benchmark::State& state, const Noise& picture, int stride) {
  if (the_model() == nullptr) return state.SkipWithError("the model could not be packed");
  const auto plan = fcn::Plan::create(*the_model(), {.height = picture.height, .width = picture.width});
  if (!plan) return state.SkipWithError(plan.error().to_string().c_str());
  const auto grid = fcn::tools::WindowGrid::create(plan->map_shape(), plan->geometry(), stride);
  std::vector<fcn::tools::WindowOrigin> origins;
  for (std::size_t i = 0; i < grid->size(); ++i) origins.push_back(grid->origin(i));
  fcn::ThreadPool pool(1);
  auto batch = fcn::tools::WindowBatch::create(*the_model(), pool,
                                               static_cast<int>(std::min(kSideBySide, origins.size())));
  if (!batch) return state.SkipWithError(batch.error().to_string().c_str());
  for (auto _ : state)
    for (std::size_t i = 0; i < origins.size(); i += kSideBySide)
      if (const auto ran =
              batch->run(picture.view(), {&origins[i], std::min(kSideBySide, origins.size() - i)});
          !ran)
        return state.SkipWithError(ran.error().to_string().c_str());
  count(state, picture, stride, grid->size(), batch->multiply_adds() * grid->size());
}

void register_all() {
  static const Noise pictures[] = {{224, 224}, {300, 400}, {387, 1024}, {725, 1920}};
  for (const Noise& picture : pictures) {
    const std::string size = std::to_string(picture.height) + "x" + std::to_string(picture.width);
    const auto add = [](const std::string& name, auto run) {
      benchmark::RegisterBenchmark(name.c_str(), run)->Unit(benchmark::kMillisecond)->UseRealTime();
    };
    add("map/" + size, [&picture](benchmark::State& state) { run_map(state, picture); });
    for (const int stride : {224, 128, 64, 32})
      add("windows/" + size + "/stride:" + std::to_string(stride),
          [&picture, stride](benchmark::State& state) { run_windows(state, picture, stride); });
  }
}

}  // namespace

int main(int argc, char** argv) {
  register_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
