// SPDX-License-Identifier: MIT
// Turns a classifier into a fully convolutional network. On an image of the training window the result is the
// classifier's; on a larger one it is what the classifier would say at every place, computed at once:
//   global pool                -> pool of the training window's feature map, stride 1
//   flatten C x H x W, linear  -> H x W convolution (a row of linear weights is laid out as c, y, x, exactly
//                                 as a convolution's kernel, so the numbers stay where they are)
//   linear on 1 x 1            -> 1 x 1 convolution; chains of them likewise
// Pools that lead back into the map (squeeze-and-excite) stay global: they weigh the whole picture.
// A head that mixes places in another way is refused with the node's name.
#pragma once

#include <vector>

#include "fcn/graph/graph.hpp"
#include "fcn/model_info.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI::passes {

/// One thing that the conversion did: what it found at a node, and what it made of it.
struct HeadChange {
  std::string node;
  std::string found;
  std::string made;
};

/// Converts `graph`, trained on info.window, names the pool in info.classifier_pool and sets
/// info.size_multiple. Appends what it did to `changes`.
Status to_fcn(Graph& graph, ModelInfo& info, std::vector<HeadChange>* changes = nullptr);

}  // namespace fcn::inline FCN_ABI::passes

#ifndef FCN_COMPILED
#include "fcn/passes/to_fcn_inl.hpp"
#endif
