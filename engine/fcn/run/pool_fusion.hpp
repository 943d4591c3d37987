// SPDX-License-Identifier: MIT
// Which max-pools compute the convolution they read themselves, so that its map, often the largest of the
// network, is never stored. The Plan decides, and no bit depends on it; the kernel is conv_max_pool.
#pragma once

#include <optional>

#include "fcn/graph/conv_algorithm.hpp"
#include "fcn/graph/graph.hpp"
#include "fcn/graph/window.hpp"

namespace fcn::inline FCN_ABI {

/// Whether the kernel supports this pool.
bool fusible_pool(const MaxPool& pool);

/// The convolution that max-pool `id` may compute itself: one that ends in a relu and that nothing else
/// reads. `readers`: Graph::consumer_counts().
std::optional<NodeId> fusible_conv(const Graph& graph, NodeId id, const std::vector<int>& readers,
                                   const std::vector<ConvAlgorithm>& algorithms);

/// The window that a convolution and the pool behind it slide over the convolution's input together.
Window composed_window(const Window& conv, const Window& pool);

}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/run/pool_fusion_inl.hpp"
#endif
