// SPDX-License-Identifier: MIT
#include "tools/import/onnx/import_onnx.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <numeric>
#include <set>
#include <string_view>
#include <utility>

#include "engine/passes/rewire.hpp"
#include "engine/printable.hpp"
#include "engine/validate_graph.hpp"
#include "tools/import/onnx/fold_constants.hpp"
#include "tools/import/onnx/lowering.hpp"
#include "tools/import/onnx/onnx_metadata.hpp"

namespace fcn::tools {
namespace {

/// Elements that all nodes computed at import may hold together: 1 GB of floats, more than any network's
/// weights that pass through a transpose.
constexpr std::uint64_t kMaxFolded = std::uint64_t{1} << 28;
constexpr std::size_t kLongestName = 900;

/// What the nodes made for this one are called: by its weights' module, its own name or its first output's.
std::string graph_name(const OnnxNode& node) {
  constexpr std::string_view suffix = ".weight";
  std::string name = !node.name.empty() || node.outputs.empty() ? node.name : node.outputs.front();
  for (const std::string& input : node.inputs)
    if (input.size() > suffix.size() && input.ends_with(suffix))
      name = input.substr(0, input.size() - suffix.size());
  while (name.starts_with('/')) name.erase(0, 1);
  if (!is_utf8(name)) name = printable(name);
  return name.empty() || name.size() > kLongestName ? node.type : name;
}

std::string described(const OnnxNode& node) {
  const std::string name = !node.name.empty() || node.outputs.empty() ? node.name : node.outputs.front();
  return "node " + name + " (" + node.type + ")";
}

/// Marks the nodes that these values depend on.
std::vector<bool> needed_nodes(const OnnxModel& model, const std::vector<std::string>& wanted) {
  std::set<std::string, std::less<>> names(wanted.begin(), wanted.end());
  std::vector<bool> needed(model.nodes.size(), false);
  for (std::size_t i = model.nodes.size(); i-- > 0;) {
    const OnnxNode& node = model.nodes[i];
    needed[i] = std::any_of(node.outputs.begin(), node.outputs.end(),
                            [&](const std::string& name) { return !name.empty() && names.contains(name); });
    if (needed[i]) names.insert(node.inputs.begin(), node.inputs.end());
  }
  return needed;
}

class NodeLowering {
 public:
  NodeLowering(const OnnxModel& model, Values values, NetworkBuilder& net)
      : model_(model), values_(std::move(values)), net_(net) {
    for (const auto& [name, known] : model.initializers) values_.emplace(name, known);
  }

  void lower(const OnnxNode& node) {
    if (!node.domain.empty() && node.domain != "ai.onnx")
      throw Refusal{"belongs to the domain " + node.domain + ", supported are ONNX's own operators"};
    std::vector<std::optional<Value>> inputs;
    for (const std::string& name : node.inputs) inputs.push_back(input(name));
    const NodeCall call(node, model_.opset, std::move(inputs));
    net_.name_nodes(graph_name(node));
    std::vector<Value> outputs = compute(call);
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i].empty() || i >= outputs.size()) continue;
      if (!values_.emplace(node.outputs[i], std::move(outputs[i])).second)
        throw Refusal{"makes the value " + node.outputs[i] + ", which exists already"};
    }
  }

  /// A value that has been made.
  [[nodiscard]] const Value& value(const std::string& name) const {
    const auto found = values_.find(name);
    if (found != values_.end()) return found->second;
    throw Refusal{"the value " + name +
                  " is made by no node before, nor an input: a cycle, or a damaged file"};
  }

 private:
  [[nodiscard]] std::optional<Value> input(const std::string& name) const {
    if (name.empty()) return std::nullopt;
    return value(name);
  }

  std::vector<Value> compute(const NodeCall& call) {
    if (auto folded = fold(call, kMaxFolded - folded_)) {
      std::vector<Value> outputs;
      for (KnownTensor& tensor : *folded) {
        folded_ += std::min<std::uint64_t>(tensor.size(), kMaxFolded - folded_);
        outputs.emplace_back(std::make_shared<const KnownTensor>(std::move(tensor)));
      }
      return outputs;
    }
    return find_lowering(call)(call, net_);
  }

  const OnnxModel& model_;
  Values values_;
  NetworkBuilder& net_;
  std::uint64_t folded_ = 0;
};

/// The only one of the graph's inputs or outputs.
const OnnxValueInfo& only(const std::vector<OnnxValueInfo>& infos, const char* what) {
  if (infos.size() == 1) return infos.front();
  std::string names;
  for (const OnnxValueInfo& info : infos) names += (names.empty() ? " (" : ", ") + info.name;
  throw Refusal{"has " + std::to_string(infos.size()) + " " + what + "s" +
                (names.empty() ? "" : names + ")") + ", supported is 1"};
}

struct Picture {
  int channels = 3;
  Extent window;
  bool channels_last = false;
};

