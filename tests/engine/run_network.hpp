// SPDX-License-Identifier: MIT
// Runs a graph through Model, Plan and Executor and returns whole outputs. The fatal checks are Catch's.
#pragma once

#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "fcn/kernels/select.hpp"
#include "fcn/run/executor.hpp"
#include "tests/engine/random_network.hpp"

namespace fcn::test {

struct RunOptions {
  const kernels::KernelTable* table = nullptr;
  int threads = 1;
  int band_rows = 0;
  AlgorithmChoice algorithm = AlgorithmChoice::automatic;
  bool keep_rows = false;
  int output_stride = 0;
};

/// The outputs of these nodes, in the same order.
inline std::vector<Tensor> run_nodes(const Graph& graph, const ModelInfo& info,
                                     std::span<const Picture> pictures, const RunOptions& options,
                                     std::span<const NodeId> nodes) {
  auto model =
      Model::from_graph(graph, info, {.table = options.table, .limits = {}, .algorithm = options.algorithm});
  REQUIRE(model);
  auto plan = Plan::create(*model, {.height = pictures[0].height,
                                    .width = pictures[0].width,
                                    .images = static_cast<int>(pictures.size()),
                                    .output_stride = options.output_stride,
                                    .band_rows = options.band_rows,
                                    .threads = options.threads,
                                    .keep_rows = options.keep_rows});
  if (!plan) FAIL(plan.error().to_string());
  std::vector<TensorSink> sinks;
  for (const NodeId node : nodes) {
    auto tensor = Tensor::create(static_cast<int>(pictures.size()), plan->node(node).shape);
    REQUIRE(tensor);
    sinks.emplace_back(*std::move(tensor));
  }
  std::vector<Tap> taps;
  for (std::size_t i = 0; i < nodes.size(); ++i) taps.push_back({nodes[i], &sinks[i]});
  std::vector<ImageView> views;
  for (const Picture& picture : pictures) views.push_back(picture.view());

  ThreadPool pool(options.threads);
  auto executor = Executor::create(*model, *std::move(plan), pool);
  REQUIRE(executor);
  REQUIRE(executor->run(views, taps));
  // Once more over the same rings: nothing of the first run may be left in the second.
  REQUIRE(executor->run(views, taps));
  std::vector<Tensor> tensors;
  for (TensorSink& sink : sinks) tensors.push_back(std::move(sink).release());
  return tensors;
}

/// The network's output.
inline Tensor run_network(const Graph& graph, const ModelInfo& info, std::span<const Picture> pictures,
                          const RunOptions& options) {
  return std::move(run_nodes(graph, info, pictures, options, {&graph.output, 1}).front());
}

inline bool same_bits(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && a.images() == b.images() &&
         std::equal(a.data(), a.data() + a.size(), b.data(), [](float x, float y) {
           return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
         });
}

}  // namespace fcn::test
