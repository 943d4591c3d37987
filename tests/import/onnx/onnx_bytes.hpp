// SPDX-License-Identifier: MIT
// ONNX files made in memory, right or wrong on purpose.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>
#include <vector>

namespace test_onnx {

using Dims = std::vector<std::int64_t>;

inline void set_shape(onnx::ValueInfoProto& info, const std::string& name, const Dims& dims) {
  info.set_name(name);
  auto* tensor = info.mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(onnx::TensorProto::FLOAT);
  tensor->mutable_shape()->clear_dim();
  for (const std::int64_t dim : dims) tensor->mutable_shape()->add_dim()->set_dim_value(dim);
}

/// An empty graph from "x", of these dimensions, to "y".
inline onnx::ModelProto model(const Dims& input, std::int64_t opset = 13) {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(opset);
  set_shape(*model.mutable_graph()->add_input(), "x", input);
  set_shape(*model.mutable_graph()->add_output(), "y", {});
  return model;
}

inline onnx::NodeProto& add_node(onnx::ModelProto& model, const std::string& type,
                                 const std::vector<std::string>& inputs,
                                 const std::vector<std::string>& outputs) {
  auto& node = *model.mutable_graph()->add_node();
  node.set_op_type(type);
  node.set_name("the_" + type);
  for (const std::string& name : inputs) node.add_input(name);
  for (const std::string& name : outputs) node.add_output(name);
  return node;
}

inline void set_ints(onnx::NodeProto& node, const std::string& name, const Dims& values) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INTS);
  for (const std::int64_t value : values) attribute.add_ints(value);
}

inline void set_int(onnx::NodeProto& node, const std::string& name, std::int64_t value) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}

inline void set_text(onnx::NodeProto& node, const std::string& name, const std::string& value) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::STRING);
  attribute.set_s(value);
}

inline void set_texts(onnx::NodeProto& node, const std::string& name,
                      const std::vector<std::string>& values) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::STRINGS);
  for (const std::string& value : values) attribute.add_strings(value);
}

inline void set_real(onnx::NodeProto& node, const std::string& name, float value) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::FLOAT);
  attribute.set_f(value);
}

/// Floats counted up, as many as `count` or as the shape takes.
inline onnx::TensorProto& add_floats(onnx::ModelProto& model, const std::string& name, const Dims& dims,
                                     int count = -1) {
  auto& tensor = *model.mutable_graph()->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  std::int64_t size = 1;
  for (const std::int64_t dim : dims) tensor.add_dims(dim), size *= count < 0 ? dim : 1;
  for (std::int64_t i = 0; i < (count < 0 ? size : count); ++i)
    tensor.add_float_data(static_cast<float>(i) / 8);
  return tensor;
}

inline onnx::TensorProto& add_integers(onnx::ModelProto& model, const std::string& name, const Dims& values) {
  auto& tensor = *model.mutable_graph()->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.add_dims(static_cast<std::int64_t>(values.size()));
  for (const std::int64_t value : values) tensor.add_int64_data(value);
  return tensor;
}

/// These values, of float, int8 or any other type whose values typed fields hold.
inline onnx::TensorProto& add_values(onnx::ModelProto& model, const std::string& name, int type,
                                     const Dims& dims, const std::vector<float>& values) {
  auto& tensor = *model.mutable_graph()->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(type);
  for (const std::int64_t dim : dims) tensor.add_dims(dim);
  for (const float value : values) {
    if (type == onnx::TensorProto::FLOAT)
      tensor.add_float_data(value);
    else
      tensor.add_int32_data(static_cast<int>(value));
  }
  return tensor;
}

/// From "x" (1x3x8x8) through a convolution, "a", and a relu, "f", and a pool, "q" (1x4), to five logits "y".
inline onnx::ModelProto classifier(std::int64_t opset = 17) {
  onnx::ModelProto file = model({1, 3, 8, 8}, opset);
  std::vector<float> weights;
  for (int i = 0; i < 4 * 27; ++i) weights.push_back(static_cast<float>((i * 37) % 23 - 11) / 16);
  add_values(file, "w", onnx::TensorProto::FLOAT, {4, 3, 3, 3}, weights);
  add_values(file, "fc", onnx::TensorProto::FLOAT, {4, 5}, {weights.begin(), weights.begin() + 20});
  add_node(file, "Conv", {"x", "w"}, {"a"});
  add_node(file, "Relu", {"a"}, {"f"});
  add_node(file, "GlobalAveragePool", {"f"}, {"p"});
  add_node(file, "Flatten", {"p"}, {"q"});
  add_node(file, "MatMul", {"q", "fc"}, {"y"});
  set_shape(*file.mutable_graph()->mutable_output(0), "y", {1, 5});
  return file;
}

}  // namespace test_onnx
