// SPDX-License-Identifier: MIT
// Whole networks: a random-weight 1000-class ResNet-18 and MobileNet V2 from 8-bit pixels to logits, for
// every arch this CPU can run, at several sizes and thread counts. Not here: single kernels (bench_kernels)
// and other engines (peers/).
#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/mobilenet_v2.hpp"
#include "bench/resnet18.hpp"
#include "fcn/kernels/select.hpp"
#include "fcn/run/plan.hpp"
#include "fcn/session.hpp"

namespace {

struct Size {
  int height, width;
};

std::vector<std::uint8_t> noise(const Size& size) {
  std::minstd_rand bits(7);
  std::vector<std::uint8_t> pixels(3u * static_cast<std::size_t>(size.height) *
                                   static_cast<std::size_t>(size.width));
  for (std::uint8_t& value : pixels) value = static_cast<std::uint8_t>(bits() >> 16);
  return pixels;
}

struct Network {
  const char* name;
  fcn::Graph (*build)();
};
const Network kNetworks[] = {{"resnet18", [] { return fcn::bench::RandomResNet18().build(1000); }},
                             {"mobilenet_v2", [] { return fcn::bench::RandomMobileNetV2().build(1000); }}};

/// Packed for the last network and arch that asked: one model in memory, not one an arch.
const fcn::Model* model_for(const Network& network, const fcn::kernels::KernelTable& table) {
  static std::unique_ptr<fcn::Model> model;
  if (model == nullptr || &model->table() != &table || model->info().name != network.name) {
    model.reset();
    fcn::ModelInfo info = fcn::bench::imagenet_info();
    info.name = network.name;
    auto packed = fcn::Model::from_graph(network.build(), info, {.table = &table, .limits = {}});
    if (packed) model = std::make_unique<fcn::Model>(*std::move(packed));
  }
  return model.get();
}

void run_network(benchmark::State& state, const Network& network, const fcn::kernels::KernelTable& table,
                 Size size, int threads) {
  const fcn::Model* model = model_for(network, table);
  if (model == nullptr) return state.SkipWithError("the model could not be packed");
  auto session = fcn::Session::create(*model, {.threads = threads, .scores = fcn::ScoreKind::logits});
  if (!session) return state.SkipWithError(session.error().to_string().c_str());
  const std::vector<std::uint8_t> pixels = noise(size);
  fcn::ScoreMap map;
  for (auto _ : state)
    if (const auto ok = session->run_into({pixels.data(), size.width, size.height, 3 * size.width}, map); !ok)
      return state.SkipWithError(ok.error().to_string().c_str());
  state.counters["multiply_adds"] = benchmark::Counter(static_cast<double>(session->plan()->multiply_adds()),
                                                       benchmark::Counter::kIsIterationInvariantRate);
}

void register_sizes(const Network& network, const fcn::kernels::KernelTable& table) {
  const std::array<Size, 3> sizes = {{{224, 224}, {387, 1024}, {725, 1920}}};
  const std::string arch = table.arch;
  for (const Size size : sizes)
    for (const int threads : {1, 2}) {
      if (arch == "reference" && size.height != 224) continue;  // minutes a run
      const std::string name = std::string(network.name) + "/" + arch + "/" + std::to_string(size.height) +
                               "x" + std::to_string(size.width) + "/threads:" + std::to_string(threads);
      benchmark::RegisterBenchmark(name.c_str(),
                                   [=, &network, &table](benchmark::State& state) {
                                     run_network(state, network, table, size, threads);
                                   })
          ->Unit(benchmark::kMillisecond)
          ->MeasureProcessCPUTime()
          ->UseRealTime();
    }
}

void register_all() {
  for (const Network& network : kNetworks)
    for (const fcn::kernels::KernelTable* table : fcn::kernels::supported_tables())
      register_sizes(network, *table);
}

}  // namespace

int main(int argc, char** argv) {
  register_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
