// SPDX-License-Identifier: MIT
// Graph <-> JSON, without the weights. Every attribute of an op is written and required: a reader never
// guesses. Not here: what surrounds the graph in a model file (model_json.hpp) and its weights
// (model_file.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/graph.hpp"
#include "engine/json_fields.hpp"
#include "engine/limits.hpp"
#include "engine/result.hpp"
#include "engine/validate_graph.hpp"

namespace fcn::inline FCN_ABI {

namespace detail {

inline OrderedJson to_json(Extent extent) {
  return OrderedJson::array({extent.y, extent.x});
}
inline OrderedJson to_json(const Padding& pad) {
  return OrderedJson::array({pad.top, pad.left, pad.bottom, pad.right});
}

/// Adds an op's attributes to its node's object.
struct OpWriter {
  OrderedJson& node;

  void operator()(const Input& op) const { node["channels"] = op.channels; }
  void operator()(const Conv& op) const {
    node["in_channels"] = op.in_channels;
    node["out_channels"] = op.out_channels;
    node["kernel"] = to_json(op.kernel);
    node["stride"] = to_json(op.stride);
    node["dilation"] = to_json(op.dilation);
    node["pad"] = to_json(op.pad);
    node["groups"] = op.groups;
    node["residual"] = op.residual;
    node["relu"] = op.relu;
  }
  void operator()(const BatchNorm& op) const {
    node["channels"] = op.channels;
    node["epsilon"] = op.epsilon;
    node["relu"] = op.relu;
  }
  void operator()(const MaxPool& op) const {
    node["kernel"] = to_json(op.kernel);
    node["stride"] = to_json(op.stride);
    node["dilation"] = to_json(op.dilation);
    node["pad"] = to_json(op.pad);
    node["ceil_mode"] = op.ceil_mode;
  }
  void operator()(const AveragePool& op) const {
    node["kernel"] = to_json(op.kernel);
    node["stride"] = to_json(op.stride);
    node["pad"] = to_json(op.pad);
    node["ceil_mode"] = op.ceil_mode;
    node["count_include_pad"] = op.count_include_pad;
  }
  void operator()(const Add& op) const { node["relu"] = op.relu; }
  void operator()(const Linear& op) const {
    node["in_features"] = op.in_features;
    node["out_features"] = op.out_features;
  }
  void operator()(const Relu&) const {}
  void operator()(const GlobalAveragePool&) const {}
  void operator()(const Flatten&) const {}
  void operator()(const Softmax&) const {}
};

inline Extent read_extent(JsonFields& fields, const char* key, const Limits& limits) {
  const std::vector<int> values = fields.integers(key, 2, 1, limits.max_image_side);
  if (values.size() == 2) return {values[0], values[1]};
  fields.fail({ErrorCode::malformed, "expected [y, x]", std::string("field ") + key});
  return {};
}

inline Padding read_padding(JsonFields& fields, const Limits& limits) {
  const std::vector<int> values = fields.integers("pad", 4, 0, limits.max_image_side);
  if (values.size() == 4) return {values[0], values[1], values[2], values[3]};
  fields.fail({ErrorCode::malformed, "expected [top, left, bottom, right]", "field pad"});
  return {};
}

/// Reads an op's attributes into a default-made op.
struct OpReader {
  JsonFields& fields;
  const Limits& limits;

  [[nodiscard]] int count(const char* key) const { return fields.integer(key, 1, kMaxChannels); }

