// SPDX-License-Identifier: MIT
#include "tools/import/onnx/lower/matrix_product.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

namespace fcn::tools {
namespace {

/// The matrix for inputs in the map's order, channel first, then row and column, of a tensor whose last axis
/// runs over them in its own.
std::vector<float> in_map_order(const Matrix& matrix, const Feature& in, std::size_t axis, bool places) {
  const int height = places ? in.shape.height : 1, width = places ? in.shape.width : 1;
  std::vector<std::size_t> order;
  order.reserve(static_cast<std::size_t>(matrix.inputs));
  for (int c = 0; c < in.shape.channels; ++c)
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x)
        order.push_back(static_cast<std::size_t>(in.view.index_of(axis, c, y, x)));
  std::vector<float> values;
  values.reserve(matrix.values.size());
  for (std::size_t o = 0; o < static_cast<std::size_t>(matrix.outputs); ++o)
    for (const std::size_t i : order) values.push_back(matrix.values[o * order.size() + i]);
  return values;
}

/// A part of the channels, the same for each of the others: a convolution whose groups have equal weights.
Feature multiply_part(const Feature& in, const Matrix& matrix, std::vector<float> bias, NetworkBuilder& net) {
  const std::size_t axis = in.view.rank() - 1;
  std::vector<std::int64_t> all(static_cast<std::size_t>(matrix.inputs));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  const Feature ordered = select(in, axis, all, net);  // the axis innermost
  Conv conv;
  conv.in_channels = ordered.shape.channels;
  conv.groups = ordered.shape.channels / matrix.inputs;
  conv.out_channels =
      checked_int(std::int64_t{conv.groups} * matrix.outputs, "its number of outputs", 1, 1 << 20);
  for (int group = 0; group < conv.groups; ++group) {
    conv.weights.insert(conv.weights.end(), matrix.values.begin(), matrix.values.end());
    conv.bias.insert(conv.bias.end(), bias.begin(), bias.end());
  }
  Feature out = net.append(std::move(conv), {ordered.node});
  std::vector<ViewAxis> axes;
  for (std::size_t i = 0; i < axis; ++i) {
    axes.push_back(ordered.view.axis(i));
    for (AxisPiece& piece : axes.back())
      if (piece.axis == MapAxis::channel) piece.stride = piece.stride / matrix.inputs * matrix.outputs;
  }
  axes.emplace_back();
  if (matrix.outputs > 1) axes.back() = {{.axis = MapAxis::channel, .size = matrix.outputs, .stride = 1}};
  out.view = TensorView(std::move(axes));
  return out;
}

}  // namespace

Matrix read_matrix(const KnownTensor& known, const std::vector<float>& values, bool outputs_first,
                   float scale) {
  if (known.dims.size() != 2)
    throw Refusal{"its weights have the shape " + dims_text(known.dims) + ", supported are two dimensions"};
  const auto dim = [&](std::size_t i) {
    return checked_int(known.dims[i], "a dimension of its weights", 1, 1 << 20);
  };
  const int rows = dim(0), columns = dim(1);
  Matrix matrix{
      .outputs = outputs_first ? rows : columns, .inputs = outputs_first ? columns : rows, .values = {}};
  matrix.values.resize(values.size());
  const auto inputs = static_cast<std::size_t>(matrix.inputs),
             outputs = static_cast<std::size_t>(matrix.outputs);
  for (std::size_t o = 0; o < outputs; ++o)
    for (std::size_t i = 0; i < inputs; ++i)
      matrix.values[o * inputs + i] = scale * values[outputs_first ? o * inputs + i : i * outputs + o];
  return matrix;
}

