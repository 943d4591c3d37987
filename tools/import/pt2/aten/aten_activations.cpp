// SPDX-License-Identifier: MIT
// Functions of each value by itself, and operators without effect at inference.
#include <algorithm>
#include <limits>
#include <utility>

#include "tools/import/pt2/aten/aten_ops.hpp"

namespace fcn::tools {
namespace {

using ValueNames = std::vector<std::string>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kMostFloat = std::numeric_limits<float>::max();

/// ONNX's function of this type of the operator's only tensor.
template <const char* type>
ValueNames simple(AtenCall& call) {
  return {call.emit(type, {call.tensor("self")})};
}

ValueNames identity(AtenCall& call) {
  return {call.tensor(call.is_tensor("self") ? "self" : "input")};
}

ValueNames clipped(AtenCall& call, double low, double high) {
  return {call.emit("Clip", {call.tensor("self"), call.number(std::max(low, -kMostFloat)),
                             call.number(std::min(high, kMostFloat))})};
}

ValueNames relu6(AtenCall& call) {
  return clipped(call, 0, 6);
}

ValueNames hardtanh(AtenCall& call) {
  return clipped(call, call.real("min_val", -1), call.real("max_val", 1));
}

ValueNames clamp(AtenCall& call) {
  return clipped(call, call.real("min", -kInfinity), call.real("max", kInfinity));
}

ValueNames hard_sigmoid(AtenCall& call) {
  return {call.emit("HardSigmoid", {call.tensor("self")}, {{"alpha", 1.0f / 6}, {"beta", 0.5f}})};
}

ValueNames silu(AtenCall& call) {
  const std::string x = call.tensor("self");
  return {call.emit("Mul", {x, call.emit("Sigmoid", {x})})};
}

ValueNames gelu(AtenCall& call) {
  return {call.emit("Gelu", {call.tensor("self")}, {{"approximate", call.text("approximate", "none")}})};
}

ValueNames leaky_relu(AtenCall& call) {
  const auto slope = static_cast<float>(call.real("negative_slope", 0.01));
  return {call.emit("LeakyRelu", {call.tensor("self")}, {{"alpha", slope}})};
}

/// ATen's one function for elu, selu and celu: x > 0 ? scale x : scale alpha (e^(input_scale x) - 1).
ValueNames elu(AtenCall& call) {
  const double alpha = call.real("alpha", 1), scale = call.real("scale", 1);
  const double input_scale = call.real("input_scale", 1);
  const std::string x = call.tensor("self");
  const auto narrow = [](double value) { return static_cast<float>(value); };
  if (scale == 1 && input_scale == 1) return {call.emit("Elu", {x}, {{"alpha", narrow(alpha)}})};
  if (input_scale == 1) return {call.emit("Selu", {x}, {{"alpha", narrow(alpha)}, {"gamma", narrow(scale)}})};
  if (scale == 1 && narrow(alpha * input_scale) == 1.0f)
    return {call.emit("Celu", {x}, {{"alpha", narrow(alpha)}})};
  throw Refusal{"argument input_scale is " + std::to_string(input_scale) + ", supported are 1 and 1 / alpha"};
}

ValueNames selu(AtenCall& call) {
  constexpr float alpha = 1.6732632423543772848170429916717f, gamma = 1.0507009873554804934193349852946f;
  return {call.emit("Selu", {call.tensor("self")}, {{"alpha", alpha}, {"gamma", gamma}})};
}

ValueNames celu(AtenCall& call) {
  return {call.emit("Celu", {call.tensor("self")}, {{"alpha", static_cast<float>(call.real("alpha", 1))}})};
}

/// Beyond its threshold ATen gives the value itself. From 20 on that is the function's float.
ValueNames softplus(AtenCall& call) {
  const double beta = call.real("beta", 1), threshold = call.real("threshold", 20);
  if (threshold < 18)
    throw Refusal{"argument threshold is " + std::to_string(threshold) + ", supported are 18 and more"};
  if (beta == 1) return {call.emit("Softplus", {call.tensor("self")})};
  const std::string scaled = call.emit("Mul", {call.tensor("self"), call.number(beta)});
  return {call.emit("Div", {call.emit("Softplus", {scaled}), call.number(beta)})};
}

ValueNames log_sigmoid(AtenCall& call) {
  const std::string minus = call.emit("Neg", {call.tensor("self")});
  return {call.emit("Neg", {call.emit("Softplus", {minus})})};
}

ValueNames prelu(AtenCall& call) {
  std::string slope = call.tensor("weight");
  const std::size_t rank = call.rank("self");
  if (call.rank("weight") == 1 && rank > 2 && call.fixed_size("weight", 0) != 1) {  // one a channel
    std::vector<std::int64_t> shape(rank - 1, 1);
    shape[0] = -1;
    slope = call.emit("Reshape", {slope, call.list(std::move(shape))});
  }
  return {call.emit("PRelu", {call.tensor("self"), slope})};
}

ValueNames reciprocal_root(AtenCall& call) {
  return {call.emit("Reciprocal", {call.emit("Sqrt", {call.tensor("self")})})};
}

ValueNames square(AtenCall& call) {
  const std::string x = call.tensor("self");
  return {call.emit("Mul", {x, x})};
}

ValueNames log_plus_1(AtenCall& call) {
  return {call.emit("Log", {call.emit("Add", {call.tensor("self"), call.number(1)})})};
}

/// x sigmoid(1) of both halves: the second half gates the first.
ValueNames gated_linear(AtenCall& call) {
  const std::size_t axis = call.axis("self", call.integer("dim", -1));
  const std::int64_t half = call.fixed_size("self", axis) / 2;
  const auto halves = call.emit_all("Split", {call.tensor("self"), call.list({half, half})},
                                    {{"axis", static_cast<std::int64_t>(axis)}}, 2);
  return {call.emit("Mul", {halves[0], call.emit("Sigmoid", {halves[1]})})};
}

ValueNames dropout(AtenCall& call) {
  if (call.boolean("train", false))
    throw Refusal{"drops values at random: export the network in evaluation mode (model.eval())"};
  return identity(call);
}

/// To another type: floats stay floats, because all of them are float32 here.
ValueNames convert(AtenCall& call) {
  constexpr std::int64_t kOnnxFloat = 1, kOnnxInt64 = 7, kOnnxBool = 9;  // TensorProto's numbers
  const std::string x = call.tensor("self");
  const TensorMeta& to = call.output_meta(0);
  if (!to.dtype) throw Refusal{"converts to a type that is not supported"};
  if (is_real(to)) return {is_real(call.meta("self")) ? x : call.emit("Cast", {x}, {{"to", kOnnxFloat}})};
  if (*to.dtype == DType::boolean) return {call.emit("Cast", {x}, {{"to", kOnnxBool}})};
  return {is_real(call.meta("self")) ? call.emit("Cast", {x}, {{"to", kOnnxInt64}}) : x};
}

constexpr char kAbs[] = "Abs", kCeil[] = "Ceil", kCos[] = "Cos", kErf[] = "Erf", kExp[] = "Exp",
               kFloor[] = "Floor", kHardSwish[] = "HardSwish", kLog[] = "Log", kMish[] = "Mish",
               kNeg[] = "Neg", kReciprocal[] = "Reciprocal", kRelu[] = "Relu", kSigmoid[] = "Sigmoid",
               kSin[] = "Sin", kSqrt[] = "Sqrt", kTanh[] = "Tanh";

constexpr AtenRule kAtenActivationsRules[] = {{"_to_copy", convert},
                                              {"abs", simple<kAbs>},
                                              {"alias", identity},
                                              {"alpha_dropout", dropout},
                                              {"ceil", simple<kCeil>},
                                              {"celu", celu},
                                              {"clamp", clamp},
                                              {"clamp_max", clamp},
                                              {"clamp_min", clamp},
                                              {"clip", clamp},
                                              {"clone", identity},
                                              {"contiguous", identity},
                                              {"cos", simple<kCos>},
                                              {"detach", identity},
                                              {"dropout", dropout},
                                              {"elu", elu},
                                              {"erf", simple<kErf>},
                                              {"exp", simple<kExp>},
                                              {"feature_dropout", dropout},
                                              {"float", convert},
                                              {"floor", simple<kFloor>},
                                              {"gelu", gelu},
                                              {"glu", gated_linear},
                                              {"hardsigmoid", hard_sigmoid},
                                              {"hardswish", simple<kHardSwish>},
                                              {"hardtanh", hardtanh},
                                              {"leaky_relu", leaky_relu},
                                              {"lift", identity},
                                              {"lift_fresh", identity},
                                              {"lift_fresh_copy", identity},
                                              {"log", simple<kLog>},
                                              {"log1p", log_plus_1},
                                              {"log_sigmoid", log_sigmoid},
                                              {"mish", simple<kMish>},
                                              {"native_dropout", dropout},
                                              {"neg", simple<kNeg>},
                                              {"negative", simple<kNeg>},
                                              {"prelu", prelu},
                                              {"_prelu_kernel", prelu},
                                              {"reciprocal", simple<kReciprocal>},
                                              {"relu", simple<kRelu>},
                                              {"relu6", relu6},
                                              {"resolve_conj", identity},
                                              {"resolve_neg", identity},
                                              {"rsqrt", reciprocal_root},
                                              {"selu", selu},
                                              {"sigmoid", simple<kSigmoid>},
                                              {"silu", silu},
                                              {"sin", simple<kSin>},
                                              {"softplus", softplus},
                                              {"sqrt", simple<kSqrt>},
                                              {"square", square},
                                              {"tanh", simple<kTanh>},
                                              {"to", convert},
                                              {"type_as", convert}};

}  // namespace

std::span<const AtenRule> aten_activation_rules() {
  return kAtenActivationsRules;
}

}  // namespace fcn::tools
