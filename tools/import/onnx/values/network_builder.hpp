// SPDX-License-Identifier: MIT
// The Graph that an ONNX file becomes, while it grows: every node is checked and sized for the training
// window as it is appended. Not here: which nodes an ONNX node becomes (lowering.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fcn/graph/graph.hpp"
#include "fcn/limits.hpp"
#include "tools/import/onnx/values/node_call.hpp"

namespace fcn::tools {

class NetworkBuilder {
 public:
  explicit NetworkBuilder(Limits limits) : limits_(limits) {}

  /// Nodes appended from now on are named `name`, or `name` and a number where that is taken.
  void name_nodes(const std::string& name) { name_ = name; }

  /// The picture; appended first.
  Feature append_input(int channels, Extent window);
  /// A node on whole maps, seen as a map. A Refusal if its numbers are out of range, its inputs misfit, or
  /// the network's weights become too many (65,536 nodes may share one tensor of the file).
  Feature append(Op op, std::vector<NodeId> inputs);
  /// A node that works on each value, or on each channel's values, by itself: seen as its input was.
  Feature append_like(Op op, const Feature& in);
  /// One that combines two such maps of one view.
  Feature append_like(Op op, const Feature& a, const Feature& b);

  /// Whether the node only sees results of pools and flattens of whole maps, so that it has one place at any
  /// size of the picture.
  [[nodiscard]] bool is_pooled(NodeId id) const { return pooled_[id]; }

  /// The picture, or else the last map before which `fits` its shape and has more than one place.
  [[nodiscard]] std::optional<NodeId> find_map(const std::function<bool(const Shape&)>& fits) const;
  [[nodiscard]] const Shape& shape(NodeId id) const { return shapes_[id]; }
  /// The first of the maps that have as many rows, or columns, as this one on every picture, as far as their
  /// ops say so.
  [[nodiscard]] NodeId first_of_size(NodeId id, bool columns) const {
    return first_of_size_[id][columns ? 1 : 0];
  }
  /// A map that always has the rows of one map and the columns of another.
  [[nodiscard]] std::optional<NodeId> find_map_of_sizes(NodeId rows, NodeId columns) const;

  /// For people: what had to be assumed, a sentence each.
  void note(std::string text) { notes_.push_back(std::move(text)); }
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

  [[nodiscard]] const Graph& graph() const { return graph_; }
  [[nodiscard]] Graph take() { return std::move(graph_); }

 private:
  std::string unique_name();
  void count_weights(const Node& node);
  [[nodiscard]] NodeId find_first_of_size(NodeId id, bool columns) const;

  Limits limits_;
  std::string name_ = "node";
  std::set<std::string> names_;
  std::map<std::string, int> last_number_;  ///< by name, so that many equal names take no longer than others
  std::uint64_t weights_ = 0;
  Graph graph_;
  std::vector<Shape> shapes_;
  std::vector<bool> pooled_;
  std::vector<std::array<NodeId, 2>> first_of_size_;  ///< by rows and by columns
  std::vector<std::string> notes_;
};

}  // namespace fcn::tools
