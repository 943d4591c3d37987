// SPDX-License-Identifier: MIT
#include "tools/import/onnx/values/tensor_view.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace fcn::tools {
namespace {

ViewAxis whole(MapAxis axis, std::int64_t size) {
  return size == 1 ? ViewAxis{} : ViewAxis{{.axis = axis, .size = size, .stride = 1}};
}

/// Joins pieces that lie one inside the other in the map as they do here, so that equal axes look equal.
ViewAxis joined(const ViewAxis& axis) {
  ViewAxis result;
  for (AxisPiece piece : axis) {
    if (piece.axis == MapAxis::none) piece.stride = 1;
    if (!result.empty() && result.back().axis == piece.axis &&
        (piece.axis == MapAxis::none || result.back().stride == piece.size * piece.stride)) {
      result.back().size *= piece.size;
      result.back().stride = piece.stride;
    } else {
      result.push_back(piece);
    }
  }
  return result;
}

}  // namespace

std::int64_t axis_size(const ViewAxis& axis) {
  std::int64_t size = 1;
  for (const AxisPiece& piece : axis) size *= piece.size;
  return size;
}

TensorView::TensorView(std::vector<ViewAxis> axes) : axes_(std::move(axes)) {
  for (ViewAxis& axis : axes_) axis = joined(axis);
}

TensorView TensorView::of_map(const Shape& shape) {
  return TensorView({{},
                     whole(MapAxis::channel, shape.channels),
                     whole(MapAxis::row, shape.height),
                     whole(MapAxis::column, shape.width)});
}

TensorView TensorView::placed(const Dims& dims, const std::vector<MapAxis>& places) {
  std::vector<ViewAxis> axes(dims.size());
  std::array<std::int64_t, 4> stride{1, 1, 1, 1};
  for (std::size_t i = dims.size(); i-- > 0;) {
    std::int64_t& inner = stride[static_cast<std::size_t>(places[i])];
    if (dims[i] != 1) axes[i] = {{.axis = places[i], .size = dims[i], .stride = inner}};
    inner *= dims[i];
  }
  return TensorView(std::move(axes));
}

Dims TensorView::dims() const {
  Dims dims;
  for (const ViewAxis& axis : axes_) dims.push_back(axis_size(axis));
  return dims;
}

std::optional<TensorView> TensorView::reshaped(const Dims& dims) const {
  std::vector<AxisPiece> pieces;  // of all axes, to be dealt out again
  for (const ViewAxis& axis : axes_) pieces.insert(pieces.end(), axis.begin(), axis.end());
  std::vector<ViewAxis> axes(dims.size());
  std::size_t at = 0;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    for (std::int64_t left = dims[i]; left != 1;) {
      if (left < 1 || at == pieces.size()) return std::nullopt;
      AxisPiece& piece = pieces[at];
      if (left % piece.size == 0) {
        axes[i].push_back(piece);
        left /= piece.size;
        ++at;
        continue;
      }
      if (piece.size % left != 0) return std::nullopt;
      const std::int64_t rest = piece.size / left;  // stays for the next axis
      axes[i].push_back({.axis = piece.axis, .size = left, .stride = piece.stride * rest});
      piece.size = rest;
      left = 1;
    }
  }
  if (at != pieces.size()) return std::nullopt;
  return TensorView(std::move(axes));
}

TensorView TensorView::transposed(std::span<const std::size_t> order) const {
  std::vector<ViewAxis> axes;
  for (const std::size_t from : order) axes.push_back(axes_[from]);
  return TensorView(std::move(axes));
}

TensorView TensorView::with_axis(std::size_t i, ViewAxis axis) const {
  std::vector<ViewAxis> axes = axes_;
  axes[i] = std::move(axis);
  return TensorView(std::move(axes));
}

bool TensorView::is_whole(std::size_t i, MapAxis place, const Shape& shape) const {
  const int size = place == MapAxis::row ? shape.height : shape.width;
  return axes_[i].size() == 1 && axes_[i][0].axis == place && axes_[i][0].size == size;
}

bool TensorView::is_map(const Shape& shape) const {
  return *this == of_map(shape);
}

bool TensorView::only_channels(std::size_t i) const {
  return std::all_of(axes_[i].begin(), axes_[i].end(),
                     [](const AxisPiece& piece) { return piece.axis == MapAxis::channel; });
}

bool TensorView::only_places(std::size_t i) const {
  return std::all_of(axes_[i].begin(), axes_[i].end(), [](const AxisPiece& piece) {
    return piece.axis == MapAxis::row || piece.axis == MapAxis::column;
  });
}

bool TensorView::repeats() const {
  return std::any_of(axes_.begin(), axes_.end(), [](const ViewAxis& axis) {
    return std::any_of(axis.begin(), axis.end(),
                       [](const AxisPiece& piece) { return piece.axis == MapAxis::none; });
  });
}

std::int64_t TensorView::index_of(std::size_t i, std::int64_t channel, std::int64_t row,
                                  std::int64_t column) const {
  std::int64_t index = 0;
  for (const AxisPiece& piece : axes_[i]) {
    const std::int64_t place = piece.axis == MapAxis::channel  ? channel
                               : piece.axis == MapAxis::row    ? row
                               : piece.axis == MapAxis::column ? column
                                                               : 0;
    index = index * piece.size + place / piece.stride % piece.size;
  }
  return index;
}

}  // namespace fcn::tools
