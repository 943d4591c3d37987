// SPDX-License-Identifier: MIT
#include "tools/import/pt2/in_place.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "tools/import/pt2/aten/aten_ops.hpp"

namespace fcn::tools {
namespace {

constexpr std::size_t kMaxProgramNesting = 64;

/// Operators whose result is, or may be, another view of their first argument's memory.
constexpr std::string_view kViews[] = {"_reshape_alias",
                                       "_unsafe_view",
                                       "alias",
                                       "as_strided",
                                       "contiguous",
                                       "detach",
                                       "diagonal",
                                       "dropout",
                                       "expand",
                                       "expand_as",
                                       "feature_dropout",
                                       "flatten",
                                       "alpha_dropout",
                                       "lift",
                                       "lift_fresh",
                                       "mT",
                                       "movedim",
                                       "narrow",
                                       "numpy_T",
                                       "permute",
                                       "reshape",
                                       "reshape_as",
                                       "select",
                                       "slice",
                                       "squeeze",
                                       "swapaxes",
                                       "swapdims",
                                       "t",
                                       "to",
                                       "transpose",
                                       "type_as",
                                       "unflatten",
                                       "unfold",
                                       "unsqueeze",
                                       "view",
                                       "view_as",
                                       "resolve_conj",
                                       "resolve_neg"};
/// Operators whose results are views of parts that share nothing with each other.
constexpr std::string_view kSplits[] = {"chunk", "split", "split_with_sizes", "tensor_split", "unbind"};

template <std::size_t count>
bool is_one_of(std::string_view name, const std::string_view (&names)[count]) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

/// Which names refer to the same memory, and when it last changed. A split's parts are each a memory of their
/// own, inside that of the whole.
class Memories {
 public:
  void make(const std::string& name) { names_[name] = {new_memory(std::nullopt), ++now_}; }

  void make_view(const std::string& name, const std::string& of) { names_[name] = {memory_of(of), ++now_}; }

  void make_part(const std::string& name, const std::string& of) {
    const std::size_t whole = memory_of(of);
    names_[name] = {depth(whole) < kMaxProgramNesting ? new_memory(whole) : whole, ++now_};
  }

  /// Records that `changed` was changed and now equals `result`.
  void change(const std::string& changed, const std::string& result) {
    const std::size_t memory = memory_of(changed);
    ++now_;
    memories_[memory].changed = now_;
    for (auto whole = memories_[memory].whole; whole; whole = memories_[*whole].whole)
      memories_[*whole].part_changed = now_;
    if (result.empty()) return;
    if (!names_.emplace(result, Named{memory, ++now_}).second)
      throw Refusal{"makes the value " + result + ", which exists already"};
    now_names_[changed] = result;
  }

  /// What to read for `name`. A Refusal if its memory was changed through another name.
  [[nodiscard]] std::string current(const std::string& asked) {
    std::string name = asked;
    for (auto found = now_names_.find(name); found != now_names_.end(); found = now_names_.find(name))
      name = found->second;
    if (name != asked) now_names_[asked] = name;  // so that long chains are walked once
    const auto found = names_.find(name);
    if (found == names_.end()) return name;
    const auto [memory, made] = found->second;
    bool stale = memories_[memory].part_changed > made;
    for (std::optional<std::size_t> at = memory; at; at = memories_[*at].whole)
      stale = stale || memories_[*at].changed > made;
    if (stale)
      throw Refusal{"reads " + name +
                    ", whose memory another call changed in place; in Python, "
                    "torch.export.export(...).run_decompositions() before saving"};
    return name;
  }

 private:
  struct Memory {
    std::optional<std::size_t> whole;
    std::uint64_t changed = 0;
    std::uint64_t part_changed = 0;
  };
  struct Named {
    std::size_t memory = 0;
    std::uint64_t made = 0;
  };

  std::size_t new_memory(std::optional<std::size_t> whole) {
    memories_.push_back({whole});
    return memories_.size() - 1;
  }
  std::size_t memory_of(const std::string& name) {
    const auto found = names_.find(name);
    if (found != names_.end()) return found->second.memory;
    make(name);
    return names_[name].memory;
  }
  [[nodiscard]] std::size_t depth(std::size_t memory) const {
    std::size_t count = 0;
    for (auto whole = memories_[memory].whole; whole; whole = memories_[*whole].whole) ++count;
    return count;
  }

  std::uint64_t now_ = 0;
  std::vector<Memory> memories_;
  std::map<std::string, Named, std::less<>> names_;
  std::map<std::string, std::string, std::less<>> now_names_;
};

void rename(AtenArgument& argument, Memories& memories) {
  if (auto* tensor = std::get_if<AtenTensor>(&argument)) tensor->name = memories.current(tensor->name);
  if (auto* tensors = std::get_if<AtenTensors>(&argument))
    for (std::string& name : tensors->names)
      if (!name.empty()) name = memories.current(name);
}

/// The tensor that is the call's first argument; empty if it has none.
std::string first_tensor(const AtenNode& node) {
  if (node.arguments.empty()) return {};
  const auto* tensor = std::get_if<AtenTensor>(&node.arguments.front().second);
  return tensor == nullptr ? std::string() : tensor->name;
}

void enter_outputs(const AtenNode& node, Memories& memories) {
  const std::string first = first_tensor(node);
  const std::string_view name = aten_name(node.target);
  const std::string result = node.outputs.empty() ? std::string() : node.outputs.front();
  if (is_in_place(node.target) && !first.empty()) return memories.change(first, result);
  for (const std::string& output : node.outputs) {
    if (output.empty()) continue;
    if (!first.empty() && is_one_of(name, kViews)) {
      memories.make_view(output, first);
    } else if (!first.empty() && is_one_of(name, kSplits)) {
      memories.make_part(output, first);
    } else {
      memories.make(output);
    }
  }
}

}  // namespace

void resolve_in_place(AtenProgram& program) {
  Memories memories;
  for (AtenNode& node : program.nodes) {
    for (auto& [name, argument] : node.arguments) rename(argument, memories);
    enter_outputs(node, memories);
  }
  for (std::string& output : program.outputs) output = memories.current(output);
}

}  // namespace fcn::tools
