// SPDX-License-Identifier: MIT
#include "tools/import/pt2/translate_pt2.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "fcn/base/printable.hpp"
#include "tools/import/pt2/aten/aten_ops.hpp"
#include "tools/import/pt2/in_place.hpp"

namespace fcn::tools {
namespace {

/// The operator set whose meanings the translation uses.
constexpr std::int64_t kOperatorSet = 23;

using Names = std::set<std::string, std::less<>>;

/// The values of the program that an argument names.
void add_names(const AtenArgument& argument, Names& names) {
  if (const auto* tensor = std::get_if<AtenTensor>(&argument)) names.insert(tensor->name);
  if (const auto* tensors = std::get_if<AtenTensors>(&argument))
    names.insert(tensors->names.begin(), tensors->names.end());
  if (const auto* symbol = std::get_if<AtenInt>(&argument); symbol != nullptr && !symbol->is_known())
    names.insert(symbol->name);
  if (const auto* symbols = std::get_if<std::vector<AtenInt>>(&argument))
    for (const AtenInt& each : *symbols)
      if (!each.is_known()) names.insert(each.name);
}

/// Which calls the outputs depend on; `names` becomes all values that they do.
std::vector<bool> needed_calls(const AtenProgram& program, Names& names) {
  names.insert(program.outputs.begin(), program.outputs.end());
  std::vector<bool> needed(program.nodes.size(), false);
  for (std::size_t i = program.nodes.size(); i-- > 0;) {
    const AtenNode& node = program.nodes[i];
    needed[i] = std::any_of(node.outputs.begin(), node.outputs.end(),
                            [&](const std::string& name) { return !name.empty() && names.contains(name); });
    if (!needed[i]) continue;
    for (const auto& [name, argument] : node.arguments) add_names(argument, names);
  }
  return needed;
}

Error at_call(const Refusal& refusal, const AtenNode& node) {
  return {ErrorCode::unsupported, refusal.message,
          "node " + printable(node.name) + " (" + printable(node.target) + ")"};
}

OnnxValueInfo picture_info(const AtenInput& input, const AtenProgram& program) {
  OnnxValueInfo info;
  info.name = input.name;
  const auto found = program.tensors.find(input.name);
  if (found == program.tensors.end()) return info;
  const TensorMeta& meta = found->second;
  info.element = is_real(meta) ? 1 : 7;  // TensorProto's FLOAT and INT64
  info.has_shape = true;
  info.dims = meta.sizes;
  // A free size was some number in the example that the network was exported with: that is its window.
  for (std::size_t i = 1; i < info.dims.size(); ++i)
    if (info.dims[i] == kFreeDim) info.dims[i] = meta.hints[i];
  return info;
}

/// Weights that the calls need, under their names in the module; all of them together within the limit.
Status read_weights(const AtenProgram& program, const Names& names, const Pt2Archive& archive,
                    const Limits& limits, AtenScope& scope) {
  std::uint64_t bytes = 0;
  for (const AtenInput& input : program.inputs) {
    if (input.kind != AtenInput::Kind::stored || !names.contains(input.name)) continue;
    auto values = archive.tensor(input.stored);
    if (!values) return values.error().at("tensor " + printable(input.stored));
    bytes += values->size() * sizeof(float);
    if (bytes > limits.max_tensor_bytes)
      return Error{ErrorCode::limit_exceeded,
                   "its weights exceed the limit of " + std::to_string(limits.max_tensor_bytes) + " bytes",
                   ""};
    scope.model.initializers.emplace(input.stored, std::make_shared<const KnownTensor>(*std::move(values)));
    if (!scope.values.emplace(input.name, input.stored).second)
      return Error{ErrorCode::malformed, "has two inputs called " + printable(input.name), ""};
  }
  return {};
}

void translate_call(const AtenNode& node, AtenScope& scope) {
  AtenCall call(node, scope);
  AtenTranslation rule = is_symbolic(node.target) ? translate_symbolic : find_aten_rule(node.target);
  if (rule == nullptr) throw Refusal{"this operator is not supported (docs/export.md lists those that are)"};
  Names names;
  for (const auto& [name, argument] : node.arguments) add_names(argument, names);
  const bool depends = std::any_of(names.begin(), names.end(),
                                   [&](const std::string& name) { return scope.pictures.contains(name); });
  const std::vector<std::string> made = rule(call);
  for (std::size_t i = 0; i < std::min(made.size(), node.outputs.size()); ++i) {
    if (node.outputs[i].empty()) continue;
    if (!scope.values.emplace(node.outputs[i], made[i]).second)
      throw Refusal{"makes the value " + node.outputs[i] + ", which exists already"};
    if (depends && scope.program.tensors.contains(node.outputs[i])) scope.pictures.insert(node.outputs[i]);
  }
}

/// The outputs under the names that the program gives them.
Status name_outputs(const AtenProgram& program, AtenScope& scope) {
  for (const std::string& output : program.outputs) {
    const auto found = scope.values.find(output);
    if (found == scope.values.end())
      return Error{ErrorCode::unsupported, "output " + printable(output) + " is made by no supported call",
                   ""};
    OnnxValueInfo info;
    info.name = "output." + output;
    const auto meta = program.tensors.find(output);
    info.element = meta == program.tensors.end() || is_real(meta->second) ? 1 : 7;
    if (meta != program.tensors.end()) {
      info.has_shape = true;
      info.dims = meta->second.sizes;
    }
    scope.model.nodes.push_back({.name = output,
                                 .type = "Identity",
                                 .domain = {},
                                 .inputs = {found->second},
                                 .outputs = {info.name},
                                 .attributes = {}});
    scope.model.outputs.push_back(std::move(info));
  }
  return {};
}

}  // namespace

Result<OnnxModel> translate_program(AtenProgram program, const Pt2Archive& archive, const Limits& limits) {
  OnnxModel model;
  model.opset = kOperatorSet;
  model.producer = "pytorch";
  try {
    resolve_in_place(program);
  } catch (const Refusal& refusal) {
    return Error{ErrorCode::unsupported, refusal.message, ""};
  }
  AtenScope scope{.program = program, .model = model, .values = {}, .pictures = {}};
  Names names;
  const std::vector<bool> needed = needed_calls(program, names);
  for (const AtenInput& input : program.inputs) {
    if (input.kind != AtenInput::Kind::picture) continue;
    model.inputs.push_back(picture_info(input, program));
    scope.values.emplace(input.name, input.name);
    scope.pictures.insert(input.name);
  }
  if (const Status read = read_weights(program, names, archive, limits, scope); !read) return read.error();
  for (std::size_t i = 0; i < program.nodes.size(); ++i) {
    if (!needed[i]) continue;
    try {
      translate_call(program.nodes[i], scope);
    } catch (const Refusal& refusal) {
      return at_call(refusal, program.nodes[i]);
    }
  }
  if (const Status named = name_outputs(program, scope); !named) return named.error();
  return model;
}

}  // namespace fcn::tools
