// SPDX-License-Identifier: MIT
// Products with matrices.
#include <utility>

#include "tools/import/pt2/aten/aten_ops.hpp"

namespace fcn::tools {
namespace {

using ValueNames = std::vector<std::string>;

/// input weight^T + bias, over the last axis.
ValueNames linear(AtenCall& call) {
  const std::string x = call.tensor("input"), weight = call.tensor("weight");
  const std::string bias = call.optional_tensor("bias");
  if (call.rank("input") == 2) {
    ValueNames inputs{x, weight};
    if (!bias.empty()) inputs.push_back(bias);
    return {call.emit("Gemm", std::move(inputs), {{"transB", std::int64_t{1}}})};
  }
  const std::string turned = call.emit("Transpose", {weight}, {{"perm", std::vector<std::int64_t>{1, 0}}});
  const std::string product = call.emit("MatMul", {x, turned});
  return {bias.empty() ? product : call.emit("Add", {product, bias})};
}

/// beta self + alpha mat1 mat2.
ValueNames product_and_sum(AtenCall& call) {
  return {call.emit("Gemm", {call.tensor("mat1"), call.tensor("mat2"), call.tensor("self")},
                    {{"alpha", static_cast<float>(call.real("alpha", 1))},
                     {"beta", static_cast<float>(call.real("beta", 1))}})};
}

ValueNames product(AtenCall& call) {
  return {call.emit("MatMul", {call.tensor("self"), call.tensor(call.has("mat2") ? "mat2" : "other")})};
}

ValueNames einsum(AtenCall& call) {
  return {call.emit("Einsum", call.tensors("tensors"), {{"equation", call.text("equation", "")}})};
}

constexpr AtenRule kAtenLinearRules[] = {{"addmm", product_and_sum}, {"bmm", product},    {"einsum", einsum},
                                         {"linear", linear},         {"matmul", product}, {"mm", product}};

}  // namespace

std::span<const AtenRule> aten_linear_rules() {
  return kAtenLinearRules;
}

}  // namespace fcn::tools
