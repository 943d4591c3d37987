// SPDX-License-Identifier: MIT
// Static division of a band's work among workers. Which worker computes what depends on counts alone, and no
// result depends on it.
#pragma once

#include <algorithm>
#include <cstddef>

#include "fcn/base/checked.hpp"
#include "fcn/kernels/kernel_table.hpp"

namespace fcn::inline FCN_ABI {

/// Part `part` of `parts` nearly equal parts of 0 .. count - 1, each but the last a multiple of `grain` long.
inline kernels::Range split(std::ptrdiff_t count, std::ptrdiff_t grain, int part, int parts) {
  const std::ptrdiff_t grains = ceil_div(count, grain);
  return {std::min(count, grains * part / parts * grain),
          std::min(count, grains * (part + 1) / parts * grain)};
}

/// How many ways a convolution is cut along its pixels and along its panels of output channels; pixels *
/// panels = workers.
struct ConvCuts {
  int pixels = 1;
  int panels = 1;
};

/// The cut whose largest piece is smallest, so that a 7 x 7 map still feeds all workers. Among equals, cut
/// along the panels if weights outweigh the pixels read (each worker then reads only its own weights). Else
/// along the pixels, even if the largest piece is a sixteenth larger, as of an odd number of tiles: each
/// worker then reads and transforms only its own pixels.
inline ConvCuts cut_conv(std::ptrdiff_t tiles, std::ptrdiff_t panels, int workers, bool weights_outweigh) {
  ConvCuts best;
  std::ptrdiff_t best_piece = 0;
  for (int along_panels = 1; along_panels <= workers; ++along_panels) {
    if (workers % along_panels != 0) continue;
    const ConvCuts cuts{workers / along_panels, along_panels};
    const std::ptrdiff_t piece =
        ceil_div<std::ptrdiff_t>(tiles, cuts.pixels) * ceil_div<std::ptrdiff_t>(panels, along_panels);
    const bool better = weights_outweigh ? piece <= best_piece : piece + piece / 16 < best_piece;
    if (along_panels == 1 || better) {
      best = cuts;
      best_piece = piece;
    }
  }
  return best;
}

/// Whether a convolution's weights are more floats than the pixels its band reads.
inline bool weights_outweigh(const kernels::ConvBand& band) {
  const kernels::ConvShape& shape = band.shape;
  const std::ptrdiff_t pixels =
      std::ptrdiff_t{band.out_rows} * band.images * band.out_width * shape.stride_y * shape.stride_x;
  return pixels * shape.groups < std::ptrdiff_t{shape.out_channels} * shape.kernel_h * shape.kernel_w;
}

}  // namespace fcn::inline FCN_ABI
