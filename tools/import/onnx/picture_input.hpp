// SPDX-License-Identifier: MIT
// Which input of an ONNX file is the picture, and its layout. Not here: what the graph does to its pixels
// (input_start.hpp).
#pragma once

#include <optional>
#include <set>
#include <string>

#include "fcn/graph/graph.hpp"
#include "fcn/limits.hpp"
#include "tools/import/onnx/file/onnx_model.hpp"

namespace fcn::tools {

struct PictureInput {
  std::string name;
  int channels = 3;
  Extent window;
  bool channels_last = false;
  bool integers = false;  ///< unscaled pixels, 0 to 255
};

/// The only input among `needed`. The window is `window` or, without one, the size that the file
/// gives. A Refusal if it is no picture, or if there are several.
PictureInput find_picture(const OnnxModel& model, const std::set<std::string, std::less<>>& needed,
                          std::optional<Extent> window, const Limits& limits);

}  // namespace fcn::tools
