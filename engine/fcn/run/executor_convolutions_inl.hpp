// SPDX-License-Identifier: MIT
// How the Executor makes rows of convolutions, by the algorithm that the layer has. Included by
// executor_inl.hpp.
#pragma once

#include <algorithm>
#include <cstddef>

#include "fcn/run/executor.hpp"
#include "fcn/run/phases.hpp"

namespace fcn::inline FCN_ABI {

namespace detail {

/// Multiply-adds of a pixel or tile for which each pair of channels takes so many products.
FCN_INLINE double unit_adds(const kernels::ConvShape& shape, int products) {
  return static_cast<double>(shape.in_channels / shape.groups) * shape.out_channels * products;
}

/// How much of a convolution runs between two looks at the caller's flag.
struct ConvPiece {
  std::ptrdiff_t grains = 0;
  std::ptrdiff_t panels = 0;
};

/// About 100 million multiply-adds, of which a grain of units takes `of_grain` for all panels: some
/// milliseconds. Each piece reads the weights of its panels again, or transforms its pixels again: whichever
/// is less.
FCN_INLINE ConvPiece cancellable_piece(const kernels::ConvBand& band, std::ptrdiff_t grains,
                                       std::ptrdiff_t panels, double of_grain) {
  constexpr double kMultiplyAdds = 1e8;
  const auto part = [](double wanted, std::ptrdiff_t all) {
    return wanted < static_cast<double>(all)
               ? std::max<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(wanted), 1)
               : all;
  };
  const double of_block = of_grain / static_cast<double>(panels);  // a grain of units and one panel
  ConvPiece piece{grains, panels};
  if (weights_outweigh(band)) {
    piece.panels = part(kMultiplyAdds / (of_block * static_cast<double>(grains)), panels);
    piece.grains = part(kMultiplyAdds / (of_block * static_cast<double>(piece.panels)), grains);
  } else {
    piece.grains = part(kMultiplyAdds / of_grain, grains);
    piece.panels = part(kMultiplyAdds / (of_block * static_cast<double>(piece.grains)), panels);
  }
  return piece;
}

}  // namespace detail

FCN_INLINE void Executor::convolve(const RowStep& step, const Conv& op) {
  const NodePlan& out = node(step.node);
  kernels::ConvBand band;
  band.shape = conv_shape(plan_.graph().nodes[step.node].op);
  band.weights = model_->packed(step.node).data();
  band.relu = op.relu;
  band.ceiling = op.ceiling;
  if (!out.tiled()) return convolve_directly(step, op, band);
  band.shape = phase_shape(out, band.shape);
  for (const ColumnPhases& phases : column_phases(out.shape.width, out.phases().x))
    if (phases.count > 0) convolve_tiles(step, op, phases, band);
}

FCN_INLINE void Executor::convolve_directly(const RowStep& step, const Conv& op, kernels::ConvBand band) {
  const NodePlan& out = node(step.node);
  band.images = plan_.options().images;
  band.out_rows = step.end - step.begin;
  band.out_width = out.shape.width;
  band.in = rows_.window(rings_, out, input(step.node, 0), step, true);
  if (op.residual) band.residual = rows_.same_aside(rings_, input(step.node, 1), step);
  band.out = rows_.output(rings_, out, step);
  share_convolution(
      band, pixel_count(step), table().conv_mr, table().conv_panels(band.shape),
      detail::unit_adds(band.shape, band.shape.kernel_h * band.shape.kernel_w),
      [&](int, kernels::Range pixels, kernels::Range panels) { table().conv(band, pixels, panels); });
}

/// By Winograd, some column phases of the step's rows.
FCN_INLINE void Executor::convolve_tiles(const RowStep& step, const Conv& op, const ColumnPhases& phases,
                                         kernels::ConvBand band) {
  const NodePlan& out = node(step.node);
  const Extent tile = out.tile();
  const int images = plan_.options().images;
  std::ptrdiff_t tile_rows = 0;
  for_each_tile_row(out, images, step, [&](int, int) { ++tile_rows; });
  band.images = phases.count;
  band.out_rows = static_cast<int>(tile_rows) * tile.y;
  band.out_width = phases.width;
  band.in = rows_.tile_window(rings_, out, input(step.node, 0), images, step, phases.first);
  if (op.residual)
    band.residual = rows_.tile_residual(rings_, out, input(step.node, 1), images, step, phases.first);
  band.out = rows_.tile_output(rings_, out, images, step, phases.first);
  share_convolution(band, tile_rows * phases.count * ceil_div(phases.width, tile.x), 1,
                    table().winograd_panels(band.shape, out.algorithm),
                    detail::unit_adds(band.shape, out.tile_taps() * out.tile_taps()),
                    [&](int worker, kernels::Range tiles, kernels::Range panels) {
                      table().winograd(band, out.algorithm, tiles, panels, rings_.scratch(worker));
                    });
}

/// work(worker, units, panels) on every worker that gets a share of the band's pixels or tiles.
template <class Work>
void Executor::share_convolution(const kernels::ConvBand& band, std::ptrdiff_t units, std::ptrdiff_t grain,
                                 std::ptrdiff_t panels, double unit_adds, const Work& work) {
  const ConvCuts cuts = cut_conv(ceil_div(units, grain), panels, pool_->size(), weights_outweigh(band));
  pool_->run([&](int worker) {
    const kernels::Range mine = split(units, grain, worker % cuts.pixels, cuts.pixels);
    const kernels::Range my_panels = split(panels, 1, worker / cuts.pixels, cuts.panels);
    if (mine.begin == mine.end || my_panels.begin == my_panels.end) return;
    if (hooks_.cancel == nullptr) return work(worker, mine, my_panels);
    const detail::ConvPiece piece = detail::cancellable_piece(
        band, ceil_div(mine.end - mine.begin, grain), my_panels.end - my_panels.begin,
        unit_adds * static_cast<double>(grain) * static_cast<double>(my_panels.end - my_panels.begin) /
            static_cast<double>(panels));
    for (std::ptrdiff_t unit = mine.begin; unit < mine.end; unit += piece.grains * grain)
      for (std::ptrdiff_t panel = my_panels.begin; panel < my_panels.end; panel += piece.panels) {
        if (hooks_.cancelled()) return;
        work(worker, {unit, std::min(unit + piece.grains * grain, mine.end)},
             {panel, std::min(panel + piece.panels, my_panels.end)});
      }
  });
}

}  // namespace fcn::inline FCN_ABI
