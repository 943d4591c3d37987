// SPDX-License-Identifier: MIT
#include "tools/import/onnx/import_onnx.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <numeric>
#include <set>
#include <string_view>
#include <utility>

#include "fcn/base/printable.hpp"
#include "fcn/graph/validate_graph.hpp"
#include "fcn/passes/rewire.hpp"
#include "tools/import/onnx/choose_output.hpp"
#include "tools/import/onnx/expand_functions.hpp"
#include "tools/import/onnx/fold_constants.hpp"
#include "tools/import/onnx/lowering.hpp"
#include "tools/import/onnx/onnx_metadata.hpp"
#include "tools/import/onnx/picture_input.hpp"
#include "tools/import/onnx/rewrite_nodes.hpp"

namespace fcn::tools {
namespace {

constexpr std::size_t kLongestName = 900;

/// What the nodes made for this one are called: by its weights' module, its own name or its first output's.
std::string graph_name(const OnnxNode& node) {
  constexpr std::string_view suffix = ".weight";
  std::string name = !node.name.empty() || node.outputs.empty() ? node.name : node.outputs.front();
  for (const std::string& input : node.inputs)
    if (input.size() > suffix.size() && input.ends_with(suffix))
      name = input.substr(0, input.size() - suffix.size());
  while (name.starts_with('/')) name.erase(0, 1);
  if (!is_utf8(name)) name = printable(name);
  return name.empty() || name.size() > kLongestName ? node.type : name;
}

std::string described(const OnnxNode& node) {
  const std::string name = !node.name.empty() || node.outputs.empty() ? node.name : node.outputs.front();
  return "node " + name + " (" + node.type + ")";
}

bool makes_any(const OnnxNode& node, const std::set<std::string, std::less<>>& names) {
  return std::any_of(node.outputs.begin(), node.outputs.end(),
                     [&](const std::string& name) { return !name.empty() && names.contains(name); });
}

/// The values that these depend on, with themselves.
std::set<std::string, std::less<>> needed_values(const OnnxModel& model,
                                                 const std::vector<std::string>& wanted) {
  std::set<std::string, std::less<>> names(wanted.begin(), wanted.end());
  for (auto node = model.nodes.rbegin(); node != model.nodes.rend(); ++node)
    if (makes_any(*node, names)) names.insert(node->inputs.begin(), node->inputs.end());
  return names;
}

class NodeLowering {
 public:
  NodeLowering(const OnnxModel& model, Values values, NetworkBuilder& net)
      : model_(model), values_(std::move(values)), net_(net) {
    for (const auto& [name, known] : model.initializers) values_.emplace(name, known);
  }

  void lower(const OnnxNode& node) {
    net_.name_nodes(graph_name(node));
    for (const OnnxNode& part : rewritten(node)) lower_part(part);
  }

  /// A value that has been made.
  [[nodiscard]] const Value& value(const std::string& name) const {
    const auto found = values_.find(name);
    if (found != values_.end()) return found->second;
    throw Refusal{"the value " + name +
                  " is made by no node before, nor an input: a cycle, or a damaged file"};
  }

 private:
  void lower_part(const OnnxNode& node) {
    std::vector<std::optional<Value>> inputs;
    for (const std::string& name : node.inputs) inputs.push_back(input(name));
    const NodeCall call(node, node.opset != 0 ? node.opset : model_.opset, std::move(inputs));
    std::vector<Value> outputs = compute(call);
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i].empty() || i >= outputs.size()) continue;
      if (!values_.emplace(node.outputs[i], std::move(outputs[i])).second)
        throw Refusal{"makes the value " + node.outputs[i] + ", which exists already"};
    }
  }

  [[nodiscard]] std::optional<Value> input(const std::string& name) const {
    if (name.empty()) return std::nullopt;
    return value(name);
  }

  std::vector<Value> compute(const NodeCall& call) {
    if (auto folded = fold(call, budget_)) {
      std::vector<Value> outputs;
      for (KnownTensor& tensor : *folded)
        outputs.emplace_back(std::make_shared<const KnownTensor>(std::move(tensor)));
      return outputs;
    }
    return find_lowering(call)(call, net_);
  }

  const OnnxModel& model_;
  Values values_;
  NetworkBuilder& net_;
  FoldBudget budget_;
};

