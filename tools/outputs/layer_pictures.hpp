// SPDX-License-Identifier: MIT
// --layers: each layer's feature maps of a picture as PNG files in a folder, and the first layer's filters.
// Not here: how one layer is drawn (feature_maps.hpp, filter_picture.hpp).
#pragma once

#include <string>
#include <vector>

#include "fcn/base/thread_pool.hpp"
#include "fcn/image_view.hpp"
#include "fcn/model.hpp"
#include "fcn/result.hpp"
#include "fcn/run/plan_checks.hpp"

namespace fcn::tools {

/// The names of the files that write_layer_pictures() writes.
std::vector<std::string> layer_picture_names(const Graph& graph);

/// Runs `image` through `model`, which should be unfused (ModelOptions::unfused), with the strides and
/// threads of `options`, and writes into `folder`, made if it is not there, "01-NAME.png" and so on for each
/// layer behind the input, and "filters-NAME.png" for the first convolution, whose weights are read again
/// from the model file at `model_path`. Each file appears whole or not at all. Layers are held a few at a
/// time: a network of many large ones is run more than once.
Status write_layer_pictures(const Model& model, const std::string& model_path, const ImageView& image,
                            PlanOptions options, ThreadPool& pool, const std::string& folder);

}  // namespace fcn::tools
