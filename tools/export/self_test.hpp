// SPDX-License-Identifier: MIT
// The small picture and its logits that a model file carries (SelfTest, model_info.hpp): making them,
// replaying them, and running a graph on a picture for the proof that a conversion kept the classifier's
// answers.
#pragma once

#include <cstddef>
#include <vector>

#include "fcn/graph/graph.hpp"
#include "fcn/kernels/kernel_table.hpp"
#include "fcn/model.hpp"
#include "fcn/model_info.hpp"
#include "fcn/result.hpp"

namespace fcn::tools {

/// How two runs compare.
struct Comparison {
  std::size_t values = 0;
  double largest_difference = 0;
  double scale = 1;        ///< the larger of 1 and the largest magnitude among the expected values
  bool identical = false;  ///< bit for bit
};

/// Compares logits; an Error if their counts differ or one is not finite.
Result<Comparison> compare(const std::vector<float>& expected, const std::vector<float>& found);

/// A picture of noise in blocks, from a fixed seed, without logits.
SelfTest make_picture(int height, int width, int channels);

/// The logits of a model on such a picture: classes x rows x cols.
Result<std::vector<float>> run_picture(const Model& model, const SelfTest& picture);

/// The same for a graph with its weights, which are copied.
Result<std::vector<float>> run_picture(const Graph& graph, const ModelInfo& info, const SelfTest& picture,
                                       const kernels::KernelTable& table);

/// Those of `logits`, of all places, that a self-test on such a picture holds.
std::vector<float> kept_logits(std::vector<float> logits, const SelfTest& picture, ModelKind kind);

/// A self-test of a converted network: a picture a little wider than its window, of a size that it accepts,
/// so that the map has more than one cell (small, if it labels pixels), and the logits of the model's
/// kernels.
Result<SelfTest> make_self_test(const Model& model);

/// Largest relative error by which rounding can separate two runs of a graph whose layers pass errors on
/// without amplifying them: each of a layer's k products and sums rounds by 2^-24 at most, in either run.
double rounding_bound(const Graph& graph);

}  // namespace fcn::tools
