// SPDX-License-Identifier: MIT
#include "tools/export/onnx/onnx_curves.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>

namespace fcn::tools {
namespace {

/// One step of a composition: a node that reads `inputs` and gives "<name>.<suffix>".
std::string step(OnnxNodeWriter& writer, const char* type, const std::vector<std::string>& inputs,
                 const char* suffix) {
  const std::string result = writer.name() + "." + suffix;
  writer.add(type, inputs, result);
  return result;
}

/// x > 0 ? beta x : alpha (e^x - 1). ONNX's Selu has one factor for both sides, and another for e^x - 1.
std::string write_elu(OnnxNodeWriter& writer, const Activation& op, const std::string& x) {
  if (op.beta == 1) {
    writer.set(writer.add("Elu", {x}, writer.name()), "alpha", op.alpha);
    return writer.name();
  }
  if (op.beta == 0) {
    const std::string negative = step(writer, "Min", {x, writer.scalar("zero", 0)}, "negative");
    writer.set(writer.add("Elu", {negative}, writer.name()), "alpha", op.alpha);
    return writer.name();
  }
  onnx::NodeProto& node = writer.add("Selu", {x}, writer.name());
  writer.set(node, "alpha", op.alpha / op.beta);
  writer.set(node, "gamma", op.beta);
  return writer.name();
}

/// x / 2 (1 + f(u)).
std::string write_half_gate(OnnxNodeWriter& writer, const char* f, const std::string& u,
                            const std::string& x) {
  const std::string curve = step(writer, f, {u}, "curve");
  const std::string raised = step(writer, "Add", {curve, writer.scalar("one", 1)}, "raised");
  const std::string half = step(writer, "Mul", {x, writer.scalar("half", 0.5f)}, "half");
  return writer.simple("Mul", {half, raised});
}

std::string write_gelu(OnnxNodeWriter& writer, const std::string& x) {
  const auto root = static_cast<float>(1 / std::numbers::sqrt2);
  return write_half_gate(writer, "Erf", step(writer, "Mul", {x, writer.scalar("root", root)}, "scaled"), x);
}

/// Of tanh(sqrt(2 / pi) (x + 0.044715 x^3)), as sqrt(2 / pi) x (1 + 0.044715 x^2).
std::string write_gelu_tanh(OnnxNodeWriter& writer, const std::string& x) {
  const auto root = static_cast<float>(std::sqrt(2 / std::numbers::pi));
  const std::string square = step(writer, "Mul", {x, x}, "square");
  const std::string share = step(writer, "Mul", {square, writer.scalar("cubic", 0.044715f * root)}, "share");
  const std::string slope = step(writer, "Add", {share, writer.scalar("linear", root)}, "slope");
  return write_half_gate(writer, "Tanh", step(writer, "Mul", {x, slope}, "scaled"), x);
}

std::string write_mish(OnnxNodeWriter& writer, const std::string& x) {
  const std::string gate = step(writer, "Tanh", {step(writer, "Softplus", {x}, "softplus")}, "gate");
  return writer.simple("Mul", {x, gate});
}

std::string write_hard_sigmoid(OnnxNodeWriter& writer, const Activation& op, const std::string& x) {
  onnx::NodeProto& node = writer.add("HardSigmoid", {x}, writer.name());
  writer.set(node, "alpha", op.alpha);
  writer.set(node, "beta", op.beta);
  return writer.name();
}

}  // namespace

std::string write_activation(OnnxNodeWriter& writer, const Activation& op, const std::string& input) {
  switch (op.kind) {
    case ActivationKind::leaky_relu:
      writer.set(writer.add("LeakyRelu", {input}, writer.name()), "alpha", op.alpha);
      return writer.name();
    case ActivationKind::clip:
      return writer.simple("Clip", {input, writer.scalar("min", op.alpha), writer.scalar("max", op.beta)});
    case ActivationKind::sigmoid:
      return writer.simple("Sigmoid", {input});
    case ActivationKind::hard_sigmoid:
      return write_hard_sigmoid(writer, op, input);
    case ActivationKind::hard_swish:
      return writer.simple("HardSwish", {input});
    case ActivationKind::silu:
      return writer.simple("Mul", {input, step(writer, "Sigmoid", {input}, "gate")});
    case ActivationKind::elu:
      return write_elu(writer, op, input);
    case ActivationKind::gelu:
      return write_gelu(writer, input);
    case ActivationKind::gelu_tanh:
      return write_gelu_tanh(writer, input);
    case ActivationKind::softplus:
      return writer.simple("Softplus", {input});
    case ActivationKind::softsign:
      return writer.simple("Softsign", {input});
    case ActivationKind::tanh:
      return writer.simple("Tanh", {input});
    case ActivationKind::mish:
      return write_mish(writer, input);
    case ActivationKind::abs:
      return writer.simple("Abs", {input});
    case ActivationKind::exp:
      return writer.simple("Exp", {input});
    case ActivationKind::log:
      return writer.simple("Log", {input});
    case ActivationKind::sqrt:
      return writer.simple("Sqrt", {input});
    case ActivationKind::erf:
      return writer.simple("Erf", {input});
    case ActivationKind::power:
      return writer.simple("Pow", {input, writer.scalar("exponent", op.alpha)});
  }
  return {};
}

std::string write_channel_norm(OnnxNodeWriter& writer, const ChannelNorm& op, const std::string& input) {
  const auto mean = [&](const std::string& of, const char* suffix) {
    const std::string result = writer.name() + "." + suffix;
    writer.set(writer.add("ReduceMean", {of}, result), "axes", OnnxNodeWriter::Dims{1});
    return result;
  };
  const auto learned = [&](const char* suffix, const std::vector<float>& values) {
    return writer.floats(suffix, {op.channels, 1, 1}, values);
  };
  std::string centered = input;
  if (op.center) centered = step(writer, "Sub", {input, mean(input, "mean")}, "centered");
  const std::string variance = mean(step(writer, "Mul", {centered, centered}, "squares"), "variance");
  const std::string raised =
      step(writer, "Add", {variance, writer.scalar("epsilon", static_cast<float>(op.epsilon))}, "raised");
  const std::string deviation = step(writer, "Sqrt", {raised}, "deviation");
  const std::string normal = step(writer, "Div", {centered, deviation}, "normal");
  if (op.bias.empty()) return writer.simple("Mul", {normal, learned("weight", op.weight)});
  const std::string scaled = step(writer, "Mul", {normal, learned("weight", op.weight)}, "scaled");
  return writer.simple("Add", {scaled, learned("bias", op.bias)});
}

}  // namespace fcn::tools
