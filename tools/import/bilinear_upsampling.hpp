// SPDX-License-Identifier: MIT
// Upsampling by bilinear kernels, as FCNs begin it: the transposed convolution of each channel by itself with
// a kernel of 2 s x 2 s taps, stride s and a padding of s / 2, as the interpolation that it is.
// Source: Long, Shelhamer, Darrell: "Fully Convolutional Networks for Semantic Segmentation", CVPR 2015,
// and "Dive into Deep Learning", section 14.11, whose bilinear_kernel() this equals.
#pragma once

#include <string>

#include "fcn/graph/graph.hpp"

namespace fcn::tools {

/// Appends nodes that enlarge `map` by `stride`, an even number, and returns the last of them. Their names
/// begin with `name`. Rows and columns beyond the map count as zeros, as in a transposed convolution: within
/// half a stride of its edges the result fades towards them. Of an axis along which `skip` is not 0 that many
/// pixels, fewer than `stride`, are left out at the front, and up to `stride` more that fade out are kept at
/// the end.
NodeId append_bilinear_upsampling(Graph& graph, const std::string& name, NodeId map, int stride,
                                  Extent skip = {0, 0});

}  // namespace fcn::tools
