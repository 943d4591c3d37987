// SPDX-License-Identifier: MIT
#include "tools/import/families/weight_source.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "fcn/file/safetensors.hpp"
#include "fcn/graph/validate_graph.hpp"

namespace fcn::tools {

WeightSource::WeightSource(const Checkpoint& checkpoint, std::string prefix)
    : checkpoint_(checkpoint), prefix_(std::move(prefix)) {
  for (const CheckpointTensor& tensor : checkpoint.tensors())
    tensors_[tensor.name] = checkpoint.find(tensor.name);
}

std::string WeightSource::full_name(const std::string& name) const {
  return name.starts_with('/') ? name.substr(1) : prefix_ + name;
}

const CheckpointTensor* WeightSource::find(const std::string& name) const {
  const auto found = tensors_.find(full_name(name));
  return found == tensors_.end() ? nullptr : found->second;
}

bool WeightSource::has_any(const std::string& name) const {
  if (find(name) != nullptr) return true;
  const std::string below = full_name(name) + ".";
  const auto found = tensors_.lower_bound(below);
  return found != tensors_.end() && found->first.starts_with(below);
}

std::set<std::string> WeightSource::children(const std::string& name) const {
  const std::string below = full_name(name) + ".";
  std::set<std::string> names;
  for (auto at = tensors_.lower_bound(below); at != tensors_.end() && at->first.starts_with(below); ++at)
    names.insert(at->first.substr(below.size(), at->first.find('.', below.size()) - below.size()));
  return names;
}

int WeightSource::dimension(const std::string& name, std::size_t axis) {
  const CheckpointTensor* found = find(name);
  if (found == nullptr) return fail(name, "is missing"), 1;
  if (axis >= found->shape.size() || found->shape[axis] < 1 ||
      found->shape[axis] > static_cast<std::uint64_t>(fcn::kMaxChannels))
    return fail(name, "has shape " + shape_text(found->shape) + ", dimension " + std::to_string(axis) +
                          " should be 1 to " + std::to_string(fcn::kMaxChannels)),
           1;
  return static_cast<int>(found->shape[axis]);
}

std::vector<float> WeightSource::read(const std::string& name, const std::vector<std::uint64_t>& shape) {
  used_.insert(full_name(name));
  if (error_) return {};
  const CheckpointTensor* found = find(name);
  if (found == nullptr) return fail(name, "is missing"), std::vector<float>();
  if (found->shape != shape)
    return fail(name, "has shape " + shape_text(found->shape) + ", expected " + shape_text(shape)),
           std::vector<float>();
  auto values = checkpoint_.read(*found);
  if (!values) return fail(values.error()), std::vector<float>();
  const auto finite = [](float value) { return std::isfinite(value); };
  const auto wrong =
      static_cast<std::size_t>(std::find_if_not(values->begin(), values->end(), finite) - values->begin());
  if (wrong < values->size())
    fail(name, std::string("has ") + (std::isnan((*values)[wrong]) ? "NaN" : "infinity") + " at element " +
                   std::to_string(wrong) + ": the training went astray, take an earlier checkpoint");
  return *std::move(values);
}

std::vector<float> WeightSource::read_optional(const std::string& name,
                                               const std::vector<std::uint64_t>& shape) {
  return find(name) == nullptr ? std::vector<float>() : read(name, shape);
}

void WeightSource::drop(const std::string& name) {
  const std::string full = full_name(name);
  for (const auto& [other, tensor] : tensors_)
    if (other == full || other.starts_with(full + ".")) used_.insert(other);
}

void WeightSource::fail(const std::string& tensor, std::string message) {
  fail(Error{ErrorCode::unsupported, std::move(message),
             checkpoint_.path() + ": tensor " + full_name(tensor)});
}

void WeightSource::fail(Error error) {
  if (!error_) error_ = std::move(error);
}

}  // namespace fcn::tools
