// SPDX-License-Identifier: MIT
// Exporters' metadata on pictures and labels, in whichever file: the words they use and their meaning. Each
// function fills in what is not known yet and leaves a note on what it does not understand.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/import/imported_network.hpp"
#include "tools/import/labels/literal.hpp"

namespace fcn::tools {

/// "[0.485, 0.456, 0.406]", or numbers separated by commas or blanks; nothing for anything else.
std::optional<std::vector<float>> numbers_of(std::string_view text);
/// A number or a list of them.
std::optional<std::vector<float>> numbers_of(const Literal& value);

/// 224, [224, 224], [3, 224, 224], {"height": 224, "width": 224} or {"shortest_edge": 224}, in pixels.
std::optional<Extent> size_of(const Literal& value);

/// "bicubic", "InterpolationMode.BILINEAR", or Pillow's number.
std::optional<RecipeInterpolation> interpolation_of(const Literal& value);

/// Mean and std together. Those of pixels of 0 to 255 become those of 0 to 1.
void take_normalisation(std::vector<float> mean, std::vector<float> deviation, const std::string& source,
                        ImportedNetwork& network);

void take_labels(std::vector<std::string> labels, const std::string& source, ImportedNetwork& network);

void note_not_understood(const std::string& source, const std::string& why, ImportedNetwork& network);

}  // namespace fcn::tools
