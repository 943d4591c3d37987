// SPDX-License-Identifier: MIT
// Graph <-> JSON, without the weights. Every attribute of an op is written and required: a reader never
// guesses. Not here: what surrounds the graph in a model file (model_json.hpp) and its weights
// (model_file.hpp). An op's attributes are op_json.hpp's.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "fcn/file/json_fields.hpp"
#include "fcn/file/op_json.hpp"
#include "fcn/graph/graph.hpp"
#include "fcn/graph/validate_graph.hpp"
#include "fcn/limits.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI {

namespace detail {

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
  for (const JsonView& input : fields.elements("inputs", limits.max_nodes)) {
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
