// SPDX-License-Identifier: MIT
#include "tools/import/onnx/import_onnx.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "fcn/base/printable.hpp"
#include "fcn/graph/shape_inference.hpp"
#include "fcn/graph/validate_graph.hpp"
#include "fcn/passes/rewire.hpp"
#include "tools/import/onnx/choose_output.hpp"
#include "tools/import/onnx/expand_functions.hpp"
#include "tools/import/onnx/lower/lowering.hpp"
#include "tools/import/onnx/lower_nodes.hpp"
#include "tools/import/onnx/onnx_metadata.hpp"
#include "tools/import/onnx/picture_input.hpp"

namespace fcn::tools {
namespace {

/// Whether the tensor is a map's scores for every place, seen without the axis of images or with the classes
/// last.
bool lists_pixels(const Feature& feature) {
  const Shape& shape = feature.shape;
  if (shape.height == 1 && shape.width == 1) return false;
  const Dims classes_first{1, shape.channels, shape.height, shape.width};
  const Dims classes_last{1, shape.height, shape.width, shape.channels};
  constexpr std::size_t kToFirst[] = {0, 3, 1, 2};
  if (const auto view = feature.view.reshaped(classes_first); view && view->is_map(shape)) return true;
  const auto view = feature.view.reshaped(classes_last);
  return view && view->transposed(kToFirst).is_map(shape);
}

/// The node whose channels are the logits, in the output's order.
NodeId find_logits(const Value& value, const std::string& output, NetworkBuilder& net) {
  const auto* feature = std::get_if<Feature>(&value);
  if (feature == nullptr) throw Refusal{"output " + output + " does not depend on the input"};
  const Dims dims = feature->view.dims();
  if (feature->view.is_map(feature->shape) || lists_pixels(*feature)) return feature->node;
  for (std::size_t i = 0; i < feature->view.rank(); ++i) {
    if (!feature->view.only_channels(i))
      throw Refusal{"output " + output + " of shape " + dims_text(dims) +
                    " lists places, not classes: this is no classifier's head"};
    if (axis_size(feature->view.axis(i)) != feature->shape.channels) continue;
    std::vector<std::int64_t> all(static_cast<std::size_t>(feature->shape.channels));
    std::iota(all.begin(), all.end(), std::int64_t{0});
    return select(*feature, i, all, net).node;
  }
  throw Refusal{"output " + output + " of shape " + dims_text(dims) + " is no row of classes"};
}

bool is_quantised(const OnnxNode& node) {
  return node.type.find("QLinear") != std::string::npos || node.type.find("Integer") != std::string::npos ||
         node.type.find("Quant") != std::string::npos || node.type == "QGemm";
}

void take_labels(const OnnxModel& model, const ChosenOutput& output, ImportedNetwork& network) {
  read_metadata(model, network);
  if (network.labels.empty()) network.labels = output.labels;
}

/// Pixels enter as unscaled integers.
void take_integers(ImportedNetwork& network) {
  const auto channels = static_cast<std::size_t>(std::get<Input>(network.graph.nodes[0].op).channels);
  network.mean.assign(channels, 0.0f);
  network.std.assign(channels, 1.0f / 255);
  network.preprocessing_source = "the graph's input, which is of integers from 0 to 255";
}

bool has_free_size(const OnnxModel& model, const std::set<std::string, std::less<>>& needed) {
  return std::any_of(model.inputs.begin(), model.inputs.end(), [&](const OnnxValueInfo& input) {
    return needed.contains(input.name) && std::count(input.dims.begin(), input.dims.end(), kFreeDim) > 1;
  });
}

ImportedNetwork import_classifier(const OnnxModel& model, const std::string& path, const OnnxImport& asked) {
  const ChosenOutput output = choose_output(model, asked.output_name);
  const auto needed = needed_values(model, {output.value});
  const auto named = asked.window || !has_free_size(model, needed) ? std::nullopt : metadata_window(model);
  const PictureInput input = find_picture(model, needed, asked.window ? asked.window : named, asked.limits);
  NetworkBuilder net(asked.limits);
  net.name_nodes("input");
  Feature pixels = net.append_input(input.channels, input.window);
  if (input.channels_last) {
    constexpr std::size_t rows_first[] = {0, 2, 3, 1};
    pixels.view = pixels.view.transposed(rows_first);
  }
  auto made = lower_nodes(model, {{input.name, pixels}}, {output.value}, net);
  if (!made) throw Refusal{made.error().to_string()};
  ImportedNetwork network;
  const NodeId logits = find_logits(made->front(), output.value, net);
  network.graph = net.take();
  network.graph.output = logits;
  network.name = printable(std::filesystem::path(path).stem().string());
  network.window = input.window;
  network.window_source = named ? "the file's metadata" : "the file's input";
  network.notes = output.notes;
  network.notes.insert(network.notes.end(), net.notes().begin(), net.notes().end());
  if (std::any_of(model.nodes.begin(), model.nodes.end(), is_quantised))
    network.notes.emplace_back(
        "the network is quantised; its weights are turned to float32, in which it runs");
  take_labels(model, output, network);
  if (const Status cleaned = passes::remove_dead_nodes(network.graph); !cleaned)
    throw Refusal{cleaned.error().to_string()};
  if (input.integers) take_integers(network);
  return network;
}

/// A network that labels pixels needs no window: where the file leaves the size free, any that pools divide
/// does. Nothing if it is not such a network.
std::optional<ImportedNetwork> import_pixel_network(const OnnxModel& model, const std::string& path,
                                                    OnnxImport asked) {
  constexpr Extent kAnySize{256, 256};
  if (asked.window || metadata_window(model)) return std::nullopt;
  const ChosenOutput output = choose_output(model, asked.output_name);
  if (!has_free_size(model, needed_values(model, {output.value}))) return std::nullopt;
  try {
    asked.window = kAnySize;
    ImportedNetwork network = import_classifier(model, path, asked);
    const int channels = std::get<Input>(network.graph.nodes[0].op).channels;
    const auto shapes = infer_shapes(network.graph, {channels, kAnySize.y, kAnySize.x});
    if (!shapes || (*shapes)[network.graph.output].height == 1) return std::nullopt;
    network.window_source = "any size, the file leaves it free";
    return network;
  } catch (const Refusal&) {
    return std::nullopt;  // what is wrong is better said without a size that nobody asked for
  }
}

}  // namespace

Result<ImportedNetwork> import_onnx(OnnxModel model, const std::string& path, const OnnxImport& asked) {
  if (const Status expanded = expand_functions(model, asked.limits); !expanded)
    return expanded.error().at(path);
  try {
    auto pixel_network = import_pixel_network(model, path, asked);
    ImportedNetwork network =
        pixel_network ? *std::move(pixel_network) : import_classifier(model, path, asked);
    if (const Status valid = validate_graph(network.graph, asked.limits); !valid)
      return valid.error().at(path);
    return network;
  } catch (const Refusal& refusal) {
    return Error{ErrorCode::unsupported, refusal.message, path};
  }
}

}  // namespace fcn::tools
