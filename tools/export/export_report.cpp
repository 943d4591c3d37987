// SPDX-License-Identifier: MIT
#include "tools/export/export_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "fcn/base/printable.hpp"

namespace fcn::tools {
namespace {

struct Row {
  std::string what;
  std::string value;
  std::string source;
};

std::string numbers_text(const std::vector<float>& values) {
  const bool alike =
      std::all_of(values.begin(), values.end(), [&](float each) { return each == values.front(); });
  if (alike && !values.empty()) return fmt::format("{:.5g}", values.front());
  std::string text;
  for (const float value : values) text += fmt::format("{}{:.5g}", text.empty() ? "" : ", ", value);
  return text;
}

std::string pixels_text(const Preprocessing& chosen) {
  constexpr std::array names = {"RGB", "BGR", "grey"};
  const bool one_channel = chosen.mean_shown.size() == 1;
  const char* const order = one_channel ? "grey" : names[static_cast<std::size_t>(chosen.channels)];
  const double most = chosen.scale * 255;
  if (std::abs(most - 1) < 1e-6) return fmt::format("{}, 0 to 1", order);
  return fmt::format("{}, 0 to {:.5g}", order, most);
}

/// The first labels and the last, as far as they fit.
std::string labels_text(const std::vector<std::string>& labels) {
  constexpr std::size_t shown = 16;
  const auto brief = [](const std::string& label) {
    const std::string text = printable(label);
    if (text.size() <= shown) return text;
    std::size_t end = shown - 3;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0u) == 0x80u) --end;
    return text.substr(0, end) + "...";
  };
  if (labels.empty()) return "none: classes go by number";
  if (labels.size() == 1) return "1: " + brief(labels.front());
  return fmt::format("{}: {} to {}", labels.size(), brief(labels.front()), brief(labels.back()));
}

/// How the training code resized pictures, as --resize recipe does.
std::string recipe_text(const ResizeRecipe& recipe) {
  const std::string size = recipe.keep_ratio && recipe.resize.y == recipe.resize.x
                               ? fmt::format("shorter side to {}", recipe.resize.y)
                               : fmt::format("to {} x {}", recipe.resize.x, recipe.resize.y);
  return fmt::format("{}, {}, then its middle {} x {} (fcn-infer --resize recipe)", size,
                     kind_name(recipe.interpolation), recipe.crop.x, recipe.crop.y);
}

/// A note if two classes have the same name.
std::string duplicates_note(const std::vector<std::string>& labels) {
  std::vector<std::string> sorted = labels;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  return twice == sorted.end() ? "" : fmt::format("Several classes are called \"{}\".\n", printable(*twice));
}

}  // namespace

std::string preprocessing_table(const ExportReport& report) {
  const Preprocessing& chosen = report.preprocessing;
  const auto& labels = report.info.labels;
  const Row rows[] = {
      {"pixels", pixels_text(chosen), chosen.channels_source},
      {"mean", numbers_text(chosen.mean_shown), chosen.mean_source},
      {"std", numbers_text(chosen.std_shown), chosen.std_source},
      {"window", fmt::format("{} x {}", report.info.window.x, report.info.window.y), report.window_source},
      {"labels", labels_text(labels),
       labels.empty() ? "the file has none (--labels)" : report.labels_source}};
  std::size_t widest = 0;
  for (const Row& row : rows) widest = std::max(widest, row.value.size());
  std::string text = "Pictures enter as the network was trained:\n";
  for (const Row& row : rows)
    text += fmt::format("  {:<8}{:<{}}  {}\n", row.what, row.value, widest, printable(row.source));
  if (const auto& recipe = report.info.recipe)
    text += fmt::format("  {:<8}{}\n", "recipe", recipe_text(*recipe));
  return text + duplicates_note(labels);
}

}  // namespace fcn::tools
