// SPDX-License-Identifier: MIT
// Appends ONNX nodes, attributes and initialisers for one node of a graph at a time, for onnx_ops.cpp and
// onnx_curves.cpp. Included only by units that may include protobuf.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fcn/graph/graph.hpp"

namespace fcn::tools {

class OnnxNodeWriter {
 public:
  using Dims = std::vector<std::int64_t>;

  explicit OnnxNodeWriter(onnx::GraphProto& graph) : graph_(graph) {}

  /// Names that follow are this node's.
  void begin(const Node& node) { node_ = &node; }
  /// The node's value. The slash keeps it apart from the graph's own input and output.
  [[nodiscard]] std::string name() const { return "/" + node_->name; }

  onnx::NodeProto& add(const char* type, const std::vector<std::string>& inputs, const std::string& output) {
    onnx::NodeProto& node = *graph_.add_node();
    node.set_op_type(type);
    node.set_name(output);
    for (const std::string& input : inputs) node.add_input(input);
    node.add_output(output);
    return node;
  }
  std::string simple(const char* type, const std::vector<std::string>& inputs) {
    add(type, inputs, name());
    return name();
  }
  static void set(onnx::NodeProto& node, const char* name, std::int64_t value) {
    attribute(node, name, onnx::AttributeProto::INT).set_i(value);
  }
  static void set(onnx::NodeProto& node, const char* name, float value) {
    attribute(node, name, onnx::AttributeProto::FLOAT).set_f(value);
  }
  static void set(onnx::NodeProto& node, const char* name, std::string_view value) {
    attribute(node, name, onnx::AttributeProto::STRING).set_s(std::string(value));
  }
  static void set(onnx::NodeProto& node, const char* name, const Dims& values) {
    onnx::AttributeProto& list = attribute(node, name, onnx::AttributeProto::INTS);
    for (const std::int64_t value : values) list.add_ints(value);
  }
  static void set(onnx::NodeProto& node, const char* name, Extent value) {
    set(node, name, Dims{value.y, value.x});
  }
  static void set(onnx::NodeProto& node, const char* name, const Padding& pad) {
    set(node, name, Dims{pad.top, pad.left, pad.bottom, pad.right});
  }

  std::string tensor(const char* suffix, const Dims& dims, const void* data, std::size_t bytes, int type) {
    onnx::TensorProto& tensor = *graph_.add_initializer();
    tensor.set_name(node_->name + "." + suffix);
    tensor.set_data_type(type);
    for (const std::int64_t dim : dims) tensor.add_dims(dim);
    tensor.set_raw_data(data, bytes);
    return tensor.name();
  }
  std::string floats(const char* suffix, const Dims& dims, const std::vector<float>& values) {
    return tensor(suffix, dims, values.data(), values.size() * sizeof(float), onnx::TensorProto::FLOAT);
  }
  std::string integers(const char* suffix, const Dims& values) {
    return tensor(suffix, {static_cast<std::int64_t>(values.size())}, values.data(),
                  values.size() * sizeof(std::int64_t), onnx::TensorProto::INT64);
  }
  /// A number, for arithmetic with maps.
  std::string scalar(const char* suffix, float value) { return floats(suffix, {}, {value}); }

 private:
  static onnx::AttributeProto& attribute(onnx::NodeProto& node, const char* name,
                                         onnx::AttributeProto::AttributeType type) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(type);
    return attribute;
  }
  onnx::GraphProto& graph_;
  const Node* node_ = nullptr;
};

}  // namespace fcn::tools
