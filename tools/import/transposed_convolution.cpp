// SPDX-License-Identifier: MIT
// Row y = q * stride + phase of the full result is the sum over taps k = (phase + t * stride) / dilation of
// input row q - t: for each phase a convolution of its own, with t from 0 on, all of one size if zeros
// replace missing taps.
#include "tools/import/transposed_convolution.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "fcn/base/checked.hpp"

namespace fcn::tools {
namespace {

constexpr std::int64_t kMostChannels = 1 << 20;
constexpr std::int64_t kMostZeros = 4;  // times the taps that there are

/// Along one axis.
struct Axis {
  int kernel;
  int dilation;
  int stride;
  int before;
  int after;

  [[nodiscard]] int span() const { return (kernel - 1) * dilation + 1; }
  /// Taps of each phase.
  [[nodiscard]] int taps() const { return (span() - 1) / stride + 1; }
  /// Rows that the phases have more than the input.
  [[nodiscard]] int more() const { return std::max(0, ceil_div(span() - after, stride) - 1); }
  /// What their rows, spread, have more than is wanted at the end.
  [[nodiscard]] int surplus() const { return (more() + 1) * stride - span() + after; }
  /// Of the turned kernel the tap that stands at `place` of a phase, or -1 for a zero.
  [[nodiscard]] int tap(int phase, int place) const {
    const int reach = phase + (taps() - 1 - place) * stride;
    return reach % dilation == 0 && reach / dilation < kernel ? kernel - 1 - reach / dilation : -1;
  }
};

/// The weights and biases of all phases; output channels are numbered group by group, phase by phase.
void fill_phases(const Conv& turned, const Axis& y, const Axis& x, Conv& conv) {
  const auto inputs = static_cast<std::size_t>(turned.in_channels / turned.groups);
  const auto outputs = static_cast<std::size_t>(turned.out_channels / turned.groups);
  const auto kernel_x = static_cast<std::size_t>(x.kernel);
  const std::size_t area = static_cast<std::size_t>(y.kernel) * kernel_x;
  for (std::size_t group = 0; group < static_cast<std::size_t>(turned.groups); ++group)
    for (int phase_y = 0; phase_y < y.stride; ++phase_y)
      for (int phase_x = 0; phase_x < x.stride; ++phase_x)
        for (std::size_t o = group * outputs; o < (group + 1) * outputs; ++o) {
          if (!turned.bias.empty()) conv.bias.push_back(turned.bias[o]);
          for (std::size_t i = 0; i < inputs; ++i)
            for (int row = 0; row < y.taps(); ++row)
              for (int column = 0; column < x.taps(); ++column) {
                const int ky = y.tap(phase_y, row), kx = x.tap(phase_x, column);
                const bool there = ky >= 0 && kx >= 0;
                conv.weights.push_back(
                    !there
                        ? 0.0f
                        : turned.weights[(o * inputs + i) * area + static_cast<std::size_t>(ky) * kernel_x +
                                         static_cast<std::size_t>(kx)]);
              }
        }
}

/// From group by group, phase by phase, to phase by phase, group by group.
SelectChannels phases_first(int groups, int phases, int outputs) {
  SelectChannels order;
  for (int phase = 0; phase < phases; ++phase)
    for (int group = 0; group < groups; ++group)
      for (int o = 0; o < outputs; ++o) order.channels.push_back((group * phases + phase) * outputs + o);
  return order;
}

}  // namespace

std::vector<float> turned_weights(const std::vector<float>& weights, int inputs, int group_outputs, int taps,
                                  int groups) {
  const auto size = [](int value) { return static_cast<std::size_t>(value); };
  const std::size_t group_inputs = size(inputs / groups), outputs = size(group_outputs), area = size(taps);
  std::vector<float> turned(weights.size());
  for (std::size_t group = 0; group < size(groups); ++group)
    for (std::size_t o = 0; o < outputs; ++o)
      for (std::size_t i = 0; i < group_inputs; ++i) {
        const float* from = weights.data() + ((group * group_inputs + i) * outputs + o) * area;
        std::reverse_copy(from, from + area,
                          turned.data() + ((group * outputs + o) * group_inputs + i) * area);
      }
  return turned;
}

std::optional<TransposedPhases> transposed_phases(const Conv& turned, Extent stride,
                                                  const TransposedCut& cut) {
  const Axis y{turned.kernel.y, turned.dilation.y, stride.y, cut.top, cut.bottom};
  const Axis x{turned.kernel.x, turned.dilation.x, stride.x, cut.left, cut.right};
  const std::int64_t phases = std::int64_t{stride.y} * stride.x;
  const std::int64_t taps = std::int64_t{y.taps()} * x.taps() * phases;
  if (phases * turned.out_channels > kMostChannels ||
      taps > kMostZeros * std::int64_t{turned.kernel.y} * turned.kernel.x)
    return std::nullopt;
  TransposedPhases made;
  Conv& conv = made.conv;
  conv.in_channels = turned.in_channels;
  conv.out_channels = turned.out_channels * static_cast<int>(phases);
  conv.groups = turned.groups;
  conv.kernel = {y.taps(), x.taps()};
  conv.pad = {y.taps() - 1, x.taps() - 1, y.more(), x.more()};
  fill_phases(turned, y, x, conv);
  if (turned.groups > 1)
    made.order = phases_first(turned.groups, static_cast<int>(phases), turned.out_channels / turned.groups);
  made.spread.block = stride;
  const Padding crop{-cut.top, -cut.left, -y.surplus(), -x.surplus()};
  if (crop != Padding{}) made.crop = Pad{.mode = PadMode::constant, .pad = crop, .value = 0};
  return made;
}

}  // namespace fcn::tools
