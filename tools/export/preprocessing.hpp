// SPDX-License-Identifier: MIT
// Which mean, std and channel order a model gets: those requested, stated by the file, applied by the graph
// itself, or the usual ones; and their source, for the report. Not here: changes to graphs (input_start.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fcn/result.hpp"
#include "tools/import/imported_network.hpp"
#include "tools/import/input_start.hpp"

namespace fcn::tools {

struct PreprocessingRequest {
  std::vector<float> mean =
      {};                       ///< per channel, red first, of pixels times `scale`; empty for the file's own
  std::vector<float> std = {};  ///< likewise
  std::optional<double> scale = std::nullopt;  ///< what 8-bit pixels are multiplied by; nothing for 1/255
  std::optional<ChannelOrder> channels =
      std::nullopt;  ///< as the network was trained; nothing for the file's own
};

struct Preprocessing {
  std::vector<float> mean;  ///< as ModelInfo has them
  std::vector<float> std;
  ChannelOrder channels = ChannelOrder::rgb;
  // For the report: in pixels times `scale`, and where each comes from.
  double scale = 1.0 / 255;
  std::vector<float> mean_shown;
  std::vector<float> std_shown;
  std::string channels_source;
  std::string mean_source;
  std::string std_source;
};

/// An Error about the request has code invalid_argument and names the option.
Result<Preprocessing> choose_preprocessing(const PreprocessingRequest& request,
                                           const ImportedNetwork& network);

/// Makes the graph take pictures' channels unchanged: `chosen`'s mean and std are then those of its input.
void apply_channel_order(Graph& graph, Preprocessing& chosen);

}  // namespace fcn::tools
