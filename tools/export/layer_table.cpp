// SPDX-License-Identifier: MIT
#include "tools/export/layer_table.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <numeric>
#include <variant>

#include "fcn/base/printable.hpp"
#include "fcn/file/safetensors.hpp"
#include "fcn/graph/node_tensors.hpp"
#include "fcn/graph/shape_inference.hpp"
#include "fcn/run/plan_checks.hpp"

namespace fcn::tools {
namespace {

/// `text`, escaped and cut to `width` columns. Names are ASCII as a rule; others may come out a little
/// uneven.
std::string cell(std::string_view text, std::size_t width) {
  std::string shown = printable(text);
  if (shown.size() <= width) return shown;
  std::size_t end = width - 3;
  while (end > 0 && (static_cast<unsigned char>(shown[end]) & 0xc0u) == 0x80u)
    --end;  // not inside a character
  return shown.substr(0, end) + "...";
}

std::string table_row(std::string_view name, std::string_view kind, std::string_view shape,
                      std::string_view count) {
  return fmt::format("{:<31} {:<19} {:<15} {:>12}\n", cell(name, 31), cell(kind, 19), cell(shape, 15), count);
}

const std::string kRule = std::string(80, '-') + "\n";

std::string megabytes(std::uint64_t values) {
  return fmt::format("{:.2f} MB", static_cast<double>(values) * sizeof(float) / (1024 * 1024));
}

std::uint64_t values_of(const Shape& shape) {
  return static_cast<std::uint64_t>(shape.channels) * static_cast<std::uint64_t>(shape.height) *
         static_cast<std::uint64_t>(shape.width);
}

/// The totals of torchsummary. It counts activations twice, for the backward pass; a flatten moves nothing.
std::string totals(const Graph& graph, const std::vector<Shape>& shapes,
                   const std::vector<std::uint64_t>& parameters) {
  std::uint64_t activations = 0, multiply_adds = 0;
  for (NodeId id = 1; id < graph.nodes.size(); ++id) {
    if (!std::holds_alternative<Flatten>(graph.nodes[id].op)) activations += values_of(shapes[id]);
    multiply_adds += fcn::multiply_adds(graph.nodes[id].op, shapes[id]);
  }
  const std::uint64_t total = std::accumulate(parameters.begin(), parameters.end(), std::uint64_t{0});
  return table_row("Parameters", "", "", with_commas(total)) +
         table_row("Multiply-adds", "", "",
                   fmt::format("{:.2f} M", static_cast<double>(multiply_adds) / 1e6)) +
         table_row("Input", "", "", megabytes(values_of(shapes[0]))) +
         table_row("Activations", "", "", megabytes(activations)) +
         table_row("Activations, there and back", "", "", megabytes(2 * activations)) +
         table_row("Parameter memory", "", "", megabytes(total));
}

}  // namespace

std::string with_commas(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

Result<std::string> layer_table(const Graph& graph, Extent size,
                                const std::vector<std::uint64_t>& parameters) {
  const auto shapes = infer_shapes(graph, {std::get<Input>(graph.nodes[0].op).channels, size.y, size.x});
  if (!shapes) return shapes.error();
  std::string table = table_row("Layer", "Operation", "Output", "Parameters") + kRule;
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    const Shape& shape = (*shapes)[id];
    table += table_row(graph.nodes[id].name, op_name(graph.nodes[id].op),
                       fmt::format("{}x{}x{}", shape.channels, shape.height, shape.width),
                       with_commas(parameters[id]));
  }
  return table + kRule + totals(graph, *shapes, parameters);
}

std::vector<std::uint64_t> parameters_by_node(const Graph& graph) {
  std::vector<std::uint64_t> counts;
  for (const Node& node : graph.nodes) {
    std::uint64_t count = 0;
    for (const auto& tensor : node_tensors(node))
      if (tensor.learned) count += tensor.values->size();
    counts.push_back(count);
  }
  return counts;
}

std::string tensor_table(const std::vector<CheckpointTensor>& tensors) {
  std::string table = table_row("Tensor", "Type", "Shape", "Elements") + kRule;
  std::uint64_t total = 0;
  for (const CheckpointTensor& tensor : tensors) {
    table += table_row(tensor.name, dtype_name(tensor.dtype), shape_text(tensor.shape),
                       with_commas(tensor.elements));
    total += tensor.elements;
  }
  return table + kRule + table_row("Total", "", "", with_commas(total));
}

}  // namespace fcn::tools
