// SPDX-License-Identifier: MIT
// The last layers, which users replace: one linear layer or a Sequential of them, under the library's name or
// another, inside the network or beside it.
#pragma once

#include <string>
#include <vector>

#include "tools/import/families/layer_builder.hpp"

namespace fcn::tools {

/// Appends the classifier to a flat map. `names` are the family's own, tried first. What had to be assumed
/// goes to `notes`.
void build_classifier(LayerBuilder& layers, const std::vector<std::string>& names,
                      std::vector<std::string>& notes);

}  // namespace fcn::tools
