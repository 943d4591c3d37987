// SPDX-License-Identifier: MIT
#include "tools/import/onnx/lower_nodes.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "fcn/base/printable.hpp"
#include "tools/import/onnx/fold/fold_constants.hpp"
#include "tools/import/onnx/lower/lowering.hpp"
#include "tools/import/onnx/rewrite_nodes.hpp"
#include "tools/import/onnx/size_origin.hpp"
#include "tools/import/onnx/size_sums.hpp"

namespace fcn::tools {
namespace {

constexpr std::size_t kLongestName = 900;

/// The name of the nodes made for this one: its weights' module, its own name or its first output's.
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

class NodeLowering {
 public:
  NodeLowering(const OnnxModel& model, Values values, NetworkBuilder& net)
      : model_(model), values_(std::move(values)), net_(net) {
    for (const auto& [name, known] : model.initializers) values_.emplace(name, known);
  }

  void lower(const OnnxNode& node) {
    if (node.type == "If" && (node.domain.empty() || node.domain == "ai.onnx")) return lower_if(node);
    net_.name_nodes(graph_name(node));
    for (const OnnxNode& part : rewritten(node)) lower_part(part);
  }

  /// A value that has been made, and is whole.
  [[nodiscard]] const Value& result(const std::string& name) const {
    check_whole(value(name), name);
    return value(name);
  }
  /// A value that has been made.
  [[nodiscard]] const Value& value(const std::string& name) const {
    const auto found = values_.find(name);
    if (found != values_.end()) return found->second;
    throw Refusal{"the value " + name +
                  " is made by no node before, nor an input: a cycle, or a damaged file"};
  }

 private:
  /// The case that the condition chooses, which must be known: its nodes replace the If.
  void lower_if(const OnnxNode& node) {
    const auto* condition = node.inputs.empty() ? nullptr : std::get_if<KnownPtr>(&value(node.inputs[0]));
    if (condition == nullptr)
      throw Refusal{"its condition is missing or depends on the picture, supported is one that does not"};
    if ((*condition)->size() != 1 || (*condition)->is_real())
      throw Refusal{"its condition is no single truth value"};
    const char* chosen = (*condition)->integers()[0] != 0 ? "then_branch" : "else_branch";
    const auto attribute = node.attributes.find(chosen);
    const auto* graph = attribute == node.attributes.end()
                            ? nullptr
                            : std::get_if<std::shared_ptr<const OnnxBranch>>(&attribute->second);
    if (graph == nullptr) throw Refusal{std::string("attribute ") + chosen + " is missing"};
    const OnnxBranch& branch = **graph;
    if (branch.outputs.size() < node.outputs.size()) throw Refusal{"has more outputs than its branch"};
    std::vector<std::string> inside;  // what is known within the branch alone
    std::swap(inside, made_);
    for (const auto& [name, known] : branch.initializers) keep(name, known);
    for (const OnnxNode& inner : branch.nodes) lower_inner(inner);
    std::vector<Value> outputs;
    for (std::size_t i = 0; i < node.outputs.size(); ++i) outputs.push_back(value(branch.outputs[i]));
    std::swap(inside, made_);
    for (const std::string& name : inside) values_.erase(name);
    for (std::size_t i = 0; i < outputs.size(); ++i)
      if (!node.outputs[i].empty()) keep(node.outputs[i], std::move(outputs[i]));
  }

  void lower_inner(const OnnxNode& node) {
    try {
      lower(node);
    } catch (const Refusal& refusal) {
      throw Refusal{"in its branch, " + described(node) + ": " + refusal.message};
    }
  }

  void keep(const std::string& name, Value made) {
    if (!values_.emplace(name, std::move(made)).second)
      throw Refusal{"makes the value " + name + ", which exists already"};
    made_.push_back(name);
  }

