// SPDX-License-Identifier: MIT
#include "tools/import/onnx/rewrite_nodes.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace fcn::tools {
namespace {

/// The operator set of the nodes made here; its meanings are implemented.
constexpr std::int64_t kMadeOpset = 21;

using Attributes = std::map<std::string, OnnxAttribute, std::less<>>;

/// The nodes that one node becomes, while they are made.
class Rewriting {
 public:
  explicit Rewriting(const OnnxNode& node) : from(node) {}

  const OnnxNode& from;
  std::vector<OnnxNode> nodes;

  [[nodiscard]] std::string input(std::size_t i) const {
    return i < from.inputs.size() ? from.inputs[i] : "";
  }
  [[nodiscard]] std::string needed(std::size_t i) const {
    if (!input(i).empty()) return input(i);
    throw Refusal{"input " + std::to_string(i) + " is missing"};
  }
  [[nodiscard]] std::string output() const {
    if (!from.outputs.empty() && !from.outputs[0].empty()) return from.outputs[0];
    throw Refusal{"has no output"};
  }

  /// The node's attributes but these.
  [[nodiscard]] Attributes attributes_without(std::initializer_list<std::string_view> names) const {
    Attributes kept = from.attributes;
    for (const std::string_view name : names)
      if (const auto found = kept.find(name); found != kept.end()) kept.erase(found);
    return kept;
  }
  template <class T>
  [[nodiscard]] T attribute(std::string_view name, T fallback) const {
    const auto found = from.attributes.find(name);
    if (found == from.attributes.end()) return fallback;
    if (const T* value = std::get_if<T>(&found->second)) return *value;
    throw Refusal{"attribute " + std::string(name) + " is of another kind than expected"};
  }
  void refuse_unless(std::string_view name, std::int64_t only) const {
    if (attribute<std::int64_t>(name, only) != only)
      throw Refusal{"attribute " + std::string(name) + " is " +
                    std::to_string(attribute<std::int64_t>(name, only)) + ", supported is " +
                    std::to_string(only)};
  }

