// SPDX-License-Identifier: MIT
// Arithmetic on sizes, which networks exported with free sizes carry in their graphs. Here it only becomes a
// node; lower_aten.cpp computes it, because on the training window every size is a number.
#include <algorithm>
#include <utility>

#include "tools/import/pt2/aten/aten_ops.hpp"

namespace fcn::tools {
namespace {

constexpr std::string_view kModules[] = {"_operator.", "math.", "torch.sym_", "builtins.", "operator."};

std::string_view function_name(std::string_view target) {
  for (const std::string_view module : kModules)
    if (target.starts_with(module)) return target.substr(module.size());
  return {};
}

}  // namespace

bool is_symbolic(std::string_view target) {
  return !function_name(target).empty() || target == "torch.ops.aten.sym_size.int" ||
         target == "torch.ops.aten.sym_numel.default";
}

std::vector<std::string> translate_symbolic(AtenCall& call) {
  const std::string_view name = aten_name(call.node().target);
  if (name == "sym_size")
    return {call.emit("Gather", {call.emit("Shape", {call.tensor("self")}), call.whole(call.integer("dim"))},
                      {{"axis", std::int64_t{0}}})};
  if (name == "sym_numel") return {call.emit("Size", {call.tensor("self")})};
  std::vector<std::string> inputs;
  for (const auto& [argument, value] : call.node().arguments) {
    const bool real = std::holds_alternative<double>(value);
    inputs.push_back(real ? call.number(call.real(argument)) : call.size(argument, 0));
  }
  return {call.emit("aten::symbolic", std::move(inputs),
                    {{"function", std::string(function_name(call.node().target))}})};
}

}  // namespace fcn::tools