  void lower_part(const OnnxNode& node) {
    std::vector<std::optional<Value>> inputs;
    for (const std::string& name : node.inputs) inputs.push_back(input(name));
    const NodeCall call(node, node.opset != 0 ? node.opset : model_.opset, std::move(inputs));
    std::vector<Value> outputs = compute(call);
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i].empty() || i >= outputs.size()) continue;
      keep(node.outputs[i], std::move(outputs[i]));
    }
  }

  [[nodiscard]] std::optional<Value> input(const std::string& name) const {
    if (name.empty()) return std::nullopt;
    return value(name);
  }

  std::vector<Value> compute(const NodeCall& call) {
    if (auto folded = fold(call, budget_)) {
      for (KnownTensor& tensor : *folded) trace_sizes(tensor);
      carry_origins(call, *folded, budget_);
      std::vector<Value> outputs;
      for (KnownTensor& tensor : *folded)
        outputs.emplace_back(std::make_shared<const KnownTensor>(std::move(tensor)));
      return outputs;
    }
    for (std::size_t i = 0; i < call.input_count(); ++i) check_whole(call, i);
    std::vector<Value> outputs = find_lowering(call)(call, net_);
    if (call.node().type == "aten::symbolic") carry_size(call, outputs);
    return outputs;
  }

  /// Sizes that are always equal look equal.
  void trace_sizes(KnownTensor& tensor) const {
    for (SizeOrigin& origin : tensor.origins) {
      if (origin.terms.size() != 1) continue;
      const auto [term, factor] = *origin.terms.begin();
      if (term.kind == SizeTerm::Kind::size && factor == 1 && origin.more == 0)
        origin = size_of_map(net_.first_of_size(term.node, term.columns), term.columns);
    }
  }
  /// Of a size that was computed with.
  void carry_size(const NodeCall& call, std::vector<Value>& outputs) {
    std::vector<KnownTensor> made{*std::get<KnownPtr>(outputs[0])};
    carry_origins(call, made, budget_);
    outputs[0] = std::make_shared<const KnownTensor>(std::move(made[0]));
  }

  /// A map reduced along rows alone, or columns alone, is nothing that another operator could see.
  static void check_whole(const NodeCall& call, std::size_t i) {
    constexpr std::string_view completing[] = {"ReduceMax", "ReduceMean", "ReduceMin", "ReduceSum"};
    const bool completes =
        std::find(std::begin(completing), std::end(completing), call.node().type) != std::end(completing);
    if (!completes && call.has(i)) check_whole(call.input(i), call.node().inputs[i]);
  }
  static void check_whole(const Value& value, const std::string& name) {
    if (const auto* feature = std::get_if<Feature>(&value); feature != nullptr && feature->pending)
      throw Refusal{"the value " + name +
                    " is reduced along some of its rows and columns; supported are all places at once"};
  }

  const OnnxModel& model_;
  Values values_;
  NetworkBuilder& net_;
  FoldBudget budget_;
  std::vector<std::string> made_;  ///< values, since the innermost open branch began
};

}  // namespace

std::vector<std::string> values_read(const OnnxNode& node) {
  std::vector<std::string> read = node.inputs;
  for (const auto& [name, attribute] : node.attributes) {
    const auto* branch = std::get_if<std::shared_ptr<const OnnxBranch>>(&attribute);
    if (branch == nullptr) continue;
    std::set<std::string, std::less<>> made;
    for (const OnnxNode& inner : (*branch)->nodes) {
      for (std::string& value : values_read(inner))
        if (!made.contains(value) && !(*branch)->initializers.contains(value))
          read.push_back(std::move(value));
      made.insert(inner.outputs.begin(), inner.outputs.end());
    }
    for (const std::string& output : (*branch)->outputs)
      if (!made.contains(output) && !(*branch)->initializers.contains(output)) read.push_back(output);
  }
  return read;
}

std::set<std::string, std::less<>> needed_values(const OnnxModel& model,
                                                 const std::vector<std::string>& wanted) {
  std::set<std::string, std::less<>> names(wanted.begin(), wanted.end());
  for (auto node = model.nodes.rbegin(); node != model.nodes.rend(); ++node)
    if (makes_any(*node, names)) {
      const std::vector<std::string> read = values_read(*node);
      names.insert(read.begin(), read.end());
    }
  return names;
}

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
    for (const std::string& name : wanted) made.push_back(lowering.result(name));
  } catch (const Refusal& refusal) {
    return Error{ErrorCode::unsupported, refusal.message, ""};
  }
  return made;
}

}  // namespace fcn::tools
