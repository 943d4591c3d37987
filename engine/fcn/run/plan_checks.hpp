// SPDX-License-Identifier: MIT
// The options of a plan, and the checks that refuse impossible ones.
#pragma once

#include <vector>

#include "fcn/graph/graph.hpp"
#include "fcn/limits.hpp"
#include "fcn/model.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI {

struct PlanOptions {
  int height = 0;  ///< of the picture, pixels
  int width = 0;
  /// The rectangle whose cells are wanted, with the bits that they have in the whole picture's map; empty for
  /// all of it (graph/picture_part.hpp).
  PixelRect part = {};
  int images = 1;  ///< pictures of this size that run side by side
  int pool_stride =
      0;  ///< stride of the classifier's pool in cells of its feature map; 0 keeps the model's own (1)
  int output_stride = 0;  ///< pixels from one cell of that feature map to the next, a divisor of the
                          ///< network's own, by dilation (passes/dilate.hpp); 0 keeps the own
  int band_rows = 0;      ///< rows of a step, for every node; 0 lets the plan choose. Never changes bits.
  int step_pixels = 0;  ///< output pixels of a step, about, where the plan chooses; 0 for the fastest. Never
                        ///< changes bits.
  int threads = 1;      ///< workers that will run it: each has its own scratch. Never changes bits.
  bool keep_rows = false;  ///< every node makes its own rows, to be tapped: no max-pool computes the
                           ///< convolution before it. Never changes bits.
};

namespace detail {

Status check_plan_options(const Model& model, const PlanOptions& options);

/// Upsampling can make a map far larger than the picture: no side may be more than twice a picture's.
Status check_map_sizes(const Graph& graph, const std::vector<Shape>& shapes, const Limits& limits);

/// Dilates the graph for a picture of this size.
Status set_output_stride(Graph& graph, int output_stride, Extent picture, const Limits& limits);

}  // namespace detail

/// Sets the stride of the classifier's pool.
Status set_pool_stride(Graph& graph, const std::string& pool_name, int stride);

/// Of an op with an output of this shape, by direct convolution.
std::uint64_t multiply_adds(const Op& op, const Shape& out);

}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/run/plan_checks_inl.hpp"
#endif
