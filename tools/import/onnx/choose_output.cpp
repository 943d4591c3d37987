// SPDX-License-Identifier: MIT
#include "tools/import/onnx/choose_output.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "fcn/base/printable.hpp"
#include "tools/import/onnx/lower_nodes.hpp"

namespace fcn::tools {
namespace {

using Names = std::set<std::string, std::less<>>;

/// A graph's output on its way back to the scores.
struct Candidate {
  const OnnxValueInfo* output = nullptr;
  std::string value;
  std::vector<std::string> labels;
  std::vector<std::string> cut;  ///< types of the nodes left out, the last first
};

class Chooser {
 public:
  explicit Chooser(const OnnxModel& model) : model_(model) {
    for (const OnnxNode& node : model.nodes)
      for (const std::string& name : node.outputs)
        if (!name.empty()) makers_.emplace(name, &node);
  }

  /// What the value was computed from, before picking classes or labels.
  [[nodiscard]] Candidate scores_behind(const OnnxValueInfo& output) const {
    Candidate candidate{.output = &output, .value = output.name, .labels = {}, .cut = {}};
    Candidate ahead = candidate;  // through nodes that are left out only if a choice lies behind them
    for (std::size_t steps = 0; steps <= model_.nodes.size(); ++steps) {
      const OnnxNode* node = maker(ahead.value);
      if (node == nullptr || node->inputs.empty()) break;
      const bool chooses = step_over_choice(*node, ahead);
      if (!chooses && !only_reshapes(*node)) break;
      if (!chooses) ahead.value = node->inputs[0];
      ahead.cut.push_back(node->type);
      if (chooses) candidate = ahead;
    }
    return candidate;
  }

  /// The values that this one depends on, itself left out.
  [[nodiscard]] Names ancestors(const std::string& value) const {
    Names found;
    std::vector<std::string> open{value};
    while (!open.empty()) {
      const OnnxNode* node = maker(open.back());
      open.pop_back();
      if (node == nullptr) continue;
      for (const std::string& input : values_read(*node))
        if (!input.empty() && found.insert(input).second) open.push_back(input);
    }
    return found;
  }

  [[nodiscard]] bool made(const std::string& value) const { return maker(value) != nullptr; }

 private:
  [[nodiscard]] const OnnxNode* maker(const std::string& value) const {
    const auto found = makers_.find(value);
    return found == makers_.end() ? nullptr : found->second;
  }

  static bool only_reshapes(const OnnxNode& node) {
    constexpr std::string_view kTypes[] = {"Cast",    "Flatten",   "Identity",  "Reshape",
                                           "Squeeze", "Unsqueeze", "SequenceAt"};
    return std::find(std::begin(kTypes), std::end(kTypes), node.type) != std::end(kTypes);
  }

  /// Whether the node chooses among classes or looks up their names; `at` then moves before it.
  bool step_over_choice(const OnnxNode& node, Candidate& at) const {
    if (node.type == "ArgMax" || node.type == "TopK" || node.type == "Hardmax") {
      at.value = node.inputs[0];
      return true;
    }
    if (node.type == "ReduceMax" && beside_argmax(node)) {
      at.value = node.inputs[0];
      return true;
    }
    if (node.type == "ZipMap" || node.type == "LabelEncoder") {
      for (const char* name : {"classlabels_strings", "values_strings", "classes_strings"})
        if (const auto found = node.attributes.find(name); found != node.attributes.end())
          if (const auto* texts = std::get_if<std::vector<std::string>>(&found->second))
            keep_labels(node, *texts, at);
      at.value = node.inputs[0];
      return true;
    }
    if ((node.type == "ArrayFeatureExtractor" || node.type == "Gather") && node.inputs.size() >= 2) {
      const auto texts = texts_of(node.inputs[0]);
      if (!texts) return false;
      keep_labels(node, *texts, at);
      at.value = node.inputs[1];
      return true;
    }
    return false;
  }

  /// Labels in the order of the classes: a LabelEncoder may list them in another.
  static void keep_labels(const OnnxNode& node, const std::vector<std::string>& texts, Candidate& at) {
    const auto keys = node.attributes.find("keys_int64s");
    if (keys == node.attributes.end()) {
      at.labels = texts;
      return;
    }
    const auto* numbers = std::get_if<std::vector<std::int64_t>>(&keys->second);
    if (numbers == nullptr || numbers->size() != texts.size()) return;
    std::vector<std::string> ordered(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if ((*numbers)[i] < 0 || (*numbers)[i] >= static_cast<std::int64_t>(texts.size())) return;
      ordered[static_cast<std::size_t>((*numbers)[i])] = texts[i];
    }
    at.labels = std::move(ordered);
  }

  [[nodiscard]] std::optional<std::vector<std::string>> texts_of(const std::string& value) const {
    if (const auto found = model_.texts.find(value); found != model_.texts.end()) return found->second;
    const OnnxNode* node = maker(value);
    if (node == nullptr || node->type != "Constant") return std::nullopt;
    for (const char* name : {"value", "value_strings"})
      if (const auto found = node->attributes.find(name); found != node->attributes.end())
        if (const auto* texts = std::get_if<std::vector<std::string>>(&found->second)) return *texts;
    return std::nullopt;
  }

