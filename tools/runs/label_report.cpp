// SPDX-License-Identifier: MIT
#include "tools/runs/label_report.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include "tools/runs/run_report.hpp"

namespace fcn::tools {

int background_label(const ModelInfo& info, int classes) {
  constexpr int kVocClasses = 21;
  return classes == 1 || classes == kVocClasses ? 0 : info.background.value_or(-1);
}

Result<int> find_label(const ModelInfo& info, int classes, const std::string& name) {
  if (classes != 1) return find_class(info, classes, name);
  for (const int label : {0, 1})
    if (name == std::to_string(label) || name == label_name(info, classes, label)) return label;
  return Error{ErrorCode::invalid_argument,
               "no such class: " + name + "; the labels are " + label_name(info, classes, 0) + " and " +
                   label_name(info, classes, 1),
               ""};
}

LabelCensus::LabelCensus(int labels, std::optional<LabelRuns> runs)
    : counts_(static_cast<std::size_t>(labels)), runs_(std::move(runs)) {}

void LabelCensus::take(int, std::span<const std::uint16_t> labels) {
  for (const std::uint16_t label : labels) ++counts_[label];
  if (runs_) runs_->take(labels);
}

std::vector<int> LabelCensus::present() const {
  std::vector<int> labels(counts_.size());
  std::iota(labels.begin(), labels.end(), 0);
  const auto count = [&](int label) { return counts_[static_cast<std::size_t>(label)]; };
  std::erase_if(labels, [&](int label) { return count(label) == 0; });
  std::stable_sort(labels.begin(), labels.end(), [&](int a, int b) { return count(a) > count(b); });
  return labels;
}

}  // namespace fcn::tools
