// SPDX-License-Identifier: MIT
#include "tools/import/onnx/network_builder.hpp"

#include <utility>
#include <variant>

#include "engine/shape_inference.hpp"
#include "engine/validate_graph.hpp"

namespace fcn::tools {

std::string NetworkBuilder::unique_name() {
  std::string name = name_;
  for (int count = 2; !names_.insert(name).second; ++count) name = name_ + "_" + std::to_string(count);
  return name;
}

Feature NetworkBuilder::append_input(int channels, Extent window) {
  const Shape shape{channels, window.y, window.x};
  const NodeId id = graph_.append(unique_name(), Input{.channels = channels}, {});
  shapes_.push_back(shape);
  return {.node = id, .shape = shape, .view = TensorView::of_map(shape)};
}

Feature NetworkBuilder::append(Op op, std::vector<NodeId> inputs) {
  if (graph_.nodes.size() >= limits_.max_nodes)
    throw Refusal{"makes more than " + std::to_string(limits_.max_nodes) + " nodes"};
  const std::string complaint = std::visit(fcn::detail::OpValidator{limits_}, op);
  if (!complaint.empty()) throw Refusal{complaint};
  const NodeId id = graph_.append(unique_name(), std::move(op), std::move(inputs));
  const Shape& picture = shapes_.front();
  const auto shape =
      std::visit(fcn::detail::ShapeVisitor{graph_.nodes[id], shapes_, picture}, graph_.nodes[id].op);
  if (!shape) throw Refusal{shape.error().message};
  shapes_.push_back(*shape);
  return {.node = id, .shape = *shape, .view = TensorView::of_map(*shape)};
}

Feature NetworkBuilder::append_like(Op op, const Feature& in) {
  Feature out = append(std::move(op), {in.node});
  out.view = in.view;
  return out;
}

}  // namespace fcn::tools
