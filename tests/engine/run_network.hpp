// SPDX-License-Identifier: MIT
// Runs a graph through Model, Plan and Executor and returns one node's whole output. The fatal checks are
// Catch's.
#pragma once

#include <bit>
#include <catch2/catch.hpp>
#include <optional>
#include <span>
#include <vector>

#include "engine/executor.hpp"
#include "kernels/dispatch/select.hpp"
#include "tests/engine/random_network.hpp"

namespace fcn::test {

struct RunOptions {
  const kernels::KernelTable* table = nullptr;
  int threads = 1;
  int band_rows = 0;
  AlgorithmChoice algorithm = AlgorithmChoice::automatic;
  std::optional<NodeId> node = std::nullopt;  ///< the output if not set
};

inline Tensor run_network(const Graph& graph, const ModelInfo& info, std::span<const Picture> pictures,
                          const RunOptions& options) {
  auto model =
      Model::from_graph(graph, info, {.table = options.table, .limits = {}, .algorithm = options.algorithm});
  REQUIRE(model);
  auto plan = Plan::create(*model, {.height = pictures[0].height,
                                    .width = pictures[0].width,
                                    .images = static_cast<int>(pictures.size()),
                                    .band_rows = options.band_rows,
                                    .threads = options.threads});
  if (!plan) FAIL(plan.error().to_string());
  const NodeId node = options.node.value_or(graph.output);
  auto tensor = Tensor::create(static_cast<int>(pictures.size()), plan->node(node).shape);
  REQUIRE(tensor);
  TensorSink sink(*std::move(tensor));
  ThreadPool pool(options.threads);
  auto executor = Executor::create(*model, *std::move(plan), pool);
  REQUIRE(executor);
  std::vector<ImageView> views;
  for (const Picture& picture : pictures) views.push_back(picture.view());
  const Tap tap{node, &sink};
  REQUIRE(executor->run(views, {&tap, 1}));
  // Once more over the same rings: nothing of the first run may be left in the second.
  REQUIRE(executor->run(views, {&tap, 1}));
  return std::move(sink).release();
}

inline bool same_bits(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && a.images() == b.images() &&
         std::equal(a.data(), a.data() + a.size(), b.data(), [](float x, float y) {
           return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
         });
}

}  // namespace fcn::test
