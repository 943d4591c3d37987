// SPDX-License-Identifier: MIT
#include "tools/import/pt2/file/pt2_program.hpp"

#include <optional>
#include <string_view>

#include "fcn/base/printable.hpp"
#include "fcn/file/json_fields.hpp"
#include "tools/import/pt2/file/aten_argument.hpp"

namespace fcn::tools {
namespace {

constexpr std::size_t kMaxArguments = 1'024;

Result<AtenNode> read_node(const JsonView& json, const Limits& limits) {
  JsonFields fields(json);
  AtenNode node;
  node.target = fields.string("target");
  if (const auto name = fields.optional_member("name"); name && !name->is_null())
    node.name = fields.keep(name->string());
  for (const JsonView& input : fields.elements("inputs", kMaxArguments)) {
    JsonFields named(input);
    std::string name = named.string("name");
    const JsonView argument = named.member("arg");
    if (const Status read = named.status(); !read) return read.error();
    auto value = read_argument(argument, limits);
    if (!value) return value.error();
    node.arguments.emplace_back(std::move(name), *std::move(value));
  }
  for (const JsonView& output : fields.elements("outputs", limits.max_tensors)) {
    const auto names = read_output(output, limits);
    if (!names) return names.error();
    node.outputs.insert(node.outputs.end(), names->begin(), names->end());
  }
  if (const Status read = fields.status(); !read) return read.error();
  if (node.name.empty() && !node.outputs.empty()) node.name = node.outputs.front();
  if (node.target.size() > limits.max_name_bytes || node.name.size() > limits.max_name_bytes)
    return json.error("has a name of more than " + std::to_string(limits.max_name_bytes) + " bytes");
  return node;
}

/// An argument's name in {"arg": {"name": ...}} or {"arg": {"as_tensor": {"name": ...}}}.
Result<std::string> argument_name(const JsonView& spec, const Limits& limits) {
  JsonFields fields(spec);
  const JsonView argument = fields.member("arg");
  if (const Status read = fields.status(); !read) return read.error();
  if (argument.value().is_object() && argument.value().contains("name")) {
    JsonFields inner(argument);
    return inner.member("name").string();
  }
  const auto names = read_output(argument, limits);
  if (!names) return names.error();
  return names->size() == 1 ? names->front() : std::string();
}

Result<AtenInput> read_input(const JsonView& json, const Limits& limits) {
  constexpr std::pair<const char*, const char*> stored[] = {{"parameter", "parameter_name"},
                                                            {"buffer", "buffer_name"},
                                                            {"tensor_constant", "tensor_constant_name"}};
  JsonFields fields(json);
  AtenInput input;
  std::optional<JsonView> spec;
  for (const auto& [kind, key] : stored)
    if ((spec = fields.optional_member(kind))) {
      JsonFields inner(*spec);
      input.kind = AtenInput::Kind::stored;
      input.stored = inner.string(key);
      if (const Status read = inner.status(); !read) return read.error();
      break;
    }
  if (!spec && (spec = fields.optional_member("user_input"))) input.kind = AtenInput::Kind::picture;
  if (const Status read = fields.status(); !read) return read.error();
  if (!spec) return input;  // a token, an object, a number: an error if a call uses it
  auto name = argument_name(*spec, limits);
  if (!name) return name.error();
  input.name = *std::move(name);
  return input;
}

Status read_signature(const JsonView& json, const Limits& limits, AtenProgram& program) {
  JsonFields fields(json);
  if (json.value().is_object() && !json.value().contains("input_specs"))
    return Error{ErrorCode::unsupported,
                 "is of PyTorch 2.1, supported are 2.2 and later: export it again with a newer one", ""};
  for (const JsonView& spec : fields.elements("input_specs", limits.max_tensors)) {
    auto input = read_input(spec, limits);
    if (!input) return input.error();
    program.inputs.push_back(*std::move(input));
  }
  for (const JsonView& spec : fields.elements("output_specs", limits.max_tensors)) {
    JsonFields output(spec);
    const auto returned = output.optional_member("user_output");
    if (const Status read = output.status(); !read) return read;
    if (!returned) continue;  // a buffer that training would change
    auto name = argument_name(*returned, limits);
    if (!name) return name.error();
    if (!name->empty()) program.outputs.push_back(*std::move(name));
  }
  return fields.status();
}

Status read_graph(const JsonView& json, const Limits& limits, AtenProgram& program) {
  JsonFields fields(json);
  for (const JsonView& element : fields.elements("nodes", limits.max_nodes)) {
    auto node = read_node(element, limits);
    if (!node) return node.error();
    program.nodes.push_back(*std::move(node));
  }
  const JsonView tensors = fields.member("tensor_values");
  if (const Status read = fields.status(); !read) return read;
  if (!tensors.value().is_object()) return tensors.expected("an object");
  if (tensors.value().size() > limits.max_tensors)
    return Error{ErrorCode::limit_exceeded,
                 "has " + std::to_string(tensors.value().size()) + " tensors, the limit is " +
                     std::to_string(limits.max_tensors),
                 ""};
  for (const auto& [name, value] : tensors.value().items()) {
    auto meta = read_tensor_meta(JsonView(value, tensors.path() + "." + printable(name)), limits);
    if (!meta) return meta.error();
    program.tensors.emplace(name, *std::move(meta));
  }
  return {};
}

}  // namespace

Result<AtenProgram> read_program(const JsonView& json, const Limits& limits) {
  AtenProgram program;
  JsonFields top(json);
  if (const auto version = top.optional_member("torch_version"))
    program.torch_version = top.keep(version->string());
  JsonFields module(top.member("graph_module"));
  const JsonView graph = module.member("graph"), signature = module.member("signature");
  if (const Status read = top.status(); !read) return read.error();
  if (const Status read = module.status(); !read) return read.error();
  if (const Status read = read_signature(signature, limits, program); !read) return read.error();
  if (const Status read = read_graph(graph, limits, program); !read) return read.error();
  return program;
}

}  // namespace fcn::tools
