// SPDX-License-Identifier: MIT
#include "tools/import/onnx/file/onnx_model.hpp"

#include <google/protobuf/unknown_field_set.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <utility>

#include "fcn/base/printable.hpp"
#include "tools/import/onnx/file/onnx_tensor.hpp"
#include "tools/import/onnx/file/onnx_wire.hpp"

namespace fcn::tools {
namespace {

std::string check_name(const std::string& name, const Limits& limits) {
  if (name.size() <= limits.max_name_bytes) return name;
  throw Refusal{"a name of " + std::to_string(name.size()) + " bytes, the limit is " +
                std::to_string(limits.max_name_bytes)};
}

void check_count(int count, std::uint64_t limit, const char* what) {
  if (static_cast<std::uint64_t>(count) > limit)
    throw Refusal{"has " + std::to_string(count) + " " + what + ", the limit is " + std::to_string(limit)};
}

/// Strings that may be labels: short ones.
std::vector<std::string> read_texts(const google::protobuf::RepeatedPtrField<std::string>& texts,
                                    const OnnxReadOptions& options) {
  check_count(texts.size(), options.limits.max_tensors, "texts");
  std::vector<std::string> read;
  for (const std::string& text : texts) read.push_back(check_name(text, options.limits));
  return read;
}

std::shared_ptr<const OnnxBranch> read_branch(onnx::GraphProto& graph, const OnnxReadOptions& options);

OnnxAttribute read_attribute(onnx::AttributeProto& attribute, const OnnxReadOptions& options) {
  using onnx::AttributeProto;
  if (!attribute.ref_attr_name().empty())
    return OnnxReference{check_name(attribute.ref_attr_name(), options.limits)};
  switch (attribute.type()) {
    case AttributeProto::INT:
      return attribute.i();
    case AttributeProto::FLOAT:
      return attribute.f();
    case AttributeProto::STRING:
      return attribute.s();
    case AttributeProto::INTS:
      return std::vector<std::int64_t>(attribute.ints().begin(), attribute.ints().end());
    case AttributeProto::FLOATS:
      return std::vector<float>(attribute.floats().begin(), attribute.floats().end());
    case AttributeProto::STRINGS:
      return read_texts(attribute.strings(), options);
    case AttributeProto::TENSOR:
      if (attribute.t().data_type() == onnx::TensorProto::STRING)
        return read_texts(attribute.t().string_data(), options);
      return std::make_shared<const KnownTensor>(read_tensor(*attribute.mutable_t(), options));
    case AttributeProto::GRAPH:
      return read_branch(*attribute.mutable_g(), options);
    default:
      return OnnxOpaque{AttributeProto::AttributeType_Name(attribute.type())};
  }
}

OnnxNode read_node(onnx::NodeProto& from, const OnnxReadOptions& options) {
  OnnxNode node;
  node.name = check_name(from.name(), options.limits);
  node.type = check_name(from.op_type(), options.limits);
  node.domain = check_name(from.domain(), options.limits);
  check_count(from.input_size(), options.limits.max_tensors, "inputs");
  check_count(from.output_size(), options.limits.max_tensors, "outputs");
  for (const std::string& name : from.input()) node.inputs.push_back(check_name(name, options.limits));
  for (const std::string& name : from.output()) node.outputs.push_back(check_name(name, options.limits));
  for (auto& attribute : *from.mutable_attribute()) {
    try {
      if (!node.attributes.emplace(attribute.name(), read_attribute(attribute, options)).second)
        throw Refusal{"is given twice"};
    } catch (const Refusal& refusal) {
      throw Refusal{"node " + node.name + " (" + node.type + "): attribute " + attribute.name() + " " +
                    refusal.message};
    }
  }
  return node;
}

/// Its tensors lie in the file itself, whose size then bounds them.
std::shared_ptr<const OnnxBranch> read_branch(onnx::GraphProto& graph, const OnnxReadOptions& options) {
  auto branch = std::make_shared<OnnxBranch>();
  check_count(graph.node_size(), options.limits.max_nodes, "nodes");
  check_count(graph.output_size(), options.limits.max_tensors, "outputs");
  check_count(graph.initializer_size(), options.limits.max_tensors, "initialisers");
  for (auto& tensor : *graph.mutable_initializer()) {
    if (tensor.data_location() == onnx::TensorProto::EXTERNAL)
      throw Refusal{"has a tensor in another file, which is not supported inside a branch"};
    auto constant = std::make_shared<const KnownTensor>(read_tensor(tensor, options));
    if (!branch->initializers.emplace(check_name(tensor.name(), options.limits), std::move(constant)).second)
      throw Refusal{"has the initialiser " + tensor.name() + " twice"};
  }
  for (auto& node : *graph.mutable_node()) branch->nodes.push_back(read_node(node, options));
  for (const auto& output : graph.output())
    branch->outputs.push_back(check_name(output.name(), options.limits));
  return branch;
}

OnnxValueInfo read_value_info(const onnx::ValueInfoProto& from, const OnnxReadOptions& options) {
  OnnxValueInfo info;
  info.name = check_name(from.name(), options.limits);
  if (!from.type().has_tensor_type()) return info;
  const auto& tensor = from.type().tensor_type();
  info.element = tensor.elem_type();
  info.has_shape = tensor.has_shape();
  check_count(tensor.shape().dim_size(), options.limits.max_rank, "dimensions");
  // Exporters write an unknown size as a name, as nothing, as 0 or as -1.
  for (const auto& dim : tensor.shape().dim())
    info.dims.push_back(dim.has_dim_value() && dim.dim_value() > 0 ? dim.dim_value() : kFreeDim);
  return info;
}

std::int64_t read_opset(const onnx::ModelProto& model, std::int64_t oldest) {
  for (const auto& opset : model.opset_import()) {
    if (!opset.domain().empty() && opset.domain() != "ai.onnx") continue;
    if (opset.version() >= oldest) return opset.version();
    throw Refusal{"is of operator set " + std::to_string(opset.version()) + ", supported are " +
                  std::to_string(oldest) + " and newer; export it again with opset_version=20"};
  }
  throw Refusal{"names no operator set"};
}

/// The elements of all tensors together: many may lie at one place of another file.
class ElementCount {
 public:
  explicit ElementCount(const Limits& limits) : left_(limits.max_tensor_bytes / sizeof(float)) {}
  void add(const KnownTensor& tensor) {
    if (tensor.size() > left_) throw Refusal{"makes the file's tensors exceed the limit of all together"};
    left_ -= tensor.size();
  }
  void add(const OnnxNode& node) {
    for (const auto& [name, attribute] : node.attributes)
      if (const auto* tensor = std::get_if<KnownPtr>(&attribute)) add(**tensor);
  }