  void operator()(Input& op) const { op.channels = count("channels"); }
  void operator()(Conv& op) const {
    op.in_channels = count("in_channels");
    op.out_channels = count("out_channels");
    op.kernel = read_extent(fields, "kernel", limits);
    op.stride = read_extent(fields, "stride", limits);
    op.dilation = read_extent(fields, "dilation", limits);
    op.pad = read_padding(fields, limits);
    op.groups = count("groups");
    op.residual = fields.boolean("residual");
    op.relu = fields.boolean("relu");
  }
  void operator()(BatchNorm& op) const {
    op.channels = count("channels");
    op.epsilon = fields.number("epsilon");
    op.relu = fields.boolean("relu");
  }
  void operator()(MaxPool& op) const {
    op.kernel = read_extent(fields, "kernel", limits);
    op.stride = read_extent(fields, "stride", limits);
    op.dilation = read_extent(fields, "dilation", limits);
    op.pad = read_padding(fields, limits);
    op.ceil_mode = fields.boolean("ceil_mode");
  }
  void operator()(AveragePool& op) const {
    op.kernel = read_extent(fields, "kernel", limits);
    op.stride = read_extent(fields, "stride", limits);
    op.pad = read_padding(fields, limits);
    op.ceil_mode = fields.boolean("ceil_mode");
    op.count_include_pad = fields.boolean("count_include_pad");
  }
  void operator()(Add& op) const { op.relu = fields.boolean("relu"); }
  void operator()(Linear& op) const {
    op.in_features = count("in_features");
    op.out_features = count("out_features");
  }
  void operator()(Relu&) const {}
  void operator()(GlobalAveragePool&) const {}
  void operator()(Flatten&) const {}
  void operator()(Softmax&) const {}
};

/// A default op of the kind that op_name() calls `name`.
template <std::size_t index = 0>
Result<Op> op_from_name(std::string_view name) {
  if constexpr (index == std::variant_size_v<Op>) {
    return Error{ErrorCode::unsupported, "unknown op \"" + std::string(name) + "\"", ""};
  } else {
    Op op(std::in_place_index<index>);
    if (op_name(op) == name) return op;
    return op_from_name<index + 1>(name);
  }
}

using NodeIds = std::map<std::string, NodeId, std::less<>>;

inline Result<Node> read_node(const JsonView& view, const NodeIds& earlier, const Limits& limits) {
  JsonFields fields(view);
  Node node;
  node.name = fields.string("name");
  const std::string op = fields.string("op");
  for (const JsonView& input : fields.elements("inputs", 2)) {
    const auto found = earlier.find(fields.keep(input.string()));
    if (found == earlier.end())
      fields.fail(input.expected("the name of an earlier node"));
    else
      node.inputs.push_back(found->second);
  }
  if (auto made = op_from_name(op)) {
    node.op = *std::move(made);
    std::visit(OpReader{fields, limits}, node.op);
  } else {
    fields.fail(made.error().at("field " + view.path()));
  }
  if (const Status read = fields.finish(); !read)
    return node.name.empty() ? read.error() : read.error().at("node " + node.name);
  return node;
}

}  // namespace detail

/// {"nodes": [...], "output": name}
inline OrderedJson graph_to_json(const Graph& graph) {
  OrderedJson nodes = OrderedJson::array();
  for (const Node& node : graph.nodes) {
    OrderedJson object;
    object["name"] = node.name;
    object["op"] = std::string(op_name(node.op));
    object["inputs"] = OrderedJson::array();
    for (const NodeId input : node.inputs) object["inputs"].push_back(graph.nodes[input].name);
    std::visit(detail::OpWriter{object}, node.op);
    nodes.push_back(std::move(object));
  }
  OrderedJson json;
  json["nodes"] = std::move(nodes);
  json["output"] = graph.nodes[graph.output].name;
  return json;
}

/// A graph without weights, from the "nodes" and "output" members; already validated.
inline Result<Graph> graph_from_json(JsonFields& fields, const Limits& limits = {}) {
  Graph graph;
  detail::NodeIds ids;
  for (const JsonView& view : fields.elements("nodes", limits.max_nodes)) {
    auto node = detail::read_node(view, ids, limits);
    if (!node) return node.error();
    ids.emplace(node->name, graph.nodes.size());
    graph.nodes.push_back(*std::move(node));
  }
  const JsonView output = fields.member("output");
  const auto found = ids.find(fields.keep(output.string()));
  if (found == ids.end())
    fields.fail(output.expected("the name of a node"));
  else
    graph.output = found->second;
  if (const Status valid = validate_graph(graph, limits); !valid) fields.fail(valid.error());
  return graph;
}

}  // namespace fcn::inline FCN_ABI
