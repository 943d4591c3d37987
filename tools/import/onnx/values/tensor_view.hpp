// SPDX-License-Identifier: MIT
// How an ONNX tensor's axes lie on a feature map. ONNX reshapes and transposes freely; a feature map stays
// channels x height x width. So a tensor is kept as a map plus, for each of its axes, the pieces of the map's
// axes that it runs over, and reshapes and transposes only rearrange the pieces:
//
//   1 x 512 x 7 x 7                  []  [channel]  [row]  [column]
//   flattened, 1 x 25088             []  [channel row column]
//   a channel shuffle's inside       []  [channel / 256]  [channel % 256]  [row]  [column]
//
// Sizes are those on the training window. Not here: nodes of any graph (lowering.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "fcn/graph/ops.hpp"
#include "tools/import/onnx/file/known_tensor.hpp"

namespace fcn::tools {

/// An axis of the map, or none: a value repeated, as Expand does, which no map needs to hold.
enum class MapAxis : std::uint8_t { channel, row, column, none };

/// Part of an axis of the map: (index / stride) % size.
struct AxisPiece {
  MapAxis axis = MapAxis::channel;
  std::int64_t size = 1;
  std::int64_t stride = 1;
  friend bool operator==(const AxisPiece&, const AxisPiece&) = default;
};

/// One axis of the tensor: its pieces, the outermost first. None of size 1; empty for an axis of size 1.
using ViewAxis = std::vector<AxisPiece>;

std::int64_t axis_size(const ViewAxis& axis);

class TensorView {
 public:
  TensorView() = default;
  explicit TensorView(std::vector<ViewAxis> axes);

  /// The four axes images, channels, rows, columns of one map.
  static TensorView of_map(const Shape& shape);
  /// A tensor of these dimensions whose axis i lies on `places[i]`; axes on the same place lie one inside the
  /// other, the first outermost.
  static TensorView placed(const Dims& dims, const std::vector<MapAxis>& places);

  [[nodiscard]] std::size_t rank() const { return axes_.size(); }
  [[nodiscard]] const ViewAxis& axis(std::size_t i) const { return axes_[i]; }
  [[nodiscard]] Dims dims() const;

  /// The same elements in other dimensions; nothing if that would cut a piece at an uneven place.
  [[nodiscard]] std::optional<TensorView> reshaped(const Dims& dims) const;
  /// Axis i is axis order[i] of this one; `order` is a permutation.
  [[nodiscard]] TensorView transposed(std::span<const std::size_t> order) const;
  /// With axis i replaced.
  [[nodiscard]] TensorView with_axis(std::size_t i, ViewAxis axis) const;

  /// Whether the axes are images (1), channels, rows and columns, as convolutions need them.
  [[nodiscard]] bool is_map(const Shape& shape) const;
  /// Whether axis i runs over nothing but channels (an axis of size 1 does).
  [[nodiscard]] bool only_channels(std::size_t i) const;
  /// Whether axis i is all of the map's rows, or all of its columns.
  [[nodiscard]] bool is_whole(std::size_t i, MapAxis place, const Shape& shape) const;
  /// Whether axis i runs over nothing but rows and columns.
  [[nodiscard]] bool only_places(std::size_t i) const;
  /// Whether any axis repeats values.
  [[nodiscard]] bool repeats() const;
  /// The index along axis i of the element at this place of the map.
  [[nodiscard]] std::int64_t index_of(std::size_t i, std::int64_t channel, std::int64_t row,
                                      std::int64_t column) const;

  friend bool operator==(const TensorView&, const TensorView&) = default;

 private:
  std::vector<ViewAxis> axes_;
};

}  // namespace fcn::tools
