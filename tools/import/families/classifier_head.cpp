// SPDX-License-Identifier: MIT
#include "tools/import/families/classifier_head.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <utility>

namespace fcn::tools {
namespace {

/// Usual names of heads that replace the library's own.
constexpr const char* kUsualNames[] = {"fc",      "head", "classifier", "linear", "last_linear", "cls_head",
                                       "fc_head", "cls",  "output",     "out",    "logits",      "final"};
constexpr int kMostNesting = 4;

std::optional<int> index_of(const std::string& word) {
  int value = 0;
  const auto [end, status] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (status != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return value;
}

/// Where the head's tensors are: below the network's prefix, or beside it at any level ("/" is absolute).
std::string find_head(const WeightSource& weights, const std::vector<std::string>& names) {
  std::vector<std::string> all = names;
  all.insert(all.end(), std::begin(kUsualNames), std::end(kUsualNames));
  for (const std::string& name : all)
    if (weights.has_any(name)) return name;
  std::string scope = weights.prefix();
  while (!scope.empty()) {
    scope.pop_back();  // its dot
    const std::size_t dot = scope.rfind('.');
    const std::string last = scope.substr(dot == std::string::npos ? 0 : dot + 1);
    scope.resize(scope.size() - last.size());
    for (const std::string& name : all)
      if (weights.has_any("/" + scope + name)) return "/" + scope + name;
    // nn.Sequential(network, ..., nn.Linear): the next number that has tensors
    if (const auto index = index_of(last))
      for (int next = *index + 1; next < *index + 8; ++next)
        if (weights.has_any("/" + scope + std::to_string(next))) return "/" + scope + std::to_string(next);
  }
  return "";
}

/// A layer of the head that has tensors; layers without are gaps in the indices of a Sequential.
struct Item {
  std::string name;
  int index = 0;
};

/// The layers below `name` in order; none if they are not understood.
std::vector<Item> items_below(const WeightSource& weights, const std::string& name, int depth = 0) {
  if (weights.find(name + ".weight") != nullptr) return {{name, 0}};
  const auto children = weights.children(name);
  if (children.empty() || depth > kMostNesting) return {};
  if (children.size() == 1) return items_below(weights, name + "." + *children.begin(), depth + 1);
  std::vector<Item> items;
  for (const std::string& child : children) {
    const auto index = index_of(child);
    const std::string below = name + "." + child;
    if (!index || weights.find(below + ".weight") == nullptr) return {};
    items.push_back({below, *index});
  }
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.index < b.index; });
  return items;
}

bool is_linear(const WeightSource& weights, const Item& item) {
  const CheckpointTensor* weight = weights.find(item.name + ".weight");
  return weight->shape.size() == 2 ||
         (weight->shape.size() == 4 && weight->shape[2] == 1 && weight->shape[3] == 1);
}

}  // namespace

void build_classifier(LayerBuilder& layers, const std::vector<std::string>& names,
                      std::vector<std::string>& notes) {
  WeightSource& weights = layers.weights();
  const std::string head = find_head(weights, names);
  if (head.empty())
    return weights.fail(
        names.empty() ? "fc" : names[0],
        "is missing: the network's features are there, but no classifier (fc, head, classifier, ...)");
  const std::vector<Item> items = items_below(weights, head);
  if (items.empty())
    return weights.fail(
        head,
        "is a head of another kind, expected a linear layer or a Sequential of Linear, Dropout, "
        "ReLU and BatchNorm1d; export the whole network instead (torch.export.save)");
  bool after_linear = false;  // and no activation since
  int previous = items[0].index;
  for (const Item& item : items) {
    if (after_linear && item.index > previous + 1) {
      layers.activation("relu");
      notes.push_back("names do not say what stands between " + items[0].name + " and " + items.back().name +
                      ": taken as ReLU after each linear layer, and dropout");
      after_linear = false;
    }
    if (is_linear(weights, item)) {
      layers.linear(item.name);
      after_linear = true;
    } else if (weights.find(item.name + ".running_mean") != nullptr) {
      layers.batch_norm(item.name, 1e-5);
    } else {
      return weights.fail(item.name + ".weight",
                          "belongs to no layer that a head is expected to have: Linear, "
                          "Dropout, ReLU, BatchNorm1d");
    }
    previous = item.index;
  }
  if (!is_linear(weights, items.back()))
    weights.fail(items.back().name + ".weight", "is the last layer's and not a linear layer's");
  std::sort(notes.begin(), notes.end());
  notes.erase(std::unique(notes.begin(), notes.end()), notes.end());
}

}  // namespace fcn::tools
