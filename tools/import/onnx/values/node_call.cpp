// SPDX-License-Identifier: MIT
#include "tools/import/onnx/values/node_call.hpp"

#include <algorithm>
#include <utility>

namespace fcn::tools {

Dims dims_of(const Value& value) {
  if (const auto* known = std::get_if<KnownPtr>(&value)) return (*known)->dims;
  return std::get<Feature>(value).view.dims();
}

NodeCall::NodeCall(const OnnxNode& node, std::int64_t opset, std::vector<std::optional<Value>> inputs)
    : node_(node), opset_(opset), inputs_(std::move(inputs)) {}

bool NodeCall::is_known(std::size_t i) const {
  return has(i) && std::holds_alternative<KnownPtr>(*inputs_[i]);
}

bool NodeCall::all_known() const {
  return std::all_of(inputs_.begin(), inputs_.end(),
                     [](const auto& input) { return !input || std::holds_alternative<KnownPtr>(*input); });
}

const Value& NodeCall::input(std::size_t i) const {
  if (!has(i)) throw Refusal{"input " + std::to_string(i) + " is missing"};
  return *inputs_[i];
}

const KnownTensor& NodeCall::known(std::size_t i) const {
  if (const auto* known = std::get_if<KnownPtr>(&input(i))) return **known;
  throw Refusal{"input " + std::to_string(i) + " (" + node_.inputs[i] +
                ") depends on the picture, supported are constants there"};
}

const Feature& NodeCall::feature(std::size_t i) const {
  if (const auto* feature = std::get_if<Feature>(&input(i))) return *feature;
  throw Refusal{"input " + std::to_string(i) + " (" + node_.inputs[i] +
                ") is a constant, supported are feature maps there"};
}

std::vector<std::int64_t> NodeCall::known_integers(std::size_t i) const {
  const KnownTensor& tensor = known(i);
  if (!tensor.is_real()) return tensor.integers();
  throw Refusal{"input " + std::to_string(i) + " (" + node_.inputs[i] + ") is not of integers"};
}

std::vector<float> NodeCall::known_reals(std::size_t i) const {
  const KnownTensor& tensor = known(i);
  if (tensor.is_real()) return tensor.reals();
  throw Refusal{"input " + std::to_string(i) + " (" + node_.inputs[i] +
                ") is of integers, supported are floating-point numbers"};
}

template <class T>
const T* NodeCall::find(std::string_view name, const char* kind) const {
  const auto found = node_.attributes.find(name);
  if (found == node_.attributes.end()) return nullptr;
  if (const T* value = std::get_if<T>(&found->second)) return value;
  throw Refusal{"attribute " + std::string(name) + " is not " + kind};
}

bool NodeCall::has_attribute(std::string_view name) const {
  return node_.attributes.contains(name);
}

std::int64_t NodeCall::integer(std::string_view name, std::int64_t fallback) const {
  const auto* value = find<std::int64_t>(name, "an integer");
  return value == nullptr ? fallback : *value;
}

float NodeCall::real(std::string_view name, float fallback) const {
  const auto* value = find<float>(name, "a number");
  return value == nullptr ? fallback : *value;
}

std::string NodeCall::text(std::string_view name, std::string_view fallback) const {
  const auto* value = find<std::string>(name, "a text");
  return value == nullptr ? std::string(fallback) : *value;
}

std::vector<float> NodeCall::reals(std::string_view name) const {
  const auto* value = find<std::vector<float>>(name, "a list of numbers");
  return value == nullptr ? std::vector<float>() : *value;
}

KnownPtr NodeCall::tensor(std::string_view name) const {
  const auto* value = find<KnownPtr>(name, "a tensor");
  return value == nullptr ? nullptr : *value;
}

std::vector<std::int64_t> NodeCall::integers(std::string_view name) const {
  const auto* value = find<std::vector<std::int64_t>>(name, "a list of integers");
  return value == nullptr ? std::vector<std::int64_t>() : *value;
}

std::optional<std::vector<std::int64_t>> NodeCall::list(std::string_view name, std::size_t i) const {
  if (has_attribute(name)) return integers(name);
  if (has(i)) return known_integers(i);
  return std::nullopt;
}

std::optional<float> NodeCall::scalar(std::string_view name, std::size_t i) const {
  if (has_attribute(name)) return real(name, 0);
  if (!has(i)) return std::nullopt;
  const std::vector<float> values = known_reals(i);
  if (values.size() == 1) return values[0];
  throw Refusal{"input " + std::to_string(i) + " has " + std::to_string(values.size()) +
                " values, expected 1"};
}

std::size_t normal_axis(std::int64_t axis, std::size_t rank) {
  const auto count = static_cast<std::int64_t>(rank);
  if (axis < -count || axis >= count)
    throw Refusal{"axis " + std::to_string(axis) + " does not exist in a tensor of " + std::to_string(rank) +
                  " axes"};
  return static_cast<std::size_t>(axis < 0 ? axis + count : axis);
}

std::vector<std::size_t> normal_axes(const std::vector<std::int64_t>& axes, std::size_t rank) {
  std::vector<std::size_t> normal;
  for (const std::int64_t axis : axes) normal.push_back(normal_axis(axis, rank));
  std::sort(normal.begin(), normal.end());
  if (std::adjacent_find(normal.begin(), normal.end()) != normal.end()) throw Refusal{"names an axis twice"};
  return normal;
}

}  // namespace fcn::tools
