// SPDX-License-Identifier: MIT
// Normalisations of known tensors, such as the weight standardisation of normaliser-free networks, and
// softmax.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "tools/import/onnx/fold/fold_rules.hpp"

namespace fcn::tools {
namespace {

struct Moments {
  double mean = 0, variance = 0;
};

Moments moments_of(std::span<const double> values) {
  Moments moments;
  for (const double value : values) moments.mean += value;
  moments.mean /= static_cast<double>(values.size());
  for (const double value : values) moments.variance += (value - moments.mean) * (value - moments.mean);
  moments.variance /= static_cast<double>(values.size());
  return moments;
}

/// Input i: `count` values, or none if it is left out.
std::vector<double> values_for(const NodeCall& call, std::size_t i, std::size_t count, double fallback) {
  if (!call.has(i)) return std::vector<double>(count, fallback);
  if (call.known(i).size() != count)
    throw Refusal{"input " + std::to_string(i) + " has " + std::to_string(call.known(i).size()) +
                  " values, expected " + std::to_string(count)};
  return doubles_of(call.known(i));
}

double epsilon_of(const NodeCall& call) {
  return static_cast<double>(call.real("epsilon", 1e-5f));
}

/// The tensor as images x channels x places.
AlongAxis channels_of(const NodeCall& call) {
  const Dims& dims = call.known(0).dims;
  if (dims.size() < 2 || call.known(0).size() == 0) throw Refusal{"its input has no channels"};
  return along(dims, 1);
}

/// The moments of one channel over all images and places.
Moments channel_moments(const std::vector<double>& values, const AlongAxis& at, std::size_t channel) {
  std::vector<double> gathered;
  for (std::size_t n = 0; n < at.outer; ++n)
    for (std::size_t i = 0; i < at.inner; ++i)
      gathered.push_back(values[(n * at.size + channel) * at.inner + i]);
  return moments_of(gathered);
}

Folded fold_batch_norm(const NodeCall& call, FoldBudget& budget) {
  const bool training = call.integer("training_mode", 0) != 0;
  if (call.opset() < 14 && call.node().outputs.size() > 1)
    throw Refusal{"is in training mode: export the network in evaluation mode (model.eval())"};
  if (call.integer("spatial", 1) != 1) throw Refusal{"attribute spatial is 0, supported is 1"};
  const AlongAxis at = channels_of(call);
  element_count(call.known(0).dims, budget.elements);
  std::vector<double> values = doubles_of(call.known(0));
  const std::vector<double> scale = values_for(call, 1, at.size, 1), shift = values_for(call, 2, at.size, 0);
  std::vector<double> mean = values_for(call, 3, at.size, 0), variance = values_for(call, 4, at.size, 1);
  for (std::size_t c = 0; c < at.size; ++c) {
    if (training) {
      const Moments own = channel_moments(values, at, c);
      mean[c] = own.mean;
      variance[c] = own.variance;
    }
    const double factor = scale[c] / std::sqrt(variance[c] + epsilon_of(call));
    for (std::size_t n = 0; n < at.outer; ++n)
      for (std::size_t i = 0; i < at.inner; ++i) {
        double& value = values[(n * at.size + c) * at.inner + i];
        value = (value - mean[c]) * factor + shift[c];
      }
  }
  return {real_tensor(call.known(0).dims, values)};
}

/// Instance and group norm: groups of neighbouring channels of one image share their moments.
Folded fold_group_norm(const NodeCall& call, FoldBudget& budget) {
  const AlongAxis at = channels_of(call);
  element_count(call.known(0).dims, budget.elements);
  const auto channels = static_cast<std::int64_t>(at.size);
  const std::int64_t groups =
      call.node().type == "InstanceNormalization" ? channels : call.integer("num_groups", 0);
  if (groups < 1 || groups > channels || channels % groups != 0)
    throw Refusal{"attribute num_groups is " + std::to_string(groups) + " for " + std::to_string(channels) +
                  " channels"};
  std::vector<double> values = doubles_of(call.known(0));
  const std::vector<double> scale = values_for(call, 1, at.size, 1), shift = values_for(call, 2, at.size, 0);
  const std::size_t run = values.size() / (at.outer * static_cast<std::size_t>(groups));
  for (std::size_t begin = 0; begin < values.size(); begin += run) {
    const Moments moments = moments_of(std::span(values).subspan(begin, run));
    for (std::size_t i = begin; i < begin + run; ++i) {
      const std::size_t c = i / at.inner % at.size;
      values[i] =
          (values[i] - moments.mean) / std::sqrt(moments.variance + epsilon_of(call)) * scale[c] + shift[c];
    }
  }
  return {real_tensor(call.known(0).dims, values)};
}

/// Layer and RMS norm: over all axes from one on; the latter does not subtract the mean.
Folded fold_layer_norm(const NodeCall& call, FoldBudget& budget) {
  const Dims& dims = call.known(0).dims;
  element_count(dims, budget.elements);
  const std::size_t axis = normal_axis(call.integer("axis", -1), dims.size());
  const AlongAxis at = along(dims, axis);
  const std::size_t run = at.size * at.inner;
  const bool centred = call.node().type == "LayerNormalization";
  std::vector<double> values = doubles_of(call.known(0));
  const std::vector<double> scale = values_for(call, 1, run, 1), shift = values_for(call, 2, run, 0);
  for (std::size_t begin = 0; run > 0 && begin < values.size(); begin += run) {
    Moments moments = moments_of(std::span(values).subspan(begin, run));
    if (!centred) moments = {.mean = 0, .variance = moments.variance + moments.mean * moments.mean};
    for (std::size_t i = 0; i < run; ++i)
      values[begin + i] =
          (values[begin + i] - moments.mean) / std::sqrt(moments.variance + epsilon_of(call)) * scale[i] +
          shift[i];
  }
  return {real_tensor(dims, values)};
}

/// Before operator set 13 everything from the axis on counts as one.
Folded fold_softmax(const NodeCall& call, FoldBudget& budget) {
  const Dims& dims = call.known(0).dims;
  element_count(dims, budget.elements);
  const bool last_axes = call.opset() < 13;
  AlongAxis at = along(dims, normal_axis(call.integer("axis", last_axes ? 1 : -1), dims.size()));
  if (last_axes) at = {.outer = at.outer, .size = at.size * at.inner, .inner = 1};
  std::vector<double> values = doubles_of(call.known(0));
  for (std::size_t o = 0; o < at.outer && at.size > 0; ++o)
    for (std::size_t i = 0; i < at.inner; ++i) {
      const auto value = [&](std::size_t k) -> double& { return values[(o * at.size + k) * at.inner + i]; };
      double most = value(0), sum = 0;
      for (std::size_t k = 1; k < at.size; ++k) most = std::max(most, value(k));
      for (std::size_t k = 0; k < at.size; ++k) sum += std::exp(value(k) - most);
      for (std::size_t k = 0; k < at.size; ++k)
        value(k) =
            call.node().type == "Softmax" ? std::exp(value(k) - most) / sum : value(k) - most - std::log(sum);
    }
  return {real_tensor(dims, values)};
}

/// Vectors along an axis divided by their length.
Folded fold_lp_norm(const NodeCall& call, FoldBudget& budget) {
  const Dims& dims = call.known(0).dims;
  element_count(dims, budget.elements);
  const AlongAxis at = along(dims, normal_axis(call.integer("axis", -1), dims.size()));
  const std::int64_t p = call.integer("p", 2);
  if (p != 1 && p != 2) throw Refusal{"attribute p is " + std::to_string(p) + ", supported are 1 and 2"};
  std::vector<double> values = doubles_of(call.known(0));
  for (std::size_t o = 0; o < at.outer; ++o)
    for (std::size_t i = 0; i < at.inner; ++i) {
      double sum = 0;
      const auto value = [&](std::size_t k) -> double& { return values[(o * at.size + k) * at.inner + i]; };
      for (std::size_t k = 0; k < at.size; ++k) sum += p == 1 ? std::abs(value(k)) : value(k) * value(k);
      const double length = p == 1 ? sum : std::sqrt(sum);
      for (std::size_t k = 0; k < at.size && length > 0; ++k) value(k) /= length;
    }
  return {real_tensor(dims, values)};
}

constexpr FoldRule kNormsFolds[] = {{"BatchNormalization", fold_batch_norm},
                                    {"GroupNormalization", fold_group_norm, {21, kNewestOpset}},
                                    {"InstanceNormalization", fold_group_norm},
                                    {"LayerNormalization", fold_layer_norm, {17, kNewestOpset}},
                                    {"LogSoftmax", fold_softmax},
                                    {"LpNormalization", fold_lp_norm},
                                    {"RMSNormalization", fold_layer_norm, {23, kNewestOpset}},
                                    {"Softmax", fold_softmax}};

}  // namespace

std::span<const FoldRule> norm_folds() {
  return kNormsFolds;
}

}  // namespace fcn::tools
