// SPDX-License-Identifier: MIT
#include "tools/export/onnx/onnx_writer.hpp"

#include <onnx/onnx_pb.h>

#include <limits>
#include <variant>

#include "fcn/graph/node_tensors.hpp"
#include "fcn/graph/shape_inference.hpp"
#include "tools/export/onnx/onnx_ops.hpp"
#include "tools/shell/json_writer.hpp"

namespace fcn::tools {
namespace {

constexpr std::int64_t kOpset = 14;  // the first with HardSwish
constexpr std::int64_t kIrVersion = 7;
constexpr const char* kInput = "input";
constexpr const char* kOutput = "scores";

Status check_writable(const Graph& graph) {
  std::uint64_t values = 0;
  for (const Node& node : graph.nodes) {
    for (const auto& tensor : node_tensors(node)) values += tensor.values->size();
    if (std::holds_alternative<Flatten>(node.op) || std::holds_alternative<Linear>(node.op) ||
        std::holds_alternative<MaxPoolIndices>(node.op) || std::holds_alternative<MaxUnpool>(node.op))
      return Error{ErrorCode::unsupported, "has no counterpart in an ONNX file of free size",
                   "node " + node.name + " (" + std::string(op_name(node.op)) + ")"};
  }
  constexpr std::uint64_t most = std::numeric_limits<std::int32_t>::max() - (std::uint64_t{1} << 24);
  if (values * sizeof(float) <= most) return {};
  return Error{ErrorCode::limit_exceeded, "its weights exceed the 2 GB of an ONNX file", ""};
}

void describe(onnx::ValueInfoProto& info, const char* name, int channels, const char* height,
              const char* width) {
  info.set_name(name);
  auto* tensor = info.mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(onnx::TensorProto::FLOAT);
  auto* shape = tensor->mutable_shape();
  shape->add_dim()->set_dim_param("batch");
  if (channels > 0)
    shape->add_dim()->set_dim_value(channels);
  else
    shape->add_dim()->set_dim_param("classes");
  shape->add_dim()->set_dim_param(height);
  shape->add_dim()->set_dim_param(width);
}

template <class Value>
std::string json_list(const std::vector<Value>& values) {
  JsonWriter json;
  json.array([&] {
    for (const Value& value : values) json.add(value);
  });
  return json.take();
}

/// Written with all digits of a float's exact value.
std::vector<double> doubles(const std::vector<float>& values) {
  return {values.begin(), values.end()};
}

void add_metadata(onnx::ModelProto& model, const ModelInfo& info) {
  const auto add = [&](const char* key, const std::string& value) {
    auto& entry = *model.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  };
  if (!info.labels.empty()) add("labels", json_list(info.labels));
  add("activation", std::string(kind_name(info.activation)));
  add("mean", json_list(doubles(info.mean)));
  add("std", json_list(doubles(info.std)));
  add("window_size", std::to_string(info.window.x) + "x" + std::to_string(info.window.y));
}

}  // namespace

Result<std::uint64_t> write_onnx(AtomicFile& file, const Graph& graph, const ModelInfo& info) {
  const std::string& path = file.path();
  if (const Status writable = check_writable(graph); !writable) return writable.error().at(path);
  const int channels = std::get<Input>(graph.nodes[0].op).channels;
  const auto shapes = infer_shapes(graph, {channels, info.window.y, info.window.x});
  if (!shapes) return shapes.error().at(path);
  onnx::ModelProto model;
  model.set_ir_version(kIrVersion);
  model.set_producer_name(info.exporter);
  model.add_opset_import()->set_version(kOpset);
  onnx::GraphProto& out = *model.mutable_graph();
  out.set_name(info.name);
  describe(*out.add_input(), kInput, channels, "height", "width");
  describe(*out.add_output(), kOutput, static_cast<int>(info.labels.size()), "rows", "columns");
  add_onnx_nodes(out, graph, *shapes, kInput, kOutput);
  add_metadata(model, info);

  const std::string bytes = model.SerializeAsString();
  if (const Status written = file.write(bytes); !written) return written.error();
  return bytes.size();
}

}  // namespace fcn::tools
