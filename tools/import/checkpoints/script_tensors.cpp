// SPDX-License-Identifier: MIT
#include "tools/import/checkpoints/script_tensors.hpp"

#include <cstddef>
#include <string>
#include <utility>

namespace fcn::tools {
namespace {

using Kind = PickleRecord::Kind;

constexpr std::size_t kMaxScriptDepth = 64;

/// Walks the tree of modules, in order. A module may stand in several places, as in Python.
class ScriptWalk {
 public:
  ScriptWalk(const Pickle& pickle, const Limits& limits) : pickle_(pickle), limits_(limits) {}

  Status visit(const PickleRecord& module, const std::string& prefix, std::size_t depth) {
    // A module that holds itself, or a chain of modules each twice in the next, would never end.
    if (depth > kMaxScriptDepth || ++visited_ > limits_.max_tensors)
      return Error{ErrorCode::limit_exceeded,
                   "nests modules deeper than " + std::to_string(kMaxScriptDepth) + ", or has more than " +
                       std::to_string(limits_.max_tensors),
                   ""};
    for (std::size_t i = 0; i + 1 < module.items.size(); i += 2) {
      const PickleRecord& key = pickle_[module.items[i]];
      const PickleRecord& value = pickle_[module.items[i + 1]];
      if (key.kind != Kind::string) continue;
      const std::string name = prefix + std::string(key.text);
      if (name.size() > limits_.max_name_bytes)
        return Error{ErrorCode::limit_exceeded,
                     "a name of more than " + std::to_string(limits_.max_name_bytes) + " bytes", ""};
      Status read;
      if (value.kind == Kind::dict) {
        read = visit(value, name + ".", depth + 1);
      } else if (const PickleRecord* arguments = tensor_arguments(pickle_, value)) {
        read = add(name, *arguments);
      }
      if (!read) return read;
    }
    return {};
  }

  std::vector<TorchTensor> tensors;

 private:
  Status add(const std::string& name, const PickleRecord& arguments) {
    if (tensors.size() >= limits_.max_tensors)
      return Error{ErrorCode::limit_exceeded, "more than " + std::to_string(limits_.max_tensors) + " tensors",
                   ""};
    auto tensor = read_tensor(pickle_, arguments, limits_);
    if (!tensor) return tensor.error().at("tensor " + name);
    tensor->tensor.name = name;
    tensors.push_back(*std::move(tensor));
    return {};
  }

  const Pickle& pickle_;
  const Limits& limits_;
  std::size_t visited_ = 0;
};

}  // namespace

std::string script_advice() {
  return "in Python, torch.export.save(torch.export.export(model.eval(), (example,)), \"model.pt2\")";
}

Result<std::vector<TorchTensor>> find_script_tensors(const Pickle& pickle, const Limits& limits) {
  ScriptWalk walk(pickle, limits);
  const PickleRecord& root = pickle[pickle.root];
  if (root.kind == Kind::dict)
    if (const Status walked = walk.visit(root, "", 0); !walked) return walked.error();
  if (walk.tensors.empty())
    return Error{
        ErrorCode::unsupported,
        "a TorchScript program whose weights are part of its code (frozen, or compiled); " + script_advice(),
        ""};
  return std::move(walk.tensors);
}

}  // namespace fcn::tools
