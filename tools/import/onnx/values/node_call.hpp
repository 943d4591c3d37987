// SPDX-License-Identifier: MIT
// One ONNX node with the values of its inputs: typed access to both, with a Refusal that names what is
// missing or wrong. Not here: what any node means (fold_constants.hpp, lowering.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "fcn/graph/graph.hpp"
#include "tools/import/onnx/file/known_tensor.hpp"
#include "tools/import/onnx/file/onnx_model.hpp"
#include "tools/import/onnx/values/tensor_view.hpp"

namespace fcn::tools {

/// A tensor that depends on the picture: a view of a node's feature map.
struct Feature {
  NodeId node = 0;
  Shape shape;  ///< of the map, on the training window
  TensorView view;
  /// What has been asked for along rows or columns alone: the map is whole until the same is asked for along
  /// the other axis, too.
  std::optional<ReductionKind> pending{};
};

using Value = std::variant<KnownPtr, Feature>;

Dims dims_of(const Value& value);

class NodeCall {
 public:
  /// `inputs` are as many as the node's; nothing for optional ones left out.
  NodeCall(const OnnxNode& node, std::int64_t opset, std::vector<std::optional<Value>> inputs);

  [[nodiscard]] const OnnxNode& node() const { return node_; }
  [[nodiscard]] std::int64_t opset() const { return opset_; }

  [[nodiscard]] std::size_t input_count() const { return inputs_.size(); }
  [[nodiscard]] bool has(std::size_t i) const { return i < inputs_.size() && inputs_[i]; }
  [[nodiscard]] bool is_known(std::size_t i) const;
  [[nodiscard]] bool all_known() const;  ///< of the inputs that are given
  [[nodiscard]] const Value& input(std::size_t i) const;
  [[nodiscard]] const KnownTensor& known(std::size_t i) const;
  [[nodiscard]] const Feature& feature(std::size_t i) const;
  /// Values of a known input as integers, or as floats.
  [[nodiscard]] std::vector<std::int64_t> known_integers(std::size_t i) const;
  [[nodiscard]] std::vector<float> known_reals(std::size_t i) const;

  [[nodiscard]] bool has_attribute(std::string_view name) const;
  [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t fallback) const;
  [[nodiscard]] float real(std::string_view name, float fallback) const;
  [[nodiscard]] std::string text(std::string_view name, std::string_view fallback) const;
  [[nodiscard]] std::vector<float> reals(std::string_view name) const;
  [[nodiscard]] KnownPtr tensor(std::string_view name) const;
  /// Empty if there is no such attribute.
  [[nodiscard]] std::vector<std::int64_t> integers(std::string_view name) const;
  /// A list that is an attribute in old operator sets and input i in new ones; nothing if neither is given.
  [[nodiscard]] std::optional<std::vector<std::int64_t>> list(std::string_view name, std::size_t i) const;
  [[nodiscard]] std::optional<float> scalar(std::string_view name, std::size_t i) const;

 private:
  template <class T>
  [[nodiscard]] const T* find(std::string_view name, const char* kind) const;

  const OnnxNode& node_;
  std::int64_t opset_;
  std::vector<std::optional<Value>> inputs_;
};

/// An axis counted from the front, from one that may be negative.
std::size_t normal_axis(std::int64_t axis, std::size_t rank);
/// Several, ascending and each once.
std::vector<std::size_t> normal_axes(const std::vector<std::int64_t>& axes, std::size_t rank);

}  // namespace fcn::tools
