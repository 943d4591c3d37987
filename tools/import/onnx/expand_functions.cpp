// SPDX-License-Identifier: MIT
#include "tools/import/onnx/expand_functions.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fcn::tools {
namespace {

constexpr std::size_t kMaxDepth = 64;

using ArgumentNames = std::map<std::string, std::string, std::less<>>;

class Expansion {
 public:
  Expansion(const OnnxModel& model, const Limits& limits) : model_(model), limits_(limits) {
    for (const OnnxFunction& function : model.functions) {
      const bool first = functions_.emplace(std::pair(function.domain, function.name), &function).second;
      if (!first) ambiguous_.push_back(&function);
    }
  }

  void add(OnnxNode node) {
    const OnnxFunction* function = find(node);
    if (function == nullptr) {
      for (auto& [name, attribute] : node.attributes)
        if (auto* branch = std::get_if<BranchPtr>(&attribute)) *branch = expanded(**branch);
      if (++made_ > limits_.max_nodes)
        throw Refusal{"its functions make more than " + std::to_string(limits_.max_nodes) + " nodes"};
      nodes_.push_back(std::move(node));
      return;
    }
    call(node, *function);
  }

  [[nodiscard]] std::vector<OnnxNode> take() { return std::move(nodes_); }

 private:
  using BranchPtr = std::shared_ptr<const OnnxBranch>;

  /// A branch with the calls inside it replaced.
  BranchPtr expanded(const OnnxBranch& branch) {
    auto copy = std::make_shared<OnnxBranch>(branch);
    std::vector<OnnxNode> outside = std::exchange(nodes_, {});
    for (const OnnxNode& node : branch.nodes) add(node);
    copy->nodes = std::exchange(nodes_, std::move(outside));
    return copy;
  }

  [[nodiscard]] const OnnxFunction* find(const OnnxNode& node) const {
    const auto found = functions_.find(std::pair(node.domain, node.type));
    return found == functions_.end() ? nullptr : found->second;
  }

  static std::string described(const OnnxFunction& function) {
    return "function " + function.domain + "." + function.name;
  }

  void enter(const OnnxFunction& function) {
    if (std::find(open_.begin(), open_.end(), &function) != open_.end())
      throw Refusal{described(function) + " calls itself"};
    if (open_.size() >= kMaxDepth || ++calls_ > limits_.max_nodes)
      throw Refusal{described(function) + " is called too often or too deep"};
    for (const OnnxFunction* other : ambiguous_)
      if (other->domain == function.domain && other->name == function.name)
        throw Refusal{described(function) + " is there twice"};
    if (function.opset != 0 && function.opset < kOldestOpset)
      throw Refusal{described(function) + " is of operator set " + std::to_string(function.opset) +
                    ", supported are " + std::to_string(kOldestOpset) + " and newer"};
    open_.push_back(&function);
  }

  void call(const OnnxNode& node, const OnnxFunction& function) {
    enter(function);
    if (node.inputs.size() > function.inputs.size() || node.outputs.size() > function.outputs.size())
      throw Refusal{described(function) + " is called with more inputs or outputs than it has"};
    const std::string place = node.name.empty() ? function.name : node.name;
    const std::string prefix = place + "#" + std::to_string(calls_) + "/";
    ArgumentNames names;
    for (std::size_t i = 0; i < function.inputs.size(); ++i)
      names[function.inputs[i]] = i < node.inputs.size() ? node.inputs[i] : "";
    std::vector<OnnxNode> passed_on;
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i].empty()) continue;
      const std::string& inner = function.outputs[i];
      const auto [known, fresh] = names.emplace(inner, node.outputs[i]);
      if (fresh) continue;  // else it is an input, or an output given twice
      passed_on.push_back({.name = place,
                           .type = "Identity",
                           .domain = {},
                           .inputs = {known->second},
                           .outputs = {node.outputs[i]},
                           .attributes = {},
                           .opset = function.opset});
    }
    for (const OnnxNode& from : function.nodes) add(renamed(from, node, function, prefix, place, names));
    for (OnnxNode& copy : passed_on) add(std::move(copy));
    open_.pop_back();
  }

  [[nodiscard]] OnnxNode renamed(const OnnxNode& from, const OnnxNode& caller, const OnnxFunction& function,
                                 const std::string& prefix, const std::string& place,
                                 const ArgumentNames& names) const {
    OnnxNode node = from;
    node.name = place + "/" + from.name;
    if (node.name.size() > limits_.max_name_bytes) node.name = function.name;
    if (node.opset == 0) node.opset = function.opset;
    const auto rename = [&](std::string& name) {
      if (name.empty()) return;
      const auto found = names.find(name);
      name = found != names.end() ? found->second : prefix + name;
    };
    for (std::string& name : node.inputs) rename(name);
    for (std::string& name : node.outputs) rename(name);
    for (auto at = node.attributes.begin(); at != node.attributes.end();) {
      if (const auto* inner = std::get_if<BranchPtr>(&at->second)) {
        auto branch = std::make_shared<OnnxBranch>();
        for (const auto& [name, known] : (*inner)->initializers) branch->initializers[prefix + name] = known;
        for (const OnnxNode& each : (*inner)->nodes)
          branch->nodes.push_back(renamed(each, caller, function, prefix, place, names));
        branch->outputs = (*inner)->outputs;
        for (std::string& name : branch->outputs) rename(name);
        at->second = BranchPtr(std::move(branch));
      }
      const auto* reference = std::get_if<OnnxReference>(&at->second);
      if (reference == nullptr) {
        ++at;
        continue;
      }
      // An attribute that neither the call nor the function gives is left out.
      const auto given = caller.attributes.find(reference->name);
      const auto fallback = function.defaults.find(reference->name);
      if (given != caller.attributes.end()) {
        (at++)->second = OnnxAttribute(given->second);
      } else if (fallback != function.defaults.end()) {
        (at++)->second = OnnxAttribute(fallback->second);
      } else {
        at = node.attributes.erase(at);
      }
    }
    return node;
  }

  const OnnxModel& model_;
  const Limits& limits_;
  std::map<std::pair<std::string, std::string>, const OnnxFunction*> functions_;
  std::vector<const OnnxFunction*> ambiguous_;
  std::vector<const OnnxFunction*> open_;
  std::uint64_t calls_ = 0;
  std::uint64_t made_ = 0;  ///< nodes, those in branches with them
  std::vector<OnnxNode> nodes_;
};

}  // namespace

Status expand_functions(OnnxModel& model, const Limits& limits) {
  if (model.functions.empty()) return {};
  try {
    Expansion expansion(model, limits);
    for (const OnnxNode& node : model.nodes) expansion.add(node);
    model.nodes = expansion.take();
  } catch (const Refusal& refusal) {
    return Error{ErrorCode::unsupported, refusal.message, ""};
  }
  return {};
}

}  // namespace fcn::tools
