// SPDX-License-Identifier: MIT
// --profile: the time of each layer of a run, beside the processor's peak. Measured here, shown by
// profile_table.hpp and output_json.hpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fcn/graph/conv_algorithm.hpp"
#include "fcn/graph/graph.hpp"
#include "fcn/image_view.hpp"
#include "fcn/result.hpp"
#include "fcn/score_map.hpp"
#include "fcn/session.hpp"

namespace fcn::tools {

struct LayerProfile {
  std::string name;  ///< from the model file: escape it before showing it
  Shape output;
  std::optional<ConvAlgorithm> algorithm;  ///< of layers that multiply and add
  double ms = 0;                           ///< mean of a run
  double gflops = 0;  ///< two a multiply-add of direct convolution, whatever the algorithm; 0 without any
};

struct RunProfile {
  int runs = 0;
  double peak_gflops = 0;  ///< of all threads, measured between the runs
  double run_ms = 0;       ///< mean of a run, from pixels to scores
  std::vector<LayerProfile> layers;

  [[nodiscard]] double peak_share(const LayerProfile& layer) const {
    return peak_gflops > 0 ? layer.gflops / peak_gflops : 0;
  }
};

/// Runs the picture into `map` once to warm up, then over and over for about a second, in turn with bursts of
/// multiply-adds. Errors are those of Session::run_into.
Result<RunProfile> profile_run(Session& session, const kernels::KernelTable& table, const ImageView& image,
                               ScoreMap& map);

}  // namespace fcn::tools
