// SPDX-License-Identifier: MIT
// Definitions of graph_json.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "fcn/file/graph_json.hpp"
#include "fcn/file/op_json.hpp"
#include "fcn/graph/validate_graph.hpp"

namespace fcn::inline FCN_ABI {

namespace detail {

FCN_INLINE Result<Node> read_node(const JsonView& view, const NodeIds& earlier, const Limits& limits) {
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

FCN_INLINE OrderedJson graph_to_json(const Graph& graph) {
  OrderedJson nodes = OrderedJson::array();
  for (const Node& node : graph.nodes) {
    OrderedJson object = OrderedJson::object();
    object["name"] = node.name;
    object["op"] = std::string(op_name(node.op));
    object["inputs"] = OrderedJson::array();
    for (const NodeId input : node.inputs) object["inputs"].push_back(graph.nodes[input].name);
    std::visit(detail::OpWriter{object}, node.op);
    nodes.push_back(std::move(object));
  }
  OrderedJson json = OrderedJson::object();
  json["nodes"] = std::move(nodes);
  json["output"] = graph.nodes[graph.output].name;
  return json;
}

FCN_INLINE Result<Graph> graph_from_json(JsonFields& fields, const Limits& limits) {
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