 private:
  std::uint64_t left_;
};

void read_initializers(onnx::GraphProto& graph, const OnnxReadOptions& options, ElementCount& count,
                       OnnxModel& model) {
  check_count(graph.initializer_size(), options.limits.max_tensors, "initialisers");
  if (graph.sparse_initializer_size() > 0) throw Refusal{"has sparse initialisers, which are not supported"};
  for (auto& tensor : *graph.mutable_initializer()) {
    const std::string name = check_name(tensor.name(), options.limits);
    try {
      if (tensor.data_type() == onnx::TensorProto::STRING) {
        model.texts.emplace(name, read_texts(tensor.string_data(), options));
        continue;
      }
      auto constant = std::make_shared<const KnownTensor>(read_tensor(tensor, options));
      count.add(*constant);
      if (!model.initializers.emplace(name, std::move(constant)).second) throw Refusal{"is there twice"};
    } catch (const Refusal& refusal) {
      throw Refusal{"initialiser " + name + " " + refusal.message};
    }
  }
}

/// FunctionProto's attribute_proto, which the installed schema may be too old to know.
void read_defaults(const onnx::FunctionProto& from, const OnnxReadOptions& options, OnnxFunction& function) {
  constexpr int kAttributeProto = 11;
  const google::protobuf::UnknownFieldSet& unknown = from.unknown_fields();
  for (int i = 0; i < unknown.field_count(); ++i) {
    const auto& field = unknown.field(i);
    if (field.number() != kAttributeProto ||
        field.type() != google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED)
      continue;
    onnx::AttributeProto attribute;
    if (!attribute.ParseFromString(field.length_delimited())) throw Refusal{"has a damaged attribute"};
    function.defaults.emplace(attribute.name(), read_attribute(attribute, options));
  }
}

OnnxFunction read_function(onnx::FunctionProto& from, const OnnxReadOptions& options) {
  OnnxFunction function;
  function.domain = check_name(from.domain(), options.limits);
  function.name = check_name(from.name(), options.limits);
  for (const auto& opset : from.opset_import())
    if (opset.domain().empty() || opset.domain() == "ai.onnx") function.opset = opset.version();
  check_count(from.input_size(), options.limits.max_tensors, "inputs");
  check_count(from.output_size(), options.limits.max_tensors, "outputs");
  check_count(from.node_size(), options.limits.max_nodes, "nodes");
  for (const std::string& name : from.input()) function.inputs.push_back(check_name(name, options.limits));
  for (const std::string& name : from.output()) function.outputs.push_back(check_name(name, options.limits));
  for (auto& node : *from.mutable_node()) function.nodes.push_back(read_node(node, options));
  read_defaults(from, options, function);
  return function;
}

OnnxModel read_model(onnx::ModelProto& from, const OnnxReadOptions& options) {
  OnnxModel model;
  model.opset = read_opset(from, options.oldest_opset);
  model.producer = check_name(from.producer_name(), options.limits);
  onnx::GraphProto& graph = *from.mutable_graph();
  model.graph_name = check_name(graph.name(), options.limits);
  check_count(graph.node_size(), options.limits.max_nodes, "nodes");
  check_count(graph.input_size(), options.limits.max_tensors, "inputs");
  check_count(graph.output_size(), options.limits.max_tensors, "outputs");
  ElementCount count(options.limits);
  read_initializers(graph, options, count, model);
  for (const auto& input : graph.input())
    if (!model.initializers.contains(input.name()) && !model.texts.contains(input.name()))
      model.inputs.push_back(read_value_info(input, options));
  for (const auto& output : graph.output()) model.outputs.push_back(read_value_info(output, options));
  for (auto& node : *graph.mutable_node()) {
    model.nodes.push_back(read_node(node, options));
    count.add(model.nodes.back());
  }
  check_count(from.functions_size(), options.limits.max_nodes, "functions");
  for (auto& function : *from.mutable_functions()) {
    try {
      model.functions.push_back(read_function(function, options));
      for (const OnnxNode& node : model.functions.back().nodes) count.add(node);
    } catch (const Refusal& refusal) {
      throw Refusal{"function " + function.name() + " " + refusal.message};
    }
  }
  check_count(from.metadata_props_size(), options.limits.max_tensors, "metadata entries");
  for (const auto& entry : from.metadata_props()) model.metadata.emplace(entry.key(), entry.value());
  return model;
}

/// Parses a message of no more parts than a network can have.
Status parse(const ByteSource& source, OnnxMessage kind, google::protobuf::MessageLite& message) {
  const auto parts = count_onnx_parts(source, kind, kMaxOnnxParts);
  if (parts && *parts > kMaxOnnxParts)
    return Error{
        ErrorCode::limit_exceeded,
        "has more than " + std::to_string(kMaxOnnxParts) + " nodes, names, attributes and tensors together",
        source.name()};
  if (parts && parse_onnx(source, message)) return {};
  return Error{ErrorCode::malformed, "is damaged or no ONNX file: protobuf cannot read it", source.name()};
}

}  // namespace

bool looks_like_onnx(const ByteSource& source) {
  // ir_version (field 1, a small number), then one of the fields 2 to 8 that a ModelProto has.
  constexpr std::array<std::byte, 7> kNextTags{std::byte{0x12}, std::byte{0x1a}, std::byte{0x22},
                                               std::byte{0x28}, std::byte{0x32}, std::byte{0x3a},
                                               std::byte{0x42}};
  const auto start = source.read(0, 3);
  return start && (*start)[0] == std::byte{0x08} && (*start)[1] < std::byte{0x80} &&
         std::find(kNextTags.begin(), kNextTags.end(), (*start)[2]) != kNextTags.end();
}

Result<OnnxModel> read_onnx(const ByteSource& source, const OnnxReadOptions& options) {
  if (source.size() > kMaxOnnxBytes)
    return Error{ErrorCode::limit_exceeded,
                 "has " + std::to_string(source.size()) +
                     " bytes, ONNX files end at 2 GB; export it with external data",
                 source.name()};
  onnx::ModelProto model;
  if (Status parsed = parse(source, OnnxMessage::model, model); !parsed) return parsed.error();
  if (!model.has_graph())
    return Error{ErrorCode::malformed, "is damaged or no ONNX file: it has no graph", source.name()};
  try {
    return read_model(model, options);
  } catch (const Refusal& refusal) {
    return Error{ErrorCode::unsupported, refusal.message, source.name()};
  }
}

Result<KnownTensor> read_onnx_tensor(const ByteSource& source, const Limits& limits) {
  onnx::TensorProto tensor;
  if (Status parsed = parse(source, OnnxMessage::tensor, tensor); !parsed) return parsed.error();
  try {
    OnnxReadOptions options;
    options.limits = limits;
    return read_tensor(tensor, options);
  } catch (const Refusal& refusal) {
    return Error{ErrorCode::unsupported, refusal.message, source.name()};
  }
}

}  // namespace fcn::tools