  /// The best class's score, beside the class itself.
  [[nodiscard]] bool beside_argmax(const OnnxNode& node) const {
    return std::any_of(model_.nodes.begin(), model_.nodes.end(), [&](const OnnxNode& other) {
      return other.type == "ArgMax" && !other.inputs.empty() && other.inputs[0] == node.inputs[0];
    });
  }

  const OnnxModel& model_;
  std::map<std::string, const OnnxNode*, std::less<>> makers_;
};

std::string described(const OnnxValueInfo& info) {
  std::string dims;
  for (const std::int64_t dim : info.dims)
    dims += (dims.empty() ? "" : "x") + (dim == kFreeDim ? "?" : std::to_string(dim));
  return printable(info.name) + (info.has_shape ? " (" + (dims.empty() ? "scalar" : dims) + ")" : "");
}

std::string listed(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

/// Whether the name belongs to something other than the scores.
bool names_other(const std::string& name) {
  constexpr std::string_view kOthers[] = {"aux", "feat", "embed", "hidden", "pooled", "pool_out", "penult"};
  std::string lower;
  for (const char c : name) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::any_of(std::begin(kOthers), std::end(kOthers),
                     [&](std::string_view other) { return lower.find(other) != std::string::npos; });
}

/// Whether one picture's scores may have this shape: a row, or classes x 1 x 1. Unknown shapes may.
bool may_be_scores(const OnnxValueInfo& info) {
  if (!info.has_shape) return true;
  if (info.dims.size() == 4) return (info.dims[2] == 1 && info.dims[3] == 1) || info.dims[2] == kFreeDim;
  return info.dims.size() <= 2;
}

/// Keeps those that satisfy, if any does.
template <class Predicate>
void prefer(std::vector<Candidate>& candidates, Predicate satisfies) {
  if (std::any_of(candidates.begin(), candidates.end(), satisfies))
    std::erase_if(candidates, [&](const Candidate& candidate) { return !satisfies(candidate); });
}

/// Of maps that label pixels, the main head's: an auxiliary one looks at the network from further up.
/// Nothing if they are no such maps, or two have as much behind them.
std::optional<Candidate> deepest_map(const std::vector<Candidate>& candidates, const Chooser& chooser) {
  std::size_t most = 0;
  std::optional<Candidate> deepest;
  for (const Candidate& candidate : candidates) {
    const OnnxValueInfo& info = *candidate.output;
    if (!info.has_shape || info.dims.size() != 4) return std::nullopt;
    const std::size_t behind = chooser.ancestors(candidate.value).size();
    if (behind == most) deepest.reset();
    if (behind > most) deepest = candidate;
    most = std::max(most, behind);
  }
  return deepest;
}

ChosenOutput chosen(const Candidate& candidate, std::size_t outputs) {
  ChosenOutput result{.value = candidate.value, .labels = candidate.labels, .notes = {}};
  if (outputs > 1)
    result.notes.push_back("of " + std::to_string(outputs) + " outputs " + described(*candidate.output) +
                           " is taken for the network's (--output-name takes another)");
  if (!candidate.cut.empty()) {
    std::vector<std::string> types(candidate.cut.rbegin(), candidate.cut.rend());
    result.notes.push_back("what follows the scores is left out: " + printable(listed(types)));
  }
  return result;
}

}  // namespace

ChosenOutput choose_output(const OnnxModel& model, const std::string& asked) {
  const Chooser chooser(model);
  std::vector<std::string> names;
  for (const OnnxValueInfo& output : model.outputs) names.push_back(described(output));
  if (!asked.empty()) {
    for (const OnnxValueInfo& output : model.outputs)
      if (output.name == asked) return chosen(chooser.scores_behind(output), 1);
    if (chooser.made(asked)) return {.value = asked, .labels = {}, .notes = {}};
    throw Refusal{"has no output or value " + asked + " (--output-name); its outputs are " + listed(names)};
  }
  std::vector<Candidate> candidates;
  for (const OnnxValueInfo& output : model.outputs) {
    Candidate candidate = chooser.scores_behind(output);
    const auto same = std::find_if(candidates.begin(), candidates.end(),
                                   [&](const Candidate& other) { return other.value == candidate.value; });
    if (same == candidates.end()) {
      candidates.push_back(std::move(candidate));
    } else if (same->labels.empty()) {
      same->labels = std::move(candidate.labels);
    }
  }
  if (candidates.empty()) throw Refusal{"has no outputs, supported is 1 or more"};
  prefer(candidates, [](const Candidate& candidate) { return may_be_scores(*candidate.output); });
  // Features lead on to the scores, and logits to probabilities; the last of them is the classifier's.
  Names inner;
  for (const Candidate& candidate : candidates) inner.merge(chooser.ancestors(candidate.value));
  prefer(candidates, [&](const Candidate& candidate) { return !inner.contains(candidate.value); });
  prefer(candidates, [](const Candidate& candidate) { return !names_other(candidate.output->name); });
  if (candidates.size() == 1) return chosen(candidates.front(), model.outputs.size());
  if (const auto deepest = deepest_map(candidates, chooser)) return chosen(*deepest, model.outputs.size());
  throw Refusal{"has " + std::to_string(model.outputs.size()) +
                " outputs, and which is the classifier's is not plain: " + listed(names) +
                "; choose one with --output-name"};
}

}  // namespace fcn::tools
