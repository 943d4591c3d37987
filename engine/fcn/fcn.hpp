// SPDX-License-Identifier: MIT
// The one header an embedder includes.
//
//   auto model = fcn::load_model("weights/fashion-resnet18.safetensors");
//   if (!model) return std::puts(model.error().to_string().c_str());
//   auto session = fcn::Session::create(*model, {.threads = 2});
//   auto map = session->run({rgb_pixels, width, height, 3 * width, 3});
//   const int best = map->top(1)[0];
//   const fcn::Peak peak = map->peak(best);
//   std::printf("%s, %.1f %% at cell %d, %d\n", model->label(best).c_str(), 100 * peak.probability, peak.row,
//               peak.col);
//
// The including translation unit's own flags choose the kernels: without -mavx2 -mfma (or -march=native) an
// x86-64 compiler gives SSE2, which is several times slower. docs/embedding.md says more.
#pragma once

#include <string>

#include "fcn/file/model_reader.hpp"
#include "fcn/kernels/native.hpp"
#include "fcn/session.hpp"

namespace fcn::inline FCN_ABI {

/// Loads a model for the arch that this translation unit is compiled for.
inline Result<Model> load_model(const std::string& path, const Limits& limits = {}) {
  return Model::load(path, {.table = &kernels::native_table(), .limits = limits});
}

}  // namespace fcn::inline FCN_ABI
