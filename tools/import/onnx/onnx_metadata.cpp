// SPDX-License-Identifier: MIT
#include "tools/import/onnx/onnx_metadata.hpp"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "tools/import/labels/label_file.hpp"
#include "tools/import/metadata/exporter_words.hpp"

namespace fcn::tools {
namespace {

using Keys = std::initializer_list<std::string_view>;

struct Entry {
  std::string source;  ///< for messages: metadata "names"
  std::string_view text;
};

/// The first of these keys that the file has.
std::optional<Entry> entry(const OnnxModel& model, Keys keys) {
  for (const std::string_view key : keys)
    if (const auto found = model.metadata.find(key); found != model.metadata.end() && !found->second.empty())
      return Entry{"metadata \"" + std::string(key) + "\"", found->second};
  return std::nullopt;
}

bool is(const std::optional<Entry>& entry, std::string_view text) {
  return entry && entry->text == text;
}

void read_labels(const OnnxModel& model, ImportedNetwork& network) {
  const auto stated =
      entry(model, {"names", "labels", "classes", "class_names", "label_names", "id2label", "class_to_idx"});
  if (!stated) return;
  const auto labels = parse_labels(stated->text);
  if (!labels) return note_not_understood(stated->source, labels.error().to_string(), network);
  take_labels(labels->names, stated->source, network);
}

/// Windows ML's words, which Custom Vision writes.
void read_windows_words(const OnnxModel& model, ImportedNetwork& network) {
  const auto range = entry(model, {"Image.NominalPixelRange"}),
             format = entry(model, {"Image.BitmapPixelFormat"});
  if (is(format, "Bgr8") || is(format, "Bgra8")) network.channels = ChannelOrder::bgr;
  if (is(format, "Rgb8") || is(format, "Rgba8")) network.channels = ChannelOrder::rgb;
  if (!range) return;
  if (range->text == "NominalRange_0_255")
    return take_normalisation({0, 0, 0}, {1.0f / 255, 1.0f / 255, 1.0f / 255}, range->source, network);
  if (range->text == "Normalized_0_1")
    return take_normalisation({0, 0, 0}, {1, 1, 1}, range->source, network);
  if (range->text == "Normalized_1_1")
    return take_normalisation({0.5f, 0.5f, 0.5f}, {0.5f, 0.5f, 0.5f}, range->source, network);
  note_not_understood(range->source, std::string(range->text), network);
}

void read_normalisation(const OnnxModel& model, ImportedNetwork& network) {
  const auto mean = entry(model, {"mean", "image_mean"}), deviation = entry(model, {"std", "image_std"});
  if (!mean && !deviation) return;
  const auto means = mean ? numbers_of(mean->text) : std::nullopt;
  const auto deviations = deviation ? numbers_of(deviation->text) : std::nullopt;
  if (mean && !means) note_not_understood(mean->source, std::string(mean->text.substr(0, 40)), network);
  if (deviation && !deviations)
    note_not_understood(deviation->source, std::string(deviation->text.substr(0, 40)), network);
  if (means || deviations)
    take_normalisation(means.value_or(std::vector<float>()), deviations.value_or(std::vector<float>()),
                       "metadata \"mean\", \"std\"", network);
}

/// Ultralytics' classifiers are trained with pixels of 0 to 1 and the shorter side as large as the window.
void read_ultralytics(const OnnxModel& model, ImportedNetwork& network) {
  const auto task = entry(model, {"task"});
  const bool same_words = is(task, "classify") && entry(model, {"names"}) && entry(model, {"imgsz"});
  if (!is(entry(model, {"author"}), "Ultralytics") && !same_words) return;
  if (task && task->text != "classify")
    network.notes.push_back("its task is \"" + std::string(task->text) + "\", not classify");
  take_normalisation({0, 0, 0}, {1, 1, 1}, "Ultralytics' usual", network);
  if (const auto size = metadata_window(model); size && !network.recipe)
    network.recipe = ResizeRecipe{*size, true, *size, RecipeInterpolation::bilinear};
}

/// "320x224": a width and a height.
std::optional<Extent> width_by_height(std::string_view text) {
  Extent size;
  const char* const end = text.data() + text.size();
  const auto width = std::from_chars(text.data(), end, size.x);
  if (width.ec != std::errc() || width.ptr == end || *width.ptr != 'x') return std::nullopt;
  const auto height = std::from_chars(width.ptr + 1, end, size.y);
  const int most = Limits().max_image_side;
  const bool fits = size.x >= 1 && size.y >= 1 && size.x <= most && size.y <= most;
  return height.ec == std::errc() && height.ptr == end && fits ? std::optional(size) : std::nullopt;
}

/// What fcn-export writes: `window_size`. In older files `window` has the height first, so only a square
/// is unambiguous.
std::optional<Extent> own_window(const OnnxModel& model) {
  if (const auto stated = entry(model, {"window_size"})) return width_by_height(stated->text);
  const auto older = entry(model, {"window"});
  const auto size = older ? width_by_height(older->text) : std::nullopt;
  return size && size->x == size->y ? size : std::nullopt;
}

}  // namespace

std::optional<Extent> metadata_window(const OnnxModel& model) {
  const auto stated = entry(model, {"imgsz", "input_size", "image_size"});
  if (!stated) return own_window(model);
  const auto value = parse_literal(stated->text);
  return value ? size_of(*value) : std::nullopt;
}

void read_metadata(const OnnxModel& model, ImportedNetwork& network) {
  read_labels(model, network);
  read_normalisation(model, network);
  read_windows_words(model, network);
  read_ultralytics(model, network);
  if (const auto stated = entry(model, {"imgsz"}); stated && !metadata_window(model))
    note_not_understood(stated->source, std::string(stated->text.substr(0, 40)), network);
  const auto& activations = kind_names<ScoreActivation>;
  if (const auto stated = entry(model, {"activation"})) {
    const auto known = std::find(activations.begin(), activations.end(), stated->text);
    if (known != activations.end())
      network.activation = static_cast<ScoreActivation>(known - activations.begin());
    else
      note_not_understood(stated->source, std::string(stated->text.substr(0, 40)), network);
  }
}

}  // namespace fcn::tools
