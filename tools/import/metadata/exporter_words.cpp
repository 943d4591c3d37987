// SPDX-License-Identifier: MIT
#include "tools/import/metadata/exporter_words.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>
#include <system_error>
#include <utility>

#include "fcn/base/printable.hpp"
#include "fcn/limits.hpp"

namespace fcn::tools {
namespace {

constexpr std::size_t kMostNumbers = 16;

std::optional<int> side_of(const Literal* value) {
  const bool fits = value != nullptr && value->kind == Literal::Kind::integer && value->integer >= 1 &&
                    value->integer <= Limits().max_image_side;
  return fits ? std::optional(static_cast<int>(value->integer)) : std::nullopt;
}

std::optional<Extent> extent_of(const Literal* height, const Literal* width) {
  const auto y = side_of(height), x = side_of(width);
  return y && x ? std::optional(Extent{*y, *x}) : std::nullopt;
}

}  // namespace

std::optional<std::vector<float>> numbers_of(const Literal& value) {
  const std::vector<Literal> one{value};
  const std::vector<Literal>& items = value.kind == Literal::Kind::list ? value.items : one;
  std::vector<float> numbers;
  if (items.size() > kMostNumbers) return std::nullopt;
  for (const Literal& item : items) {
    if (!item.is_number() || std::abs(item.real) > double{std::numeric_limits<float>::max()})
      return std::nullopt;
    numbers.push_back(static_cast<float>(item.real));
  }
  return numbers.empty() ? std::nullopt : std::optional(numbers);
}

std::optional<std::vector<float>> numbers_of(std::string_view text) {
  std::string list = "[";
  bool separated = true;
  for (const char c : text) {
    const bool blank = std::string_view("[](), \t\r\n;").find(c) != std::string_view::npos;
    if (!blank && separated && list.size() > 1) list += ',';
    if (!blank) list += c;
    separated = blank;
  }
  const auto value = parse_literal(list + "]");
  return value ? numbers_of(*value) : std::nullopt;
}

std::optional<Extent> size_of(const Literal& value) {
  if (const auto side = side_of(&value)) return Extent{*side, *side};
  if (value.kind == Literal::Kind::dictionary) {
    if (const auto side = side_of(value.find("shortest_edge"))) return Extent{*side, *side};
    return extent_of(value.find("height"), value.find("width"));
  }
  const std::size_t count = value.items.size();
  if (value.kind != Literal::Kind::list || (count != 2 && count != 3)) return std::nullopt;
  return extent_of(&value.items[count - 2], &value.items[count - 1]);
}

std::optional<RecipeInterpolation> interpolation_of(const Literal& value) {
  using enum RecipeInterpolation;
  if (value.kind == Literal::Kind::integer) {
    constexpr std::array pillow = {nearest, lanczos, bilinear, bicubic};
    if (value.integer < 0 || value.integer >= 4) return std::nullopt;
    return pillow[static_cast<std::size_t>(value.integer)];
  }
  if (value.kind != Literal::Kind::text) return std::nullopt;
  std::string name = value.text.substr(value.text.rfind('.') + 1);
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const auto& names = kind_names<RecipeInterpolation>;
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<RecipeInterpolation>(found - names.begin());
}

void take_normalisation(std::vector<float> mean, std::vector<float> deviation, const std::string& source,
                        ImportedNetwork& network) {
  if (!network.mean.empty() || !network.std.empty()) return;
  const auto beyond = [](float value) { return value > 1.5f; };
  // A mean of more than all of a pixel is one of 0 to 255, and the std beside it.
  if (std::any_of(mean.begin(), mean.end(), beyond)) {
    for (float& value : mean) value /= 255;
    for (float& value : deviation) value /= 255;
  }
  network.mean = std::move(mean);
  network.std = std::move(deviation);
  network.preprocessing_source = source;
}

void take_labels(std::vector<std::string> labels, const std::string& source, ImportedNetwork& network) {
  if (!network.labels.empty()) return;
  network.labels = std::move(labels);
  network.labels_source = source;
}

void note_not_understood(const std::string& source, const std::string& why, ImportedNetwork& network) {
  network.notes.push_back(source + " was not understood" + (why.empty() ? "" : " (" + printable(why) + ")"));
}

}  // namespace fcn::tools
