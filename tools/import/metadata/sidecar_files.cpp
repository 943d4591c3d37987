// SPDX-License-Identifier: MIT
#include "tools/import/metadata/sidecar_files.hpp"

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "fcn/base/byte_source.hpp"
#include "tools/import/labels/label_file.hpp"
#include "tools/import/metadata/exporter_words.hpp"

namespace fcn::tools {
namespace {

constexpr std::uint64_t kMostBytes = 8 << 20;

/// The text of a file of the checkpoint's folder; nothing if there is none. A link counts if it leads into
/// that folder, or to the folder that really contains the checkpoint: hub caches consist of such links.
std::optional<std::string> read_beside(const std::string& checkpoint, const char* name,
                                       ImportedNetwork& network) {
  std::error_code failed;
  const std::filesystem::path path = std::filesystem::path(checkpoint).parent_path() / name;
  if (!std::filesystem::is_regular_file(path, failed)) return std::nullopt;
  const auto real = std::filesystem::canonical(path, failed).parent_path();
  const auto folder =
      std::filesystem::canonical(path.parent_path().empty() ? "." : path.parent_path(), failed);
  const auto home = std::filesystem::canonical(checkpoint, failed).parent_path();
  if (failed || (real != folder && real != home)) return std::nullopt;
  const auto source = ByteSource::open(path.string());
  if (!source || source->size() > kMostBytes) {
    note_not_understood(std::string(name) + " beside the file",
                        source ? "it is too large" : "it cannot be read", network);
    return std::nullopt;
  }
  const auto bytes = source->read(0, source->size());
  if (!bytes) return std::nullopt;
  network.other_files.push_back(path.string());
  return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

const Literal* member(const Literal& value, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys)
    if (const Literal* found = value.find(key); found != nullptr && found->kind != Literal::Kind::none)
      return found;
  return nullptr;
}

/// Transformers' placeholder names: LABEL_0.
bool are_placeholders(const std::vector<std::string>& labels) {
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (labels[i] != "LABEL_" + std::to_string(i)) return false;
  return true;
}

void read_labels(const Literal& config, const std::string& source, ImportedNetwork& network) {
  const Literal* const stated = member(config, {"id2label", "label_names", "labels"});
  if (stated == nullptr) return;
  const auto labels = labels_of(*stated);
  if (!labels) return note_not_understood("the labels of " + source, labels.error().to_string(), network);
  if (!are_placeholders(labels->names)) take_labels(labels->names, source, network);
}

void read_normalisation(const Literal& config, const std::string& source, ImportedNetwork& network) {
  const Literal *const mean = member(config, {"image_mean", "mean"}), *const deviation = member(
                                                                          config, {"image_std", "std"});
  const Literal* const wanted = config.find("do_normalize");
  if (wanted != nullptr && wanted->kind == Literal::Kind::boolean && wanted->text == "false")
    return take_normalisation({0, 0, 0}, {1, 1, 1}, source, network);
  if (mean == nullptr && deviation == nullptr) return;
  const auto means = mean ? numbers_of(*mean) : std::nullopt,
             deviations = deviation ? numbers_of(*deviation) : std::nullopt;
  if (!means || !deviations) return note_not_understood("mean and std of " + source, "", network);
  take_normalisation(*means, *deviations, source, network);
}

Extent scaled(const Extent& size, double factor) {
  return {static_cast<int>(std::floor(size.y * factor)), static_cast<int>(std::floor(size.x * factor))};
}

/// Keeps a recipe that makes sense, and the window with it.
void take_recipe(const ResizeRecipe& recipe, const std::string& source, ImportedNetwork& network) {
  const bool fits = recipe.crop.y <= recipe.resize.y && recipe.crop.x <= recipe.resize.x;
  if (!fits)
    return note_not_understood("the sizes of " + source, "the crop is larger than the picture", network);
  if (!network.window) {
    network.window = recipe.crop;
    network.window_source = source;
  }
  if (!network.recipe) network.recipe = recipe;
}

/// timm's pretrained_cfg: the window and the share of the picture that it is.
void read_timm(const Literal& config, const std::string& source, ImportedNetwork& network) {
  const Literal* const stated = config.find("input_size");
  const Literal* const share = config.find("crop_pct");
  const Literal* const filter = config.find("interpolation");
  read_normalisation(config, source, network);
  read_labels(config, source, network);
  if (stated == nullptr) return;
  const auto size = size_of(*stated);
  const auto interpolation = filter ? interpolation_of(*filter) : RecipeInterpolation::bilinear;
  const double part = share != nullptr && share->is_number() ? share->real : 0.875;
  if (!size || !interpolation || !(part > 0.01 && part <= 1))
    return note_not_understood("the sizes of " + source, "", network);
  take_recipe({scaled(*size, 1 / part), true, *size, *interpolation}, source, network);
}

/// Transformers' preprocessor_config.json.
void read_preprocessor(const Literal& config, const std::string& source, ImportedNetwork& network) {
  read_normalisation(config, source, network);
  const Literal *const size = config.find("size"), *const crop = config.find("crop_size");
  const Literal *const filter = config.find("resample"), *const share = config.find("crop_pct");
  if (size == nullptr) return;
  ResizeRecipe recipe;
  const auto resized = size_of(*size), cropped = crop ? size_of(*crop) : resized;
  const auto interpolation = filter ? interpolation_of(*filter) : RecipeInterpolation::bilinear;
  if (!resized || !cropped || !interpolation)
    return note_not_understood("the sizes of " + source, "", network);
  const Literal* const centred = config.find("do_center_crop");
  const bool crops = crop != nullptr && (centred == nullptr || centred->text != "false");
  recipe.resize = *resized;
  recipe.crop = crops ? *cropped : *resized;
  recipe.keep_ratio =
      size->find("shortest_edge") != nullptr || (size->kind == Literal::Kind::integer && crops);
  recipe.interpolation = *interpolation;
  constexpr int kWarped = 384;  // ConvNeXt's: from here on the whole picture is made square
  if (share != nullptr && share->is_number() && share->real > 0.01 && share->real <= 1) {
    recipe.crop = *resized;
    recipe.keep_ratio = resized->y < kWarped;
    if (recipe.keep_ratio) recipe.resize = scaled(*resized, 1 / share->real);
  }
  take_recipe(recipe, source, network);
}

template <class Read>
void read_json(const std::string& checkpoint, const char* name, ImportedNetwork& network, const Read& read) {
  const auto text = read_beside(checkpoint, name, network);
  if (!text) return;
  const std::string source = std::string(name) + " beside it";
  const auto value = parse_literal(*text);
  if (!value) return note_not_understood(source, value.error().to_string(), network);
  if (value->kind == Literal::Kind::dictionary) read(*value, source);
}

}  // namespace

void read_sidecar_files(const std::string& checkpoint, ImportedNetwork& network) {
  read_json(
      checkpoint, "preprocessor_config.json", network,
      [&](const Literal& config, const std::string& source) { read_preprocessor(config, source, network); });
  read_json(checkpoint, "config.json", network, [&](const Literal& config, const std::string& source) {
    const Literal* const pretrained = config.find("pretrained_cfg");
    read_labels(config, source, network);
    if (pretrained != nullptr) read_timm(*pretrained, source, network);
  });
  if (!network.labels.empty()) return;
  const auto text = read_beside(checkpoint, "labels.txt", network);
  if (!text) return;
  const auto labels = parse_labels(*text);
  if (!labels) return note_not_understood("labels.txt beside it", labels.error().to_string(), network);
  take_labels(labels->names, "labels.txt beside it", network);
}

}  // namespace fcn::tools
