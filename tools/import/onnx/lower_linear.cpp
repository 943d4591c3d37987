// SPDX-License-Identifier: MIT
// Heads: products with a matrix, the mean over all places, softmax.
#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <utility>

#include "tools/import/onnx/lowering.hpp"

namespace fcn::tools {
namespace {

/// A matrix of weights as [out][in].
struct Matrix {
  int outputs = 0;
  int inputs = 0;
  std::vector<float> values;
};

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

/// The last axis times the matrix. Over the whole of one picture's map that is a fully connected layer, over
/// its channels alone a 1 x 1 convolution.
Feature multiply(const Feature& in, const Matrix& matrix, std::vector<float> bias, NetworkBuilder& net) {
  if (in.view.rank() < 1) throw Refusal{"its input is a scalar"};
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
  if (features == whole) {
    Linear linear{.in_features = matrix.inputs,
                  .out_features = matrix.outputs,
                  .weights = in_map_order(matrix, in, axis, true),
                  .bias = std::move(bias)};
    const bool spreads = in.shape.height != 1 || in.shape.width != 1;
    const NodeId flat = spreads ? net.append(Flatten{}, {in.node}).node : in.node;
    out = net.append(std::move(linear), {flat});
  } else if (features == in.shape.channels && in.view.only_channels(axis)) {
    Conv conv;
    conv.in_channels = matrix.inputs;
    conv.out_channels = matrix.outputs;
    conv.weights = in_map_order(matrix, in, axis, false);
    conv.bias = std::move(bias);
    out = net.append(std::move(conv), {in.node});
  } else {
    throw Refusal{"its input of shape " + dims_text(in.view.dims()) +
                  " multiplies neither all values of a picture nor the channels of each place"};
  }
  out.view = std::move(view);
  return out;
}

/// Gemm's third input as one value an output; nothing if it is none, or differs from row to row.
std::optional<std::vector<float>> gemm_bias(const NodeCall& call, int outputs) {
  if (!call.has(2)) return std::vector<float>();
  const KnownTensor& known = call.known(2);
  std::vector<float> values = call.known_reals(2);
  const float scale = call.real("beta", 1);
  for (float& value : values) value *= scale;
  if (values.size() == 1) return std::vector<float>(static_cast<std::size_t>(outputs), values[0]);
  if (known.dims.empty() || known.dims.back() != outputs ||
      values.size() != static_cast<std::size_t>(outputs))
    throw Refusal{"its bias has the shape " + dims_text(known.dims) + ", expected " +
                  std::to_string(outputs) + " values"};
  return values;
}

Feature add_map(const Feature& a, const Feature& b, NetworkBuilder& net) {
  if (a.view != b.view || a.shape != b.shape)
    throw Refusal{"its input C is a map of another shape than its product"};
  Feature out = net.append(Arithmetic{.kind = ArithmeticKind::add}, {a.node, b.node});
  out.view = a.view;
  return out;
}

std::vector<Value> lower_gemm(const NodeCall& call, NetworkBuilder& net) {
  Feature in = call.feature(0);
  if (in.view.rank() != 2)
    throw Refusal{"its input has " + std::to_string(in.view.rank()) + " axes, expected 2"};
  if (call.integer("transA", 0) != 0) {
    const std::size_t swapped[] = {1, 0};
    in.view = in.view.transposed(swapped);
  }
  const Matrix matrix =
      read_matrix(call.known(1), call.known_reals(1), call.integer("transB", 0) != 0, call.real("alpha", 1));
  if (call.has(2) && !call.is_known(2)) {
    if (call.real("beta", 1) != 1) throw Refusal{"attribute beta scales a map, supported is 1"};
    return {add_map(multiply(in, matrix, {}, net), call.feature(2), net)};
  }
  return {multiply(in, matrix, *gemm_bias(call, matrix.outputs), net)};
}

/// Stacks of matrices, [stack][m][k] times known [stack][k][n]: a convolution with a group a stack.
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

std::vector<Value> lower_matmul(const NodeCall& call, NetworkBuilder& net) {
  const KnownTensor& known = call.known(1);
  if (known.dims.size() > 2) return {multiply_stacks(call.feature(0), known, call.known_reals(1), net)};
  return {multiply(call.feature(0), read_matrix(known, call.known_reals(1), false, 1), {}, net)};
}

std::vector<Value> lower_reduce_mean(const NodeCall& call, NetworkBuilder& net) {
  const Feature& in = call.feature(0);
  const std::size_t rank = in.view.rank();
  std::vector<bool> reduced(rank, true);
  if (const auto given = call.list("axes", 1)) {
    reduced.assign(rank, false);
    for (const std::size_t axis : normal_axes(*given, rank)) reduced[axis] = true;
  }
  std::vector<ViewAxis> axes;
  for (std::size_t i = 0; i < rank; ++i) {
    const ViewAxis& axis = in.view.axis(i);
    if (reduced[i] ? !in.view.only_places(i) : !in.view.only_channels(i))
      throw Refusal{"takes the mean of " + dims_text(in.view.dims()) +
                    " along axes that are not all of its places"};
    if (!reduced[i]) axes.push_back(axis);
    if (reduced[i] && call.integer("keepdims", 1) != 0) axes.emplace_back();
  }
  Feature out = net.append(GlobalAveragePool{}, {in.node});
  out.view = TensorView(std::move(axes));
  return {out};
}

std::vector<Value> lower_softmax(const NodeCall& call, NetworkBuilder& net) {
  const Feature& in = call.feature(0);
  const bool last_axes = call.opset() < 13;  // everything from the axis on counts as one
  const std::size_t rank = in.view.rank();
  const std::size_t axis = normal_axis(call.integer("axis", last_axes ? 1 : -1), rank);
  std::int64_t size = 1;
  bool channels = true;
  for (std::size_t i = axis; i < (last_axes ? rank : axis + 1); ++i) {
    size *= axis_size(in.view.axis(i));
    channels = channels && in.view.only_channels(i);
  }
  if (!channels || size != in.shape.channels)
    throw Refusal{"attribute axis is " + std::to_string(axis) + ", supported is the axis of the channels"};
  return {net.append_like(Softmax{}, in)};
}

constexpr LoweringRule kRules[] = {{"Gemm", lower_gemm},
                                   {"MatMul", lower_matmul},
                                   {"ReduceMean", lower_reduce_mean},
                                   {"Softmax", lower_softmax}};

}  // namespace

std::span<const LoweringRule> linear_rules() {
  return kRules;
}

}  // namespace fcn::tools
