// SPDX-License-Identifier: MIT
// A transposed convolution with a stride as a dense one of more channels, one for each place within a stride,
// whose channels then become pixels: no zeros are put between pixels, and none multiplied. Not here: how an
// importer finds its sizes and paddings.
#pragma once

#include <optional>
#include <vector>

#include "fcn/graph/ops.hpp"

namespace fcn::tools {

/// Rows and columns that are cut off a transposed convolution's full result of (size - 1) * stride + span, at
/// least 0 before; a negative cut after adds such.
struct TransposedCut {
  int top = 0;
  int left = 0;
  int bottom = 0;
  int right = 0;
};

/// The ops that take its place, in order. SelectChannels is for groups only, Pad where something is cut.
struct TransposedPhases {
  Conv conv;
  std::optional<SelectChannels> order;
  DepthToSpace spread;
  std::optional<Pad> crop;
};

/// The weights of a transposed convolution, [in][out / groups][taps], read backwards and with channels
/// exchanged: those of the plain convolution that does the same to a map with zeros between pixels.
std::vector<float> turned_weights(const std::vector<float>& weights, int inputs, int group_outputs, int taps,
                                  int groups);

/// `turned`: the convolution that does the same to a map with stride - 1 zeros between pixels. Nothing if
/// that has too few taps, or there would be too many channels, for this to be worth it.
std::optional<TransposedPhases> transposed_phases(const Conv& turned, Extent stride,
                                                  const TransposedCut& cut);

}  // namespace fcn::tools