Picture read_picture(const OnnxValueInfo& input, std::optional<Extent> window, const Limits& limits) {
  const std::string name = "input " + input.name;
  if (!input.is_real || !input.has_shape || input.dims.size() != 4)
    throw Refusal{name + " is no picture: supported are floats of images x channels x rows x columns"};
  if (input.dims[0] != kFreeDim && input.dims[0] != 1)
    throw Refusal{name + " is " + std::to_string(input.dims[0]) +
                  " pictures, supported are 1 or a free number"};
  const auto few = [](std::int64_t dim) { return dim >= 1 && dim <= 4; };
  Picture picture;
  picture.channels_last = few(input.dims[3]) && !few(input.dims[1]);
  const std::size_t channel_axis = picture.channels_last ? 3 : 1, row_axis = picture.channels_last ? 1 : 2;
  if (input.dims[channel_axis] == kFreeDim) throw Refusal{name + " does not say how many channels it has"};
  picture.channels = checked_int(input.dims[channel_axis], "its number of channels", 1, 1 << 20);
  const auto side = [&](std::size_t axis, int asked) {
    if (window) return asked;
    if (input.dims[axis] == kFreeDim) throw Refusal{name + " has no fixed size: give --window"};
    return checked_int(input.dims[axis], "its size", 1, limits.max_image_side);
  };
  picture.window = {side(row_axis, window.value_or(Extent{}).y),
                    side(row_axis + 1, window.value_or(Extent{}).x)};
  return picture;
}

/// The node whose channels are the logits, in the output's order.
NodeId find_logits(const Value& value, const OnnxValueInfo& output, NetworkBuilder& net) {
  const auto* feature = std::get_if<Feature>(&value);
  if (feature == nullptr) throw Refusal{"output " + output.name + " does not depend on the input"};
  const Dims dims = feature->view.dims();
  if (feature->view.is_map(feature->shape)) return feature->node;
  for (std::size_t i = 0; i < feature->view.rank(); ++i) {
    if (!feature->view.only_channels(i))
      throw Refusal{"output " + output.name + " of shape " + dims_text(dims) +
                    " lists places, not classes: this is no classifier's head"};
    if (axis_size(feature->view.axis(i)) != feature->shape.channels) continue;
    std::vector<std::int64_t> all(static_cast<std::size_t>(feature->shape.channels));
    std::iota(all.begin(), all.end(), std::int64_t{0});
    return select(*feature, i, all, net).node;
  }
  throw Refusal{"output " + output.name + " of shape " + dims_text(dims) + " is no row of classes"};
}

ImportedNetwork import_classifier(const OnnxModel& model, const std::string& path,
                                  std::optional<Extent> window, const Limits& limits) {
  const OnnxValueInfo& input = only(model.inputs, "input");
  const OnnxValueInfo& output = only(model.outputs, "output");
  const bool is_free = std::count(input.dims.begin(), input.dims.end(), kFreeDim) > 1;
  const auto named = !window && is_free ? metadata_window(model) : std::nullopt;
  const Picture picture = read_picture(input, window ? window : named, limits);
  NetworkBuilder net(limits);
  net.name_nodes("input");
  Feature pixels = net.append_input(picture.channels, picture.window);
  if (picture.channels_last) {
    constexpr std::size_t rows_first[] = {0, 2, 3, 1};
    pixels.view = pixels.view.transposed(rows_first);
  }
  auto made = lower_nodes(model, {{input.name, pixels}}, {output.name}, net);
  if (!made) throw Refusal{made.error().to_string()};
  ImportedNetwork network;
  const NodeId logits = find_logits(made->front(), output, net);
  network.graph = net.take();
  network.graph.output = logits;
  network.name = printable(std::filesystem::path(path).stem().string());
  network.window = picture.window;
  network.window_source = named ? "the file's metadata" : "the file's input";
  read_metadata(model, network);
  return network;
}

}  // namespace

Result<std::vector<Value>> lower_nodes(const OnnxModel& model, Values values,
                                       const std::vector<std::string>& wanted, NetworkBuilder& net) {
  const std::vector<bool> needed = needed_nodes(model, wanted);
  NodeLowering lowering(model, std::move(values), net);
  for (std::size_t i = 0; i < model.nodes.size(); ++i) {
    if (!needed[i]) continue;
    try {
      lowering.lower(model.nodes[i]);
    } catch (const Refusal& refusal) {
      return Error{ErrorCode::unsupported, refusal.message, described(model.nodes[i])};
    }
  }
  std::vector<Value> made;
  try {
    for (const std::string& name : wanted) made.push_back(lowering.value(name));
  } catch (const Refusal& refusal) {
    return Error{ErrorCode::unsupported, refusal.message, ""};
  }
  return made;
}

Result<ImportedNetwork> import_onnx(const OnnxModel& model, const std::string& path,
                                    std::optional<Extent> window, const Limits& limits) {
  try {
    ImportedNetwork network = import_classifier(model, path, window, limits);
    if (const Status cleaned = passes::remove_dead_nodes(network.graph); !cleaned)
      return cleaned.error().at(path);
    if (const Status valid = validate_graph(network.graph, limits); !valid) return valid.error().at(path);
    return network;
  } catch (const Refusal& refusal) {
    return Error{ErrorCode::unsupported, refusal.message, path};
  }
}

}  // namespace fcn::tools