  /// Appends a node; its output is `into`, or a new value.
  std::string add(const std::string& type, std::vector<std::string> inputs, Attributes attributes = {},
                  std::string into = "") {
    if (into.empty()) into = output() + "#" + std::to_string(nodes.size());
    nodes.push_back({.name = from.name,
                     .type = type,
                     .domain = {},
                     .inputs = std::move(inputs),
                     .outputs = {into},
                     .attributes = std::move(attributes),
                     .opset = kMadeOpset});
    return into;
  }
  std::string constant(float value) {
    return add("Constant", {},
               {{"value", std::make_shared<const KnownTensor>(
                              KnownTensor{.dims = {}, .values = std::vector<float>{value}, .element = 1})}});
  }
  std::string dequantised(const std::string& value, const std::string& scale, const std::string& zero_point,
                          std::int64_t axis = 1) {
    std::vector<std::string> inputs{value, scale};
    if (!zero_point.empty()) inputs.push_back(zero_point);
    return add("DequantizeLinear", std::move(inputs), {{"axis", axis}});
  }
  void quantise(const std::string& value, const std::string& scale, const std::string& zero_point) {
    std::vector<std::string> inputs{value, scale};
    if (!zero_point.empty()) inputs.push_back(zero_point);
    add("QuantizeLinear", std::move(inputs), {}, output());
  }
  /// An activation that another operator was fused with.
  void activate(const std::string& value, const std::string& activation, const std::vector<float>& numbers) {
    const auto number = [&](std::size_t i) {
      if (i < numbers.size()) return numbers[i];
      throw Refusal{"its activation " + activation + " lacks a number"};
    };
    if (activation.empty()) {
      add("Identity", {value}, {}, output());
    } else if (activation == "Relu" || activation == "Sigmoid" || activation == "Tanh") {
      add(activation, {value}, {}, output());
    } else if (activation == "LeakyRelu") {
      add(activation, {value}, {{"alpha", number(0)}}, output());
    } else if (activation == "HardSigmoid") {
      add(activation, {value}, {{"alpha", number(0)}, {"beta", number(1)}}, output());
    } else if (activation == "Clip") {
      const std::string low = constant(number(0)), high = constant(number(1));
      add(activation, {value, low, high}, {}, output());
    } else {
      throw Refusal{"its activation is " + activation +
                    ", supported are Relu, Sigmoid, Tanh, LeakyRelu, HardSigmoid and Clip"};
    }
  }
};

std::vector<std::string> given(std::vector<std::string> inputs) {
  while (!inputs.empty() && inputs.back().empty()) inputs.pop_back();
  return inputs;
}

void fused_conv(Rewriting& to) {
  std::string value = to.add("Conv", given({to.needed(0), to.needed(1), to.input(2)}),
                             to.attributes_without({"activation", "activation_params"}));
  if (!to.input(3).empty()) value = to.add("Add", {value, to.input(3)});
  to.activate(value, to.attribute<std::string>("activation", ""),
              to.attribute<std::vector<float>>("activation_params", {}));
}

void fused_gemm(Rewriting& to) {
  const std::string value = to.add(
      "Gemm", given({to.needed(0), to.needed(1), to.input(2)}),
      to.attributes_without({"activation", "activation_alpha", "activation_beta", "activation_gamma"}));
  to.activate(value, to.attribute<std::string>("activation", ""),
              {to.attribute<float>("activation_alpha", 0), to.attribute<float>("activation_beta", 0)});
}

void fused_matmul(Rewriting& to) {
  for (const char* name : {"transA", "transB", "transBatchA", "transBatchB"}) to.refuse_unless(name, 0);
  const std::string value = to.add("MatMul", {to.needed(0), to.needed(1)});
  const std::string factor = to.constant(to.attribute<float>("alpha", 1));
  to.add("Mul", {value, factor}, {}, to.output());
}

/// Gelu, with a bias added before it if there is one.
void gelu(Rewriting& to) {
  std::string value = to.needed(0);
  if (!to.input(1).empty()) value = to.add("Add", {value, to.input(1)});
  const std::string mode = to.from.type == "FastGelu" ? "tanh" : "none";
  to.add("Gelu", {value}, {{"approximate", mode}}, to.output());
}

void quick_gelu(Rewriting& to) {
  const std::string factor = to.constant(to.attribute<float>("alpha", 1.702f));
  const std::string scaled = to.add("Mul", {to.needed(0), factor});
  const std::string weight = to.add("Sigmoid", {scaled});
  to.add("Mul", {to.needed(0), weight}, {}, to.output());
}

void skip_layer_norm(Rewriting& to) {
  std::string value = to.add("Add", {to.needed(0), to.needed(1)});
  if (!to.input(4).empty()) value = to.add("Add", {value, to.input(4)});
  if (to.from.outputs.size() > 3 && !to.from.outputs[3].empty())
    to.add("Identity", {value}, {}, to.from.outputs[3]);
  to.add("LayerNormalization", given({value, to.needed(2), to.input(3)}),
         {{"axis", std::int64_t{-1}}, {"epsilon", to.attribute<float>("epsilon", 1e-12f)}}, to.output());
}

void qlinear_conv(Rewriting& to) {
  to.refuse_unless("channels_last", 0);
  const std::string x = to.dequantised(to.needed(0), to.needed(1), to.needed(2));
  const std::string w = to.dequantised(to.needed(3), to.needed(4), to.needed(5), 0);
  std::vector<std::string> inputs{x, w};
  if (!to.input(8).empty()) {  // integers in steps of both scales' product
    const std::string step = to.add("Mul", {to.needed(1), to.needed(4)});
    inputs.push_back(to.dequantised(to.input(8), step, "", 0));
  }
  const std::string y = to.add("Conv", std::move(inputs), to.attributes_without({"channels_last"}));
  to.quantise(y, to.needed(6), to.needed(7));
}

void qlinear_matmul(Rewriting& to) {
  const std::string a = to.dequantised(to.needed(0), to.needed(1), to.needed(2));
  const std::string b = to.dequantised(to.needed(3), to.needed(4), to.needed(5), -1);
  to.quantise(to.add("MatMul", {a, b}), to.needed(6), to.needed(7));
}

void qgemm(Rewriting& to) {
  const bool turned = to.attribute<std::int64_t>("transB", 0) != 0;
  const std::string a = to.dequantised(to.needed(0), to.needed(1), to.needed(2));
  const std::string b = to.dequantised(to.needed(3), to.needed(4), to.needed(5), turned ? 0 : 1);
  std::vector<std::string> inputs{a, b};
  if (!to.input(6).empty()) {
    const std::string step = to.add("Mul", {to.needed(1), to.needed(4)});
    inputs.push_back(to.dequantised(to.input(6), step, "", 0));
  }
  if (to.input(7).empty()) {  // a result of reals
    to.add("Gemm", std::move(inputs), to.attributes_without({}), to.output());
    return;
  }
  to.quantise(to.add("Gemm", std::move(inputs), to.attributes_without({})), to.needed(7), to.input(8));
}

/// QLinearAdd and QLinearMul.
void qlinear_pair(Rewriting& to) {
  const std::string a = to.dequantised(to.needed(0), to.needed(1), to.input(2));
  const std::string b = to.dequantised(to.needed(3), to.needed(4), to.input(5));
  to.quantise(to.add(to.from.type.substr(7), {a, b}), to.needed(6), to.input(7));
}

/// Functions of one tensor: QLinearSigmoid, QLinearGlobalAveragePool and their like.
void qlinear_single(Rewriting& to) {
  to.refuse_unless("channels_last", 0);
  const std::string x = to.dequantised(to.needed(0), to.needed(1), to.input(2));
  const std::string y =
      to.add(to.from.type.substr(7), {x}, to.attributes_without({"channels_last", "opset"}));
  to.quantise(y, to.needed(3), to.input(4));
}

void qlinear_concat(Rewriting& to) {
  std::vector<std::string> parts;
  for (std::size_t i = 2; i + 2 < to.from.inputs.size(); i += 3)
    parts.push_back(to.dequantised(to.needed(i), to.needed(i + 1), to.input(i + 2)));
  to.quantise(to.add("Concat", std::move(parts), to.attributes_without({})), to.needed(0), to.needed(1));
}

/// ConvInteger and MatMulInteger: the operator on both inputs less their zero points.
void of_integers(Rewriting& to) {
  const bool conv = to.from.type == "ConvInteger";
  const std::string one = to.constant(1);
  const std::string x = to.dequantised(to.needed(0), one, to.input(2));
  std::string scales = one;
  if (!to.input(3).empty()) {  // as many scales as zero points
    const std::string zero = to.constant(0);
    const std::string zeros = to.add("Cast", {to.input(3)}, {{"to", std::int64_t{1}}});
    scales = to.add("Add", {to.add("Mul", {zeros, zero}), one});
  }
  const std::string w = to.dequantised(to.needed(1), scales, to.input(3), conv ? 0 : -1);
  to.add(conv ? "Conv" : "MatMul", {x, w}, to.attributes_without({}), to.output());
}

/// The product of a map and quantised weights, as reals.
void dynamic_matmul(Rewriting& to) {
  const bool integers = to.from.type == "MatMulIntegerToFloat";
  // A, B, a_scale, b_scale, a_zero, b_zero, bias; or A, B, b_scale, b_zero, bias.
  const std::string a = integers ? to.dequantised(to.needed(0), to.needed(2), to.input(4)) : to.needed(0);
  const std::string b =
      to.dequantised(to.needed(1), to.needed(integers ? 3 : 2), to.input(integers ? 5 : 3), -1);
  const std::string bias = to.input(integers ? 6 : 4);
  if (bias.empty()) {
    to.add("MatMul", {a, b}, {}, to.output());
    return;
  }
  to.add("Add", {to.add("MatMul", {a, b}), bias}, {}, to.output());
}

/// An operator that ONNX has, too.
void same(Rewriting& to) {
  OnnxNode node = to.from;
  node.domain.clear();
  node.opset = kMadeOpset;
  to.nodes.push_back(std::move(node));
}

struct Rule {
  std::string_view domain;
  std::string_view type;
  void (*rewrite)(Rewriting& to);
};
constexpr std::string_view kMicrosoft = "com.microsoft";
constexpr Rule kRewriteNodesRules[] = {{"", "ConvInteger", of_integers},
                                       {"", "MatMulInteger", of_integers},
                                       {"", "QLinearConv", qlinear_conv},
                                       {"", "QLinearMatMul", qlinear_matmul},
                                       {kMicrosoft, "BiasGelu", gelu},
                                       {kMicrosoft, "DequantizeLinear", same},
                                       {kMicrosoft, "DynamicQuantizeMatMul", dynamic_matmul},
                                       {kMicrosoft, "FastGelu", gelu},
                                       {kMicrosoft, "FusedConv", fused_conv},
                                       {kMicrosoft, "FusedGemm", fused_gemm},
                                       {kMicrosoft, "FusedMatMul", fused_matmul},
                                       {kMicrosoft, "Gelu", gelu},
                                       {kMicrosoft, "MatMulIntegerToFloat", dynamic_matmul},
                                       {kMicrosoft, "QGemm", qgemm},
                                       {kMicrosoft, "QLinearAdd", qlinear_pair},
                                       {kMicrosoft, "QLinearAveragePool", qlinear_single},
                                       {kMicrosoft, "QLinearConcat", qlinear_concat},
                                       {kMicrosoft, "QLinearConv", qlinear_conv},
                                       {kMicrosoft, "QLinearGlobalAveragePool", qlinear_single},
                                       {kMicrosoft, "QLinearLeakyRelu", qlinear_single},
                                       {kMicrosoft, "QLinearMul", qlinear_pair},
                                       {kMicrosoft, "QLinearReduceMean", qlinear_single},
                                       {kMicrosoft, "QLinearSigmoid", qlinear_single},
                                       {kMicrosoft, "QLinearSoftmax", qlinear_single},
                                       {kMicrosoft, "QuantizeLinear", same},
                                       {kMicrosoft, "QuickGelu", quick_gelu},
                                       {kMicrosoft, "SkipLayerNormalization", skip_layer_norm}};

}  // namespace

std::vector<OnnxNode> rewritten(const OnnxNode& node) {
  const std::string_view domain = node.domain == "ai.onnx" ? "" : std::string_view(node.domain);
  for (const Rule& rule : kRewriteNodesRules) {
    if (rule.domain != domain || rule.type != node.type) continue;
    Rewriting to(node);
    rule.rewrite(to);
    return to.nodes;
  }
  if (domain.empty()) return {node};
  throw Refusal{"belongs to the domain " + node.domain +
                ", supported are ONNX's own operators, functions that the file itself defines, and what ONNX "
                "Runtime's optimiser writes; export it again without optimisation or custom operators"};
}

}  // namespace fcn::tools
