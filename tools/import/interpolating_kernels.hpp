// SPDX-License-Identifier: MIT
// Transposed convolutions that interpolate: each channel by itself, with the kernel of linear interpolation
// that fully convolutional networks start from. Zeros around the map are part of the interpolation, because a
// transposed convolution has nothing beyond its input. Not here: other kernels
// (transposed_convolution.hpp), and upsampling without a file (bilinear_upsampling.hpp).
#pragma once

#include <optional>
#include <vector>

#include "fcn/graph/ops.hpp"
#include "tools/import/transposed_convolution.hpp"

namespace fcn::tools {

/// The ops that take its place, in order.
struct KernelInterpolation {
  Pad around;
  Resize resize;
  Pad crop;
  std::optional<BatchNorm> bias;
};

/// `turned`: the convolution that does the same to a map with stride - 1 zeros between pixels. Nothing if its
/// kernels are not those of interpolation by the stride, up to the rounding with which they are computed.
std::optional<KernelInterpolation> interpolation_by(const Conv& turned, Extent stride,
                                                    const TransposedCut& cut);

}  // namespace fcn::tools
