// SPDX-License-Identifier: MIT
// Random small networks of the ops that networks since ConvNeXt brought: norms and reductions over channels,
// curves as activations, sums over the whole map, least and greatest, cubic resampling. Everything follows
// from a seed.
#pragma once

#include <cstdint>
#include <string>

#include "fcn/graph/graph.hpp"
#include "tests/engine/random_network.hpp"

namespace fcn::test {

inline NodeId append_channel_norm(Graph& g, Random& random, NodeId x, int channels, const std::string& name) {
  ChannelNorm norm{
      .channels = channels, .epsilon = 1e-3, .center = random.chance(), .weight = {}, .bias = {}};
  norm.weight = random.floats(channels, 0.5f, 1.5f);
  if (random.chance()) norm.bias = random.floats(channels, -0.5f, 0.5f);
  return g.append(name, norm, {x});
}

/// ConvNeXt V2's global response norm: each channel's length over the map, by the mean of all.
inline NodeId append_response_norm(Graph& g, NodeId x) {
  const NodeId square = g.append("square", Arithmetic{ArithmeticKind::multiply}, {x, x});
  NodeId length = g.append("sum_all", GlobalSumPool{}, {square});
  const NodeId some = g.append("some", Constant{{1, 1, 1}, {0.1f}}, {});
  length = g.append("not_none", Arithmetic{ArithmeticKind::add}, {length, some});
  length = g.append("length", Activation{ActivationKind::sqrt, 0, 0}, {length});
  const NodeId mean = g.append("mean_length", ReduceChannels{ReductionKind::mean}, {length});
  const NodeId ratio = g.append("ratio", Arithmetic{ArithmeticKind::divide}, {length, mean});
  return g.append("grown", Arithmetic{ArithmeticKind::multiply}, {x, ratio});
}

/// CBAM's spatial gate: a mask from what the channels of each pixel have in common.
inline NodeId append_mask(Graph& g, Random& random, NodeId x) {
  const auto common = [&](const char* name, ReductionKind kind) {
    return g.append(name, ReduceChannels{kind}, {x});
  };
  const NodeId all =
      g.append("common", Concat{},
               {common("sum", ReductionKind::sum), common("mean", ReductionKind::mean),
                common("most", ReductionKind::maximum), common("least", ReductionKind::minimum)});
  const NodeId mask = g.append("mask", random_conv(random, 4, 1, 3, 1, 1), {all});
  const NodeId gate = g.append("soft_mask", Activation{ActivationKind::sigmoid, 0, 0}, {mask});
  return g.append("masked", Arithmetic{ArithmeticKind::multiply}, {x, gate});
}

/// A curve that only takes positive numbers, of numbers made so.
inline NodeId append_positive_curve(Graph& g, Random& random, NodeId x) {
  x = g.append("softplus", Activation{ActivationKind::softplus, 0, 0}, {x});
  const NodeId half = g.append("half", Constant{{1, 1, 1}, {0.5f}}, {});
  x = g.append("positive", Arithmetic{ArithmeticKind::maximum}, {half, x});
  const ActivationKind kinds[] = {ActivationKind::log, ActivationKind::sqrt, ActivationKind::power};
  const ActivationKind kind = kinds[random.between(0, 2)];
  return g.append("curve", Activation{kind, random.uniform(-1.5f, 2.5f), 0}, {x});
}

inline Graph random_modern(std::uint32_t seed) {
  Random random(seed);
  Graph g;
  const int channels = random.between(2, 40);
  const auto activation = [&] {
    const ActivationKind kinds[] = {ActivationKind::elu,      ActivationKind::gelu, ActivationKind::gelu_tanh,
                                    ActivationKind::softsign, ActivationKind::tanh, ActivationKind::mish,
                                    ActivationKind::abs,      ActivationKind::erf,  ActivationKind::softplus};
    return Activation{kinds[random.between(0, 8)], random.uniform(0.5f, 2), random.chance() ? 1 : 1.05f};
  };
  NodeId x = g.append("input", Input{3}, {});
  x = g.append("stem", random_conv(random, 3, channels, 3, 2, 1), {x});
  x = append_channel_norm(g, random, x, channels, "first_norm");
  x = g.append("first", activation(), {x});
  x = append_response_norm(g, x);
  const NodeId other = g.append("other", activation(), {x});
  x = append_mask(g, random, x);
  x = g.append("lesser", Arithmetic{ArithmeticKind::minimum}, {x, other});
  x = append_positive_curve(g, random, x);
  x = g.append("resize",
               Resize{ResizeMode::cubic,
                      static_cast<ResizeCoordinates>(random.between(0, 3)),
                      ResizeRounding::floor,
                      {random.between(1, 5), random.between(1, 5)},
                      {random.between(1, 4), random.between(1, 4)},
                      random.chance() ? -0.75f : -0.5f},
               {x});
  x = append_channel_norm(g, random, x, channels, "second_norm");
  x = g.append("tanh", Activation{ActivationKind::tanh, 0, 0}, {x});
  x = g.append("exp", Activation{ActivationKind::exp, 0, 0}, {x});
  g.append("head", random_conv(random, channels, random.between(2, 35), 1, 1, 0), {x});
  return g;
}

}  // namespace fcn::test
