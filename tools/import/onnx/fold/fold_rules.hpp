// SPDX-License-Identifier: MIT
// The tables of fold_constants.cpp: one family of operators a file (fold_*.cpp), each a small
// function from known inputs to known outputs. Reals are computed in double and kept as float32, integers are
// exact.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "tools/import/onnx/file/opset_range.hpp"
#include "tools/import/onnx/fold/fold_constants.hpp"

namespace fcn::tools {

using Folded = std::vector<KnownTensor>;

struct FoldRule {
  std::string_view type;
  Folded (*fold)(const NodeCall&, FoldBudget&);
  OpsetRange opsets = {};
};

std::span<const FoldRule> shape_folds();        // fold_shapes.cpp: constants, shapes, elements moved
std::span<const FoldRule> gather_folds();       // fold_gathers.cpp: elements picked and placed
std::span<const FoldRule> pattern_folds();      // fold_patterns.cpp: ranges, diagonals, triangles
std::span<const FoldRule> elementwise_folds();  // fold_elementwise.cpp: functions of single values
std::span<const FoldRule> pairwise_folds();     // fold_pairwise.cpp: functions of two values, comparisons
std::span<const FoldRule> reduction_folds();    // fold_reductions.cpp: sums, means, extremes along axes
std::span<const FoldRule> norm_folds();         // fold_norms.cpp: normalisations, softmax
std::span<const FoldRule> product_folds();      // fold_products.cpp: matrices and convolutions
std::span<const FoldRule> quantised_folds();    // fold_quantised.cpp: between integers and reals

/// The values of a tensor of either kind.
std::vector<double> doubles_of(const KnownTensor& tensor);
/// A tensor of reals, each rounded once.
KnownTensor real_tensor(Dims dims, const std::vector<double>& values);
KnownTensor integer_tensor(Dims dims, std::vector<std::int64_t> values);
/// An element of input i, which has only one.
double single_value(const NodeCall& call, std::size_t i);

/// A tensor seen along some of its axes: `outer` blocks of `size` elements that lie `inner` apart.
struct AlongAxis {
  std::size_t outer = 1, size = 1, inner = 1;
};
AlongAxis along(const Dims& dims, std::size_t axis);

}  // namespace fcn::tools
