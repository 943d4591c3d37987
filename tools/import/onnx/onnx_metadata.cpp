// SPDX-License-Identifier: MIT
#include "tools/import/onnx/onnx_metadata.hpp"

#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "engine/json.hpp"
#include "engine/limits.hpp"
#include "engine/printable.hpp"

namespace fcn::tools {
namespace {

std::string_view entry(const OnnxModel& model, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys)
    if (const auto found = model.metadata.find(key); found != model.metadata.end()) return found->second;
  return {};
}

/// The pieces between any of `separators`, empty ones left out.
std::vector<std::string> pieces(std::string_view text, std::string_view separators) {
  std::vector<std::string> found;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    if (end > 0) found.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return found;
}

std::vector<std::string> read_labels(std::string_view text) {
  std::vector<std::string> labels;
  if (text.starts_with('[')) {
    const auto json = parse_json(text);
    if (!json || !json->is_array()) return {};
    for (const auto& item : *json) {
      if (!item.is_string()) return {};
      labels.push_back(item.get<std::string>());
    }
  } else {
    labels = pieces(text, "\r\n");
  }
  for (const std::string& label : labels)
    if (label.empty() || label.size() > Limits().max_name_bytes || !is_utf8(label)) return {};
  return labels;
}

std::vector<float> read_numbers(std::string_view text) {
  std::vector<float> numbers;
  for (const std::string& piece : pieces(text, "[], \t\r\n")) {
    float value = 0;
    const auto [end, status] = std::from_chars(piece.data(), piece.data() + piece.size(), value);
    if (status != std::errc{} || end != piece.data() + piece.size() || !std::isfinite(value)) return {};
    numbers.push_back(value);
  }
  return numbers;
}

}  // namespace

void read_metadata(const OnnxModel& model, ImportedNetwork& network) {
  network.labels = read_labels(entry(model, {"labels", "classes"}));
  network.mean = read_numbers(entry(model, {"mean"}));
  network.std = read_numbers(entry(model, {"std"}));
}

}  // namespace fcn::tools
