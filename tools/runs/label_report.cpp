// SPDX-License-Identifier: MIT
#include "tools/runs/label_report.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

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

LabelCensus::LabelCensus(int labels, bool with_runs)
    : counts_(static_cast<std::size_t>(labels)),
      runs_(static_cast<std::size_t>(labels)),
      run_ends_(static_cast<std::size_t>(labels)),
      with_runs_(with_runs) {}

void LabelCensus::take(int, std::span<const std::uint16_t> labels) {
  for (std::size_t begin = 0; begin < labels.size();) {
    const std::uint16_t label = labels[begin];
    std::size_t end = begin + 1;
    while (end < labels.size() && labels[end] == label) ++end;
    const std::uint64_t length = end - begin;
    counts_[label] += length;
    if (with_runs_) {
      auto& runs = runs_[label];
      const std::uint64_t others = pixels_ - run_ends_[label];
      if (others == 0 && !runs.empty())
        runs.back() += length;  // the row before ended in it
      else
        runs.insert(runs.end(), {others, length});
      run_ends_[label] = pixels_ + length;
    }
    pixels_ += length;
    begin = end;
  }
}

std::vector<int> LabelCensus::present() const {
  std::vector<int> labels(counts_.size());
  std::iota(labels.begin(), labels.end(), 0);
  const auto count = [&](int label) { return counts_[static_cast<std::size_t>(label)]; };
  std::erase_if(labels, [&](int label) { return count(label) == 0; });
  std::stable_sort(labels.begin(), labels.end(), [&](int a, int b) { return count(a) > count(b); });
  return labels;
}

std::vector<std::uint64_t> LabelCensus::runs_of(int label) const {
  const auto i = static_cast<std::size_t>(label);
  std::vector<std::uint64_t> runs = runs_[i];
  if (run_ends_[i] < pixels_) runs.push_back(pixels_ - run_ends_[i]);
  return runs;
}

}  // namespace fcn::tools
