// SPDX-License-Identifier: MIT
// Arithmetic on tensors of any views, as ONNX broadcasts them, of which several operators are composed. Not
// here: which operator asks for it (lower_*.cpp), how axes are paired (pair_up.hpp).
#pragma once

#include <optional>

#include "tools/import/onnx/lower/lowering.hpp"

namespace fcn::tools {

/// a + b and so on; at least one of them depends on the picture.
Feature combine(ArithmeticKind kind, const Value& a, const Value& b, NetworkBuilder& net);

Feature activate(const Feature& in, ActivationKind kind, NetworkBuilder& net, float alpha = 0,
                 float beta = 0);

/// scale x + shift, the same for all channels.
Feature scaled(const Feature& in, float scale, float shift, NetworkBuilder& net);

/// max(x, low) and min(x, high).
Feature at_least(const Feature& in, float low, NetworkBuilder& net);
Feature at_most(const Feature& in, float high, NetworkBuilder& net);

Feature square(const Feature& in, NetworkBuilder& net);

/// x to the power of a number.
Feature power(const Feature& in, float exponent, NetworkBuilder& net);

/// 1 where x is not 0, else 0 (lower_comparisons.cpp).
Feature is_nonzero(const Feature& x, NetworkBuilder& net);

/// a b, if that product is known as an activation of its own: SiLU, hard swish, Mish, GELU.
std::optional<Feature> as_activation(const Feature& a, const Feature& b, NetworkBuilder& net);

/// a / b, if that is a sigmoid or a softmax written out: e^x / (1 + e^x), e^x / sum of e^x over the channels.
std::optional<Feature> as_quotient(const Feature& a, const Feature& b, NetworkBuilder& net);

/// e^map, if that is a sigmoid or a softmax of which the file takes the logarithm first.
std::optional<Feature> as_exponential(const Feature& map, NetworkBuilder& net);

/// 1 / map, if that is a sigmoid written out: 1 / (1 + e^-x).
std::optional<Feature> as_reciprocal(const Feature& map, NetworkBuilder& net);

}  // namespace fcn::tools
