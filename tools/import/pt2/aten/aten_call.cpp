// SPDX-License-Identifier: MIT
#include "tools/import/pt2/aten/aten_call.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "fcn/base/dtype.hpp"
#include "tools/import/onnx/values/node_call.hpp"

namespace fcn::tools {
namespace {

constexpr std::int64_t kOnnxFloat = 1;  // TensorProto::FLOAT

}  // namespace

bool is_real(const TensorMeta& meta) {
  return meta.dtype && is_float(*meta.dtype);
}

std::string_view AtenCall::overload() const {
  const std::string_view target = node_.target;
  return target.substr(target.rfind('.') + 1);
}

const AtenArgument* AtenCall::find(std::string_view name) const {
  for (const auto& [given, argument] : node_.arguments)
    if (given == name) return std::holds_alternative<AtenNone>(argument) ? nullptr : &argument;
  return nullptr;
}

void AtenCall::wrong(std::string_view name, const char* expected) const {
  const AtenArgument* argument = find(name);
  std::string found = argument == nullptr ? " is missing" : " is of another kind";
  if (argument != nullptr)
    if (const auto* opaque = std::get_if<AtenOpaque>(argument)) found = " is " + opaque->kind;
  throw Refusal{"argument " + std::string(name) + found + ", expected " + expected};
}

const std::string& AtenCall::value_of(const std::string& name) const {
  const auto found = scope_.values.find(name);
  if (found != scope_.values.end()) return found->second;
  throw Refusal{"takes the value " + name +
                ", which nothing before makes, or makes in a form that is supported"};
}

bool AtenCall::has(std::string_view name) const {
  return find(name) != nullptr;
}

bool AtenCall::is_tensor(std::string_view name) const {
  const AtenArgument* argument = find(name);
  return argument != nullptr && std::holds_alternative<AtenTensor>(*argument);
}

std::string AtenCall::tensor(std::string_view name) const {
  const AtenArgument* argument = find(name);
  if (argument == nullptr) wrong(name, "a tensor");
  if (const auto* tensor = std::get_if<AtenTensor>(argument)) return value_of(tensor->name);
  wrong(name, "a tensor");
}

std::string AtenCall::optional_tensor(std::string_view name) const {
  return has(name) ? tensor(name) : std::string();
}

std::vector<std::string> AtenCall::tensors(std::string_view name) const {
  const AtenArgument* argument = find(name);
  const auto* tensors = argument == nullptr ? nullptr : std::get_if<AtenTensors>(argument);
  if (tensors == nullptr) wrong(name, "a list of tensors");
  std::vector<std::string> values;
  for (const std::string& each : tensors->names)
    values.push_back(each.empty() ? std::string() : value_of(each));
  return values;
}

std::int64_t AtenCall::integer(std::string_view name, std::optional<std::int64_t> fallback) const {
  const AtenArgument* argument = find(name);
  if (argument == nullptr && fallback) return *fallback;
  if (argument == nullptr) wrong(name, "an integer");
  if (const auto* value = std::get_if<AtenInt>(argument); value != nullptr && value->is_known())
    return value->value;
  if (const auto* value = std::get_if<bool>(argument)) return *value ? 1 : 0;
  wrong(name, "an integer that does not depend on the picture's size");
}

double AtenCall::real(std::string_view name, std::optional<double> fallback) const {
  const AtenArgument* argument = find(name);
  if (argument == nullptr && fallback) return *fallback;
  if (argument == nullptr) wrong(name, "a number");
  if (const auto* value = std::get_if<double>(argument)) return *value;
  return static_cast<double>(integer(name));
}

bool AtenCall::boolean(std::string_view name, bool fallback) const {
  const AtenArgument* argument = find(name);
  if (argument == nullptr) return fallback;
  if (const auto* value = std::get_if<bool>(argument)) return *value;
  if (const auto* value = std::get_if<AtenInt>(argument); value != nullptr && value->is_known())
    return value->value != 0;
  wrong(name, "true or false");
}

std::string AtenCall::text(std::string_view name, std::string_view fallback) const {
  const AtenArgument* argument = find(name);
  if (argument == nullptr) return std::string(fallback);
  if (const auto* value = std::get_if<std::string>(argument)) return *value;
  wrong(name, "a text");
}

std::vector<std::int64_t> AtenCall::integers(std::string_view name,
                                             std::vector<std::int64_t> fallback) const {
  const AtenArgument* argument = find(name);
  if (argument == nullptr) return fallback;
  if (std::holds_alternative<AtenInt>(*argument)) return {integer(name)};
  // The exporter does not know the element type of an empty list.
  if (const auto* none = std::get_if<AtenTensors>(argument); none != nullptr && none->names.empty())
    return fallback;
  const auto* list = std::get_if<std::vector<AtenInt>>(argument);
  if (list == nullptr) wrong(name, "a list of integers");
  std::vector<std::int64_t> values;
  for (const AtenInt& each : *list) {
    if (!each.is_known()) wrong(name, "integers that do not depend on the picture's size");
    values.push_back(each.value);
  }
  return values;
}

std::vector<double> AtenCall::reals(std::string_view name) const {
  const AtenArgument* argument = find(name);
  if (argument == nullptr) return {};
  if (const auto* list = std::get_if<std::vector<double>>(argument)) return *list;
  std::vector<double> values;
  for (const std::int64_t value : integers(name)) values.push_back(static_cast<double>(value));
  return values;
}

std::vector<std::int64_t> AtenCall::extents(std::string_view name, std::size_t count,
                                            std::int64_t fallback) const {
  std::vector<std::int64_t> values = integers(name);
  if (values.empty()) values = {fallback};
  if (values.size() == 1) values.resize(count, values.front());
  if (values.size() == count) return values;
  throw Refusal{"argument " + std::string(name) + " has " + std::to_string(values.size()) +
                " numbers, expected " + std::to_string(count)};
}

std::string AtenCall::size(std::string_view name, std::int64_t fallback) {
  const AtenArgument* argument = find(name);
  if (argument == nullptr) return whole(fallback);
  const auto* value = std::get_if<AtenInt>(argument);
  if (value == nullptr) wrong(name, "an integer");
  return value->is_known() ? whole(value->value) : value_of(value->name);
}

std::size_t AtenCall::count(std::string_view name) const {
  const AtenArgument* argument = find(name);
  const auto* values = argument == nullptr ? nullptr : std::get_if<std::vector<AtenInt>>(argument);
  return values == nullptr ? integers(name).size() : values->size();
}

std::string AtenCall::sizes(std::string_view name) {
  const AtenArgument* argument = find(name);
  const auto* values = argument == nullptr ? nullptr : std::get_if<std::vector<AtenInt>>(argument);
  const auto known = [](const AtenInt& each) { return each.is_known(); };
  if (values == nullptr || std::all_of(values->begin(), values->end(), known)) return list(integers(name));
  return computed_sizes(*values);
}

std::string AtenCall::expanded_sizes(std::string_view name) {
  const AtenArgument* argument = find(name);
  const auto* given = argument == nullptr ? nullptr : std::get_if<std::vector<AtenInt>>(argument);
  if (given == nullptr) wrong(name, "a list of integers");
  std::vector<AtenInt> values = *given;
  for (AtenInt& each : values)
    if (each.is_known() && each.value == -1) each.value = 1;
  return values.empty() ? list({}) : computed_sizes(values);
}

std::string AtenCall::computed_sizes(const std::vector<AtenInt>& values) {
  std::vector<std::string> parts;
  for (const AtenInt& each : values)
    parts.push_back(each.is_known() ? list({each.value})
                                    : emit("Unsqueeze", {value_of(each.name), list({0})}));
  return emit("Concat", std::move(parts), {{"axis", std::int64_t{0}}});
}

const TensorMeta& AtenCall::meta(std::string_view name) const {
  const AtenArgument* argument = find(name);
  const auto* tensor = argument == nullptr ? nullptr : std::get_if<AtenTensor>(argument);
  const auto* several = argument == nullptr ? nullptr : std::get_if<AtenTensors>(argument);
  if (tensor == nullptr && (several == nullptr || several->names.empty())) wrong(name, "a tensor");
  const std::string& named = tensor != nullptr ? tensor->name : several->names.front();
  const auto found = scope_.program.tensors.find(named);
  if (found != scope_.program.tensors.end()) return found->second;
  throw Refusal{"the file does not describe the tensor " + named};
}

const TensorMeta& AtenCall::output_meta(std::size_t i) const {
  if (i >= node_.outputs.size()) throw Refusal{"has no output " + std::to_string(i)};
  const auto found = scope_.program.tensors.find(node_.outputs[i]);
  if (found != scope_.program.tensors.end()) return found->second;
  throw Refusal{"the file does not describe its output " + node_.outputs[i]};
}

std::int64_t AtenCall::fixed_size(std::string_view name, std::size_t axis) const {
  const Dims& sizes = meta(name).sizes;
  if (axis >= sizes.size())
    throw Refusal{"argument " + std::string(name) + " has " + std::to_string(sizes.size()) + " axes"};
  if (sizes[axis] >= 0) return sizes[axis];
  throw Refusal{"argument " + std::string(name) + " has no fixed size along axis " + std::to_string(axis)};
}

bool AtenCall::depends_on_picture(std::string_view name) const {
  const AtenArgument* argument = find(name);
  const auto* tensor = argument == nullptr ? nullptr : std::get_if<AtenTensor>(argument);
  return tensor != nullptr && scope_.pictures.contains(tensor->name);
}

std::size_t AtenCall::axis(std::string_view argument, std::int64_t index) const {
  return normal_axis(index, rank(argument));
}

std::vector<std::string> AtenCall::emit_all(const char* type, std::vector<std::string> inputs,
                                            OnnxAttributes attributes, std::size_t outputs) {
  OnnxNode node{.name = node_.name,
                .type = type,
                .domain = {},
                .inputs = std::move(inputs),
                .outputs = {},
                .attributes = std::move(attributes)};
  for (std::size_t i = 0; i < outputs; ++i)
    node.outputs.push_back("%" + std::to_string(++scope_.last_number));
  std::vector<std::string> names = node.outputs;
  scope_.model.nodes.push_back(std::move(node));
  return names;
}

std::string AtenCall::emit(const char* type, std::vector<std::string> inputs, OnnxAttributes attributes) {
  return emit_all(type, std::move(inputs), std::move(attributes), 1).front();
}

std::string AtenCall::constant(KnownTensor values) {
  std::string name = "%" + std::to_string(++scope_.last_number);
  scope_.model.initializers.emplace(name, std::make_shared<const KnownTensor>(std::move(values)));
  return name;
}

std::string AtenCall::list(std::vector<std::int64_t> values) {
  const auto count = static_cast<std::int64_t>(values.size());
  return constant({.dims = {count}, .values = std::move(values)});
}

std::string AtenCall::number(double value) {
  return constant({.dims = {}, .values = std::vector<float>{static_cast<float>(value)}});
}

std::string AtenCall::whole(std::int64_t value) {
  return constant({.dims = {}, .values = std::vector<std::int64_t>{value}});
}

std::string AtenCall::filled(std::int64_t count, float value) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 20;
  return constant({.dims = {count}, .values = std::vector<float>(element_count({count}, kMost), value)});
}

std::string AtenCall::operand(std::string_view name, bool as_real) {
  if (is_tensor(name)) {
    std::string value = tensor(name);
    if (is_real(meta(name)) || !as_real) return value;
    return emit("Cast", {std::move(value)}, {{"to", kOnnxFloat}});
  }
  const AtenArgument* argument = find(name);
  const auto* symbol = argument == nullptr ? nullptr : std::get_if<AtenInt>(argument);
  if (symbol != nullptr && !symbol->is_known()) {
    std::string value = value_of(symbol->name);
    return as_real ? emit("Cast", {std::move(value)}, {{"to", kOnnxFloat}}) : value;
  }
  return as_real ? number(real(name)) : whole(integer(name));
}

}  // namespace fcn::tools