/// The node whose channels are the logits, in the output's order.
NodeId find_logits(const Value& value, const std::string& output, NetworkBuilder& net) {
  const auto* feature = std::get_if<Feature>(&value);
  if (feature == nullptr) throw Refusal{"output " + output + " does not depend on the input"};
  const Dims dims = feature->view.dims();
  if (feature->view.is_map(feature->shape)) return feature->node;
  for (std::size_t i = 0; i < feature->view.rank(); ++i) {
    if (!feature->view.only_channels(i))
      throw Refusal{"output " + output + " of shape " + dims_text(dims) +
                    " lists places, not classes: this is no classifier's head"};
    if (axis_size(feature->view.axis(i)) != feature->shape.channels) continue;
    std::vector<std::int64_t> all(static_cast<std::size_t>(feature->shape.channels));
    std::iota(all.begin(), all.end(), std::int64_t{0});
    return select(*feature, i, all, net).node;
  }
  throw Refusal{"output " + output + " of shape " + dims_text(dims) + " is no row of classes"};
}

bool is_quantised(const OnnxNode& node) {
  return node.type.find("QLinear") != std::string::npos || node.type.find("Integer") != std::string::npos ||
         node.type.find("Quant") != std::string::npos || node.type == "QGemm";
}

void take_labels(const OnnxModel& model, const ChosenOutput& output, ImportedNetwork& network) {
  read_metadata(model, network);
  if (network.labels.empty()) network.labels = output.labels;
}

/// Pixels enter as the integers that they are.
void take_integers(ImportedNetwork& network) {
  const auto channels = static_cast<std::size_t>(std::get<Input>(network.graph.nodes[0].op).channels);
  network.mean.assign(channels, 0.0f);
  network.std.assign(channels, 1.0f / 255);
  network.preprocessing_source = "the graph's input, which is of integers from 0 to 255";
}

bool has_free_size(const OnnxModel& model, const std::set<std::string, std::less<>>& needed) {
  return std::any_of(model.inputs.begin(), model.inputs.end(), [&](const OnnxValueInfo& input) {
    return needed.contains(input.name) && std::count(input.dims.begin(), input.dims.end(), kFreeDim) > 1;
  });
}

ImportedNetwork import_classifier(const OnnxModel& model, const std::string& path, const OnnxImport& asked) {
  const ChosenOutput output = choose_output(model, asked.output_name);
  const auto needed = needed_values(model, {output.value});
  const auto named = asked.window || !has_free_size(model, needed) ? std::nullopt : metadata_window(model);
  const PictureInput input = find_picture(model, needed, asked.window ? asked.window : named, asked.limits);
  NetworkBuilder net(asked.limits);
  net.name_nodes("input");
  Feature pixels = net.append_input(input.channels, input.window);
  if (input.channels_last) {
    constexpr std::size_t rows_first[] = {0, 2, 3, 1};
    pixels.view = pixels.view.transposed(rows_first);
  }
  auto made = lower_nodes(model, {{input.name, pixels}}, {output.value}, net);
  if (!made) throw Refusal{made.error().to_string()};
  ImportedNetwork network;
  const NodeId logits = find_logits(made->front(), output.value, net);
  network.graph = net.take();
  network.graph.output = logits;
  network.name = printable(std::filesystem::path(path).stem().string());
  network.window = input.window;
  network.window_source = named ? "the file's metadata" : "the file's input";
  network.notes = output.notes;
  if (std::any_of(model.nodes.begin(), model.nodes.end(), is_quantised))
    network.notes.emplace_back(
        "the network is quantised; its weights are turned to float32, in which it runs");
  take_labels(model, output, network);
  if (const Status cleaned = passes::remove_dead_nodes(network.graph); !cleaned)
    throw Refusal{cleaned.error().to_string()};
  if (input.integers) take_integers(network);
  return network;
}

}  // namespace

Result<std::vector<Value>> lower_nodes(const OnnxModel& model, Values values,
                                       const std::vector<std::string>& wanted, NetworkBuilder& net) {
  const auto needed = needed_values(model, wanted);
  NodeLowering lowering(model, std::move(values), net);
  for (const OnnxNode& node : model.nodes) {
    if (!makes_any(node, needed)) continue;
    try {
      lowering.lower(node);
    } catch (const Refusal& refusal) {
      return Error{ErrorCode::unsupported, refusal.message, described(node)};
    }
  }
  std::vector<Value> made;
  try {
    for (const std::string& name : wanted) made.push_back(lowering.value(name));
  } catch (const Refusal& refusal) {
    return Error{ErrorCode::unsupported, refusal.message, ""};
  }
  return made;
}

Result<ImportedNetwork> import_onnx(OnnxModel model, const std::string& path, const OnnxImport& asked) {
  if (const Status expanded = expand_functions(model, asked.limits); !expanded)
    return expanded.error().at(path);
  try {
    ImportedNetwork network = import_classifier(model, path, asked);
    if (const Status valid = validate_graph(network.graph, asked.limits); !valid)
      return valid.error().at(path);
    return network;
  } catch (const Refusal& refusal) {
    return Error{ErrorCode::unsupported, refusal.message, path};
  }
}

}  // namespace fcn::tools