Feature multiply(const Feature& in, const Matrix& matrix, std::vector<float> bias, NetworkBuilder& net) {
  if (in.view.rank() < 1) throw Refusal{"its input is a scalar"};
  if (in.view.repeats()) throw Refusal{"its input of shape " + dims_text(in.view.dims()) + " repeats values"};
  const std::size_t axis = in.view.rank() - 1;
  const std::int64_t features = axis_size(in.view.axis(axis));
  if (features != matrix.inputs)
    throw Refusal{"its weights take " + std::to_string(matrix.inputs) + " features, its input of shape " +
                  dims_text(in.view.dims()) + " has " + std::to_string(features)};
  const std::int64_t whole = std::int64_t{in.shape.channels} * in.shape.height * in.shape.width;
  ViewAxis channels;
  if (matrix.outputs > 1) channels = {{.axis = MapAxis::channel, .size = matrix.outputs, .stride = 1}};
  TensorView view = in.view.with_axis(axis, std::move(channels));
  Feature out;
  const bool spreads = in.shape.height != 1 || in.shape.width != 1;
  // If the window's map has only one place, only a flat tensor shows that the layer sees all of the picture.
  if (features == whole && (spreads || in.view.rank() <= 2 || !in.view.only_channels(axis))) {
    Linear linear{.in_features = matrix.inputs,
                  .out_features = matrix.outputs,
                  .weights = in_map_order(matrix, in, axis, true),
                  .bias = std::move(bias)};
    const NodeId flat = spreads ? net.append(Flatten{}, {in.node}).node : in.node;
    out = net.append(std::move(linear), {flat});
  } else if (features == in.shape.channels && in.view.only_channels(axis)) {
    Conv conv;
    conv.in_channels = matrix.inputs;
    conv.out_channels = matrix.outputs;
    conv.weights = in_map_order(matrix, in, axis, false);
    conv.bias = std::move(bias);
    out = net.append(std::move(conv), {in.node});
  } else if (in.view.only_channels(axis)) {
    return multiply_part(in, matrix, std::move(bias), net);
  } else {
    throw Refusal{"its input of shape " + dims_text(in.view.dims()) +
                  " multiplies neither all values of a picture nor the channels of each place"};
  }
  out.view = std::move(view);
  return out;
}

Feature multiply_axis(const Feature& in, std::size_t axis, const Matrix& matrix, NetworkBuilder& net) {
  std::vector<std::size_t> order, back(in.view.rank());
  for (std::size_t i = 0; i < in.view.rank(); ++i)
    if (i != axis) order.push_back(i);
  order.push_back(axis);
  for (std::size_t i = 0; i < order.size(); ++i) back[order[i]] = i;
  Feature moved = in;
  moved.view = in.view.transposed(order);
  Feature out = multiply(moved, matrix, {}, net);
  out.view = out.view.transposed(back);
  return out;
}

Feature multiply_stacks(const Feature& in, const KnownTensor& known, const std::vector<float>& values,
                        NetworkBuilder& net) {
  const Dims dims = in.view.dims();
  const std::size_t last = dims.size() - 1;
  if (known.dims.size() != dims.size() || known.dims[last - 1] != dims[last] ||
      !std::equal(dims.begin(), dims.end() - 2, known.dims.begin()))
    throw Refusal{"its weights of shape " + dims_text(known.dims) + " do not fit its input of shape " +
                  dims_text(dims)};
  const std::int64_t inputs = dims[last], outputs = known.dims[last];
  std::vector<std::int64_t> all(static_cast<std::size_t>(inputs));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  const Feature ordered = select(in, last, all, net);  // channels by stack, then along the last axis
  const auto groups = static_cast<std::int64_t>(element_count({dims.begin(), dims.end() - 2}, values.size()));
  if (ordered.shape.channels != groups * inputs) throw Refusal{"its stacks are not stacks of channels"};
  Conv conv;
  conv.in_channels = ordered.shape.channels;
  conv.out_channels = checked_int(groups * outputs, "its number of outputs", 1, 1 << 20);
  conv.groups = static_cast<int>(groups);
  for (std::int64_t group = 0; group < groups; ++group)
    for (std::int64_t o = 0; o < outputs; ++o)
      for (std::int64_t i = 0; i < inputs; ++i)
        conv.weights.push_back(values[static_cast<std::size_t>((group * inputs + i) * outputs + o)]);
  Feature out = net.append(std::move(conv), {ordered.node});
  TensorView view = ordered.view;
  std::int64_t stride = 1;
  for (std::size_t i = dims.size(); i-- > 0;) {
    if (i == last - 1) continue;
    const std::int64_t size = i == last ? outputs : dims[i];
    view = view.with_axis(i, size == 1 ? ViewAxis{} : ViewAxis{{MapAxis::channel, size, stride}});
    stride *= size;
  }
  out.view = std::move(view);
  return out;
}

}  // namespace fcn::tools
