// SPDX-License-Identifier: MIT
#include "tools/export/preprocessing.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <variant>

namespace fcn::tools {
namespace {

constexpr double kUsualScale = 1.0 / 255;
// The values that torchvision's classifiers are trained with, and most others of photographs.
const std::vector<float> kImageNetMean{0.485f, 0.456f, 0.406f};
const std::vector<float> kImageNetStd{0.229f, 0.224f, 0.225f};

Error bad_option(std::string message, const char* option) {
  return {ErrorCode::invalid_argument, std::move(message), option};
}

/// Mean and std, of pixels of 0 to 1, and where they come from.
struct Normalisation {
  std::vector<float> mean;
  std::vector<float> std;
  std::string mean_source;
  std::string std_source;
};

std::string file_source(const ImportedNetwork& network) {
  return network.preprocessing_source.empty() ? "the file" : network.preprocessing_source;
}

/// Whether the file's mean and std equal the arithmetic at the start of the graph.
bool says_the_same(const ImportedNetwork& network, const InputArithmetic& own) {
  const double unit = own.takes_bytes() ? 255 : 1;
  constexpr double close = 1e-3;  // files state three or four digits
  if (network.mean.size() != own.scale.size() || network.std.size() != own.scale.size()) return false;
  for (std::size_t i = 0; i < own.scale.size(); ++i) {
    const double mean = -own.shift[i] / own.scale[i] / unit, deviation = 1 / own.scale[i] / unit;
    if (std::abs(mean - static_cast<double>(network.mean[i])) > close) return false;
    if (std::abs(deviation - static_cast<double>(network.std[i])) > close) return false;
  }
  return true;
}

/// The graph's own normalisation, if neither request nor file states a further one.
std::optional<InputArithmetic> own_normalisation(const PreprocessingRequest& request,
                                                 const ImportedNetwork& network) {
  if (!request.mean.empty() || !request.std.empty() || request.scale) return std::nullopt;
  auto own = find_input_arithmetic(network.graph);
  if (own && !network.mean.empty() && !says_the_same(network, *own)) return std::nullopt;
  return own;
}

/// The file's or the usual.
Normalisation without_options(const ImportedNetwork& network, std::size_t channels) {
  const std::vector<float> zeros(channels, 0.0f), ones(channels, 1.0f);
  const bool in_graph = find_input_arithmetic(network.graph).has_value();
  const bool photographs = channels == 3 && !in_graph;
  const std::string usual = photographs ? "ImageNet's; the file has none"
                            : in_graph  ? "none: the network normalises itself"
                                        : "none; the file has none";
  Normalisation chosen{photographs ? kImageNetMean : zeros, photographs ? kImageNetStd : ones,
                       usual + " (--mean)", usual + " (--std)"};
  if (network.mean.empty()) return chosen;
  chosen.mean = network.mean;
  chosen.mean_source = chosen.std_source = file_source(network);
  chosen.std = network.std.empty() ? ones : network.std;
  return chosen;
}

Status check_count(const std::vector<float>& values, std::size_t channels, const char* option) {
  if (values.size() == channels) return {};
  return bad_option("needs " + std::to_string(channels) + " numbers, one an input channel; has " +
                        std::to_string(values.size()),
                    option);
}

std::vector<float> times(const std::vector<float>& values, double factor) {
  std::vector<float> product;
  for (const float value : values) product.push_back(static_cast<float>(static_cast<double>(value) * factor));
  return product;
}

/// The request alone, nothing where it is silent: the usual numbers do not apply to another scale.
void apply_request(const PreprocessingRequest& request, double scale, Normalisation& chosen) {
  const double to_model = kUsualScale / scale;
  if (std::abs(to_model - 1) > 1e-6) {
    chosen = {std::vector<float>(chosen.mean.size(), 0.0f), std::vector<float>(chosen.mean.size(), 1.0f),
              "none, as --scale is given (--mean)", "none, as --scale is given (--std)"};
    chosen.std = times(chosen.std, to_model);
  }
  if (!request.mean.empty()) chosen.mean = times(request.mean, to_model), chosen.mean_source = "--mean";
  if (!request.std.empty()) chosen.std = times(request.std, to_model), chosen.std_source = "--std";
}

Status check_request(const PreprocessingRequest& request, std::size_t channels) {
  if (request.scale && !(std::isfinite(*request.scale) && *request.scale > 0))
    return bad_option("must be positive", "--scale");
  if (request.channels && channels != 3)
    return bad_option("is for networks of three channels, this one has " + std::to_string(channels),
                      "--channels");
  return {};
}

/// The graph's normalisation in words; pixels enter it unchanged, or scaled to 0 to 1.
Preprocessing done_by_graph(const InputArithmetic& own) {
  Preprocessing chosen;
  const std::size_t channels = own.scale.size();
  const bool bytes = own.takes_bytes();
  chosen.mean.assign(channels, 0.0f);
  chosen.std.assign(channels, bytes ? 1.0f / 255 : 1.0f);
  chosen.scale = bytes ? 1 : kUsualScale;
  for (std::size_t i = 0; i < channels; ++i) {
    chosen.mean_shown.push_back(static_cast<float>(-own.shift[i] / own.scale[i]));
    chosen.std_shown.push_back(static_cast<float>(1 / own.scale[i]));
  }
  chosen.mean_source = chosen.std_source = "the network's own first layers";
  return chosen;
}

}  // namespace

Result<Preprocessing> choose_preprocessing(const PreprocessingRequest& request,
                                           const ImportedNetwork& network) {
  const auto channels = static_cast<std::size_t>(std::get<Input>(network.graph.nodes[0].op).channels);
  if (const Status fits = check_request(request, channels); !fits) return fits.error();
  Preprocessing chosen;
  if (const auto own = own_normalisation(request, network)) {
    chosen = done_by_graph(*own);
  } else {
    Normalisation found = without_options(network, channels);
    chosen.scale = request.scale.value_or(kUsualScale);
    apply_request(request, chosen.scale, found);
    if (const Status fits = check_count(found.mean, channels, "--mean"); !fits) return fits.error();
    if (const Status fits = check_count(found.std, channels, "--std"); !fits) return fits.error();
    for (const float value : found.std)
      if (!std::isnormal(value) || value < 0) return bad_option("must be positive", "--std");
    chosen.mean_shown = times(found.mean, chosen.scale / kUsualScale);
    chosen.std_shown = times(found.std, chosen.scale / kUsualScale);
    chosen.mean = std::move(found.mean);
    chosen.std = std::move(found.std);
    chosen.mean_source = std::move(found.mean_source);
    chosen.std_source = std::move(found.std_source);
  }
  chosen.channels = request.channels.value_or(network.channels.value_or(ChannelOrder::rgb));
  chosen.channels_source = request.channels   ? "--channels"
                           : network.channels ? file_source(network)
                                              : "the usual (--channels, --scale)";
  return chosen;
}

void apply_channel_order(Graph& graph, Preprocessing& chosen) {
  if (chosen.channels == ChannelOrder::bgr) reverse_channels(graph);
  if (chosen.channels == ChannelOrder::grey) take_grey(graph, chosen.mean, chosen.std);
}

}  // namespace fcn::tools
