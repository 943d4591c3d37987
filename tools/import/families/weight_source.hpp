// SPDX-License-Identifier: MIT
// The tensors of a checkpoint for a family's description: by name below a prefix, with checked
// shapes and finite values. Remembers which were used and the first Error. Not here: what they are used for.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fcn/result.hpp"
#include "tools/import/checkpoints/checkpoint.hpp"

namespace fcn::tools {

class WeightSource {
 public:
  /// Names are those of the checkpoint without `prefix`, unless they begin with "/".
  WeightSource(const Checkpoint& checkpoint, std::string prefix);

  [[nodiscard]] const std::string& prefix() const { return prefix_; }
  [[nodiscard]] const CheckpointTensor* find(const std::string& name) const;
  /// Whether there is a tensor of that name or any below it ("layer1" for "layer1.0.conv1.weight").
  [[nodiscard]] bool has_any(const std::string& name) const;
  /// The numbers and words that follow "name." in the tensors' names.
  [[nodiscard]] std::set<std::string> children(const std::string& name) const;

  /// A channel count from a tensor's shape.
  int dimension(const std::string& name, std::size_t axis);
  /// The values of a tensor that must have this shape; without Error they are finite.
  std::vector<float> read(const std::string& name, const std::vector<std::uint64_t>& shape);
  /// The same, or nothing where there is no such tensor.
  std::vector<float> read_optional(const std::string& name, const std::vector<std::uint64_t>& shape);
  /// Counts everything below `name` as used.
  void drop(const std::string& name);

  void fail(const std::string& tensor, std::string message);
  void fail(Error error);
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  /// Of the checkpoint, with their prefix.
  [[nodiscard]] const std::set<std::string>& used() const { return used_; }

 private:
  [[nodiscard]] std::string full_name(const std::string& name) const;

  const Checkpoint& checkpoint_;
  std::string prefix_;
  std::map<std::string, const CheckpointTensor*, std::less<>> tensors_;  // by full name, in order
  std::set<std::string> used_;
  std::optional<Error> error_;
};

}  // namespace fcn::tools
