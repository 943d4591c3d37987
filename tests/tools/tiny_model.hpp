// SPDX-License-Identifier: MIT
// A model file of a few hundred bytes that tells red from blue, so that fcn-infer can be tested from the
// outside in milliseconds and without the shipped weights.
#pragma once

#include <string>

#include "fcn/graph/graph.hpp"
#include "fcn/model_info.hpp"
#include "tools/export/model_writer.hpp"

namespace fcn::tools::test {

inline ModelInfo tiny_info(const std::string& name) {
  ModelInfo info;
  info.name = name;
  info.labels = {"nothing", "red", "blue"};
  info.background = 0;
  info.mean = {0, 0, 0};
  info.std = {1, 1, 1};
  info.window = {8, 8};
  info.exporter = "test";
  return info;
}

/// Window 8: a 2 x 2 convolution of stride 2 averages each channel, a 4 x 4 pool, then the logits: 0 for
/// "nothing", 10 red - 5 for "red", 10 blue - 5 for "blue", channels in 0..1 less `mean_colour`.
inline Result<std::uint64_t> write_tiny_model(const std::string& path,
                                              const std::vector<float>& mean_colour = {0, 0, 0}) {
  Conv mean;
  mean.in_channels = mean.out_channels = 3;
  mean.kernel = mean.stride = {2, 2};
  for (int out = 0; out < 3; ++out)
    for (int in = 0; in < 3; ++in) mean.weights.insert(mean.weights.end(), 4, out == in ? 0.25F : 0.0F);
  AveragePool pool;
  pool.kernel = {4, 4};
  Conv classifier;
  classifier.in_channels = classifier.out_channels = 3;
  classifier.weights = {0, 0, 0, 10, 0, 0, 0, 0, 10};
  classifier.bias = {0, -5, -5};

  Graph graph;
  graph.append("input", Input{3}, {});
  graph.append("mean", mean, {0});
  graph.append("pool", pool, {1});
  graph.append("classifier", classifier, {2});
  ModelInfo info = tiny_info("tiny");
  info.mean = mean_colour;
  info.classifier_pool = "pool";
  return write_model(path, graph, info, WeightStorage::f32);
}

/// A network that labels pixels "nothing", "red" or "blue" by the means of 3 x 3 of them, zeros beyond the
/// picture: logits as those of the tiny model.
inline Result<std::uint64_t> write_tiny_pixel_model(const std::string& path) {
  Conv scores;
  scores.in_channels = scores.out_channels = 3;
  scores.kernel = {3, 3};
  scores.pad = {1, 1, 1, 1};
  for (int out = 0; out < 3; ++out)
    for (int in = 0; in < 3; ++in)
      scores.weights.insert(scores.weights.end(), 9, out > 0 && in == 2 * (out - 1) ? 10.0F / 9 : 0.0F);
  scores.bias = {0, -5, -5};
  Graph graph;
  graph.append("input", Input{3}, {});
  graph.append("scores", scores, {0});
  ModelInfo info = tiny_info("tiny-pixels");
  info.kind = ModelKind::pixels;
  return write_model(path, graph, info, WeightStorage::f32);
}

}  // namespace fcn::tools::test
