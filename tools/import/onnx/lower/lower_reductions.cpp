// SPDX-License-Identifier: MIT
// Reductions along axes, softmax, and the pools of norms that are composed of them.
#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "tools/import/onnx/lower/elementwise.hpp"
#include "tools/import/onnx/lower/reduce.hpp"

namespace fcn::tools {
namespace {

/// max(x) + log(sum(e^(x - max(x)))), and the difference from it, shared by softmax and its relatives.
struct Exponentials {
  Feature shifted;  ///< x - max(x)
  Feature powers;   ///< e to it
  Feature sum;
  Feature most;
};

Exponentials exponentials(const Feature& in, const Axes& axes, NetworkBuilder& net) {
  Exponentials result;
  result.most = reduce(in, ReductionKind::maximum, axes, true, net);
  result.shifted = combine(ArithmeticKind::subtract, in, result.most, net);
  result.powers = activate(result.shifted, ActivationKind::exp, net);
  result.sum = reduce(result.powers, ReductionKind::sum, axes, true, net);
  return result;
}

/// A reduction whose result has the axes kept; they are dropped afterwards.
Feature reduce_kept(const std::string& type, const Feature& in, const Axes& axes, NetworkBuilder& net) {
  const auto sum = [&](const Feature& x) { return reduce(x, ReductionKind::sum, axes, true, net); };
  if (type == "ReduceMean") return reduce(in, ReductionKind::mean, axes, true, net);
  if (type == "ReduceMax") return reduce(in, ReductionKind::maximum, axes, true, net);
  if (type == "ReduceMin") return reduce(in, ReductionKind::minimum, axes, true, net);
  if (type == "ReduceL1") return sum(activate(in, ActivationKind::abs, net));
  if (type == "ReduceL2") return activate(sum(square(in, net)), ActivationKind::sqrt, net);
  if (type == "ReduceSumSquare") return sum(square(in, net));
  if (type == "ReduceLogSum") return activate(sum(in), ActivationKind::log, net);
  if (type == "ReduceLogSumExp") {
    const Exponentials e = exponentials(in, axes, net);
    return combine(ArithmeticKind::add, activate(e.sum, ActivationKind::log, net), e.most, net);
  }
  return sum(in);
}

/// The reduction that two of the kind, along one axis after the other, make together.
std::optional<ReductionKind> repeatable(const std::string& type) {
  if (type == "ReduceMean") return ReductionKind::mean;
  if (type == "ReduceSum") return ReductionKind::sum;
  if (type == "ReduceMax") return ReductionKind::maximum;
  if (type == "ReduceMin") return ReductionKind::minimum;
  return std::nullopt;
}

/// Without the reduced axes, which have size 1.
TensorView view_left(const TensorView& view, const Axes& axes) {
  std::vector<ViewAxis> left;
  for (std::size_t i = 0; i < axes.size(); ++i)
    if (!axes[i]) left.push_back(view.axis(i));
  return TensorView(std::move(left));
}

std::vector<Value> lower_reduce(const NodeCall& call, NetworkBuilder& net) {
  const Feature& in = call.feature(0);
  const auto given = call.list("axes", 1);
  if ((!given || given->empty()) && call.integer("noop_with_empty_axes", 0) != 0) {
    if (repeatable(call.node().type)) return {in};
    throw Refusal{"has no axes and noop_with_empty_axes, of which the standard's versions differ"};
  }
  const Axes axes = axes_of(call, in.view.rank());
  const auto kind = repeatable(call.node().type);
  Feature out = in;
  if (kind && takes_rows_or_columns(in, axes)) {
    out.pending = kind;
    for (std::size_t i = 0; i < axes.size(); ++i)
      if (axes[i]) out.view = out.view.with_axis(i, {});
  } else {
    out = reduce_kept(call.node().type, in, axes, net);
  }
  if (call.integer("keepdims", 1) == 0) out.view = view_left(out.view, axes);
  return {out};
}

/// The axes that a softmax sums over: one, or before operator set 13 all from it on.
Axes softmax_axes(const NodeCall& call, const Feature& in) {
  const bool last_axes = call.opset() < 13;
  const std::size_t rank = in.view.rank();
  const std::size_t axis = normal_axis(call.integer("axis", last_axes ? 1 : -1), rank);
  Axes axes(rank, false);
  for (std::size_t i = axis; i < (last_axes ? rank : axis + 1); ++i) axes[i] = true;
  return axes;
}

/// Whether the axes are the channels of each place, all of them and nothing else.
bool are_all_channels(const Feature& in, const Axes& axes) {
  std::int64_t size = 1;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (!axes[i]) continue;
    if (!in.view.only_channels(i)) return false;
    size *= axis_size(in.view.axis(i));
  }
  return size == in.shape.channels;
}

std::vector<Value> lower_softmax(const NodeCall& call, NetworkBuilder& net) {
  const Feature& in = call.feature(0);
  const Axes axes = softmax_axes(call, in);
  if (are_all_channels(in, axes)) return {net.append_like(Softmax{}, in)};
  const Exponentials e = exponentials(in, axes, net);
  return {combine(ArithmeticKind::divide, e.powers, e.sum, net)};
}

std::vector<Value> lower_log_softmax(const NodeCall& call, NetworkBuilder& net) {
  const Feature& in = call.feature(0);
  const Exponentials e = exponentials(in, softmax_axes(call, in), net);
  return {combine(ArithmeticKind::subtract, e.shifted, activate(e.sum, ActivationKind::log, net), net)};
}

std::vector<Value> lower_global_lp_pool(const NodeCall& call, NetworkBuilder& net) {
  const Feature in = call.feature(0);
  if (in.view.rank() < 3) throw Refusal{"its input has no rows and columns"};
  Axes axes(in.view.rank(), true);
  axes[0] = axes[1] = false;
  const auto p = static_cast<float>(checked_int(call.integer("p", 2), "attribute p", 1, 64));
  const Feature powers = power(activate(in, ActivationKind::abs, net), p, net);
  return {power(reduce(powers, ReductionKind::sum, axes, true, net), 1 / p, net)};
}

std::vector<Value> lower_lp_normalization(const NodeCall& call, NetworkBuilder& net) {
  const Feature& in = call.feature(0);
  Axes axes(in.view.rank(), false);
  axes[normal_axis(call.integer("axis", -1), in.view.rank())] = true;
  const std::int64_t p = call.integer("p", 2);
  if (p != 1 && p != 2) throw Refusal{"attribute p is " + std::to_string(p) + ", expected 1 or 2"};
  const Feature norm = reduce_kept(p == 1 ? "ReduceL1" : "ReduceL2", in, axes, net);
  // Zeros stay zeros.
  return {combine(ArithmeticKind::divide, in, at_least(norm, 1.17549435e-38f, net), net)};
}

constexpr LoweringRule kReductionsRules[] = {{"GlobalLpPool", lower_global_lp_pool},
                                             {"LogSoftmax", lower_log_softmax},
                                             {"LpNormalization", lower_lp_normalization},
                                             {"ReduceL1", lower_reduce},
                                             {"ReduceL2", lower_reduce},
                                             {"ReduceLogSum", lower_reduce},
                                             {"ReduceLogSumExp", lower_reduce},
                                             {"ReduceMax", lower_reduce},
                                             {"ReduceMean", lower_reduce},
                                             {"ReduceMin", lower_reduce},
                                             {"ReduceSum", lower_reduce},
                                             {"ReduceSumSquare", lower_reduce},
                                             {"Softmax", lower_softmax}};

}  // namespace

std::span<const LoweringRule> reduction_rules() {
  return kReductionsRules;
}

}  // namespace fcn::tools
