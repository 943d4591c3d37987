// SPDX-License-Identifier: MIT
// Makes a network that labels pixels of a classifier, by the heads of "Fully Convolutional Networks for
// Semantic Segmentation" (Long, Shelhamer, Darrell, CVPR 2015): its scores at every place of the last map,
// enlarged to the picture's size in one step, or in two or three with scores of finer maps added between.
// Not here: networks that were trained with such a head (tools/import).
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "fcn/graph/ops.hpp"
#include "fcn/result.hpp"
#include "tools/import/imported_network.hpp"

namespace fcn::tools {

/// Named after the stride of the finest map that the head reads, where the network's own is 32.
enum class PixelHead { fcn32s, fcn16s, fcn8s };

struct PixelHeadRequest {
  PixelHead kind = PixelHead::fcn32s;
  /// A new scoring layer of so many classes, still to be trained, in place of the classifier's last layer;
  /// nothing to keep that.
  std::optional<int> classes;
};

/// Replaces the classifier's head. The pool is left out, so that each place is scored by itself: where one
/// linear layer follows the pool, the mean of these scores over the training window's map is the
/// classifier's logits. A linear layer on a flattened map becomes a convolution whose map keeps its size, by
/// zeros around it. A new scoring layer gets Glorot's uniform weights, the same ones each time; those of
/// finer maps are zero, as in the paper. All upsampling is bilinear, with the paddings of "Dive into Deep
/// Learning" (half a stride); the scores of the classifier's own last layer are moved to where they look.
/// An Error where the network has no such head or no maps of the strides that are needed.
Status build_pixel_head(ImportedNetwork& network, Extent window, const PixelHeadRequest& request);

}  // namespace fcn::tools

template <>
inline constexpr std::array<std::string_view, 3> fcn::kind_names<fcn::tools::PixelHead>{"fcn32s", "fcn16s",
                                                                                        "fcn8s"};
