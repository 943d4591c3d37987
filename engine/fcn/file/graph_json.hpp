// SPDX-License-Identifier: MIT
// Graph <-> JSON, without the weights. Every attribute of an op is written and required: a reader never
// guesses. Not here: what surrounds the graph in a model file (model_json.hpp) and its weights
// (model_file.hpp), an op's attributes (op_json.hpp).
#pragma once

#include <cstddef>

#include "fcn/file/json_fields.hpp"
#include "fcn/graph/graph.hpp"
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

Result<Node> read_node(const JsonView& view, const NodeIds& earlier, const Limits& limits);

}  // namespace detail

/// {"nodes": [...], "output": name}
OrderedJson graph_to_json(const Graph& graph);

/// A graph without weights, from the "nodes" and "output" members; already validated.
Result<Graph> graph_from_json(JsonFields& fields, const Limits& limits = {});

}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/file/graph_json_inl.hpp"
#endif
