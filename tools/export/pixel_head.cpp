// SPDX-License-Identifier: MIT
#include "tools/export/pixel_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "fcn/graph/geometry.hpp"
#include "fcn/graph/shape_inference.hpp"
#include "fcn/model_info.hpp"
#include "fcn/passes/find_ending.hpp"
#include "fcn/passes/find_head.hpp"
#include "fcn/passes/rewire.hpp"
#include "fcn/passes/to_fcn.hpp"
#include "tools/import/bilinear_upsampling.hpp"

namespace fcn::tools {
namespace {

Error no_head(const std::string& why) {
  return {ErrorCode::unsupported, "cannot take such a head: " + why, "--head"};
}

/// Glorot and Bengio: "Understanding the difficulty of training deep feedforward neural networks", 2010.
std::vector<float> glorot_weights(int inputs, int outputs) {
  std::mt19937 generator(1);
  const double bound = std::sqrt(6.0 / (inputs + outputs));
  std::vector<float> weights(static_cast<std::size_t>(inputs) * static_cast<std::size_t>(outputs));
  for (float& weight : weights)
    weight = static_cast<float>(bound * ((static_cast<double>(generator()) + 0.5) / 0x1p31 - 1));
  return weights;
}

class PixelHeadBuilder {
 public:
  PixelHeadBuilder(ImportedNetwork& network, Extent window, const PixelHeadRequest& request)
      : network_(network),
        graph_(network.graph),
        window_{std::get<Input>(graph_.nodes[0].op).channels, window.y, window.x},
        request_(request) {}

  Status build() {
    if (const Status scored = score_places(); !scored) return scored;
    if (const Status fresh = replace_scoring(); !fresh) return fresh;
    const auto shapes = infer_shapes(graph_, window_);
    if (!shapes) return shapes.error().at("--head");
    geometry_ = infer_geometry(graph_, *shapes);
    shapes_ = *shapes;
    return enlarge();
  }

 private:
  /// Converts the classifier and takes away its pool: scores at every place of the last map.
  Status score_places() {
    auto shapes = infer_shapes(graph_, window_);
    if (!shapes) return shapes.error().at("on the training window");
    if (const auto ending = passes::find_ending(graph_, *shapes)) {
      network_.activation = ending->activation;
      if (const Status dropped = passes::drop_ending(graph_, *ending); !dropped) return dropped;
      shapes = infer_shapes(graph_, window_);
    }
    std::set<std::string> head;
    const auto parts = passes::find_head(graph_, *shapes);
    for (NodeId id = 0; id < parts.size(); ++id)
      if (parts[id] == passes::Part::head) head.insert(graph_.nodes[id].name);
    if (head.empty()) return no_head("the network does not pool or flatten its last map, as classifiers do");
    ModelInfo info;
    info.window = {window_.height, window_.width};
    if (const Status converted = passes::to_fcn(graph_, info); !converted) return converted;
    for (NodeId id = 0; id < graph_.nodes.size(); ++id)
      if (head.contains(graph_.nodes[id].name)) keep_size(id);
    return passes::remove_dead_nodes(graph_);
  }

  void keep_size(NodeId id) {
    Node& node = graph_.nodes[id];
    if (std::holds_alternative<AveragePool>(node.op) || std::holds_alternative<MaxPool>(node.op)) {
      passes::replace_uses(graph_, id, NodeId{node.inputs[0]});
    } else if (auto* conv = std::get_if<Conv>(&node.op)) {
      const Extent kernel = conv->kernel;
      conv->pad = {(kernel.y - 1) / 2, (kernel.x - 1) / 2, kernel.y / 2, kernel.x / 2};
    }
  }

  /// Puts a new layer in place of the last, if the request says so.
  Status replace_scoring() {
    if (!request_.classes) return {};
    Node& last = graph_.nodes[graph_.output];
    const auto* old = std::get_if<Conv>(&last.op);
    if (old == nullptr || last.inputs.size() != 1)
      return no_head("its last layer, node " + last.name + " (" + std::string(op_name(last.op)) +
                     "), is not linear; leave out --classes to keep it");
    const auto shapes = infer_shapes(graph_, window_);
    if (!shapes) return shapes.error().at("--head");
    const NodeId features = last.inputs[0];
    add_scoring("score", features, (*shapes)[features].channels, *request_.classes,
                glorot_weights((*shapes)[features].channels, *request_.classes));
    network_.labels.clear();
    network_.activation.reset();
    network_.notes.push_back("--classes: the scoring layer of " + std::to_string(*request_.classes) +
                             " classes is new and must be trained");
    return passes::remove_dead_nodes(graph_);
  }

  NodeId add_scoring(const std::string& name, NodeId from, int inputs, int classes,
                     std::vector<float> weights) {
    Conv conv;
    conv.in_channels = inputs;
    conv.out_channels = classes;
    conv.weights = std::move(weights);
    conv.bias.assign(static_cast<std::size_t>(classes), 0.0f);
    return graph_.append(unused(name), std::move(conv), {from});
  }

  /// The name, or one like it that no node has.
  [[nodiscard]] std::string unused(std::string name) const {
    while (std::any_of(graph_.nodes.begin(), graph_.nodes.end(),
                       [&](const Node& node) { return node.name.starts_with(name); }))
      name += "_";
    return name;
  }

  /// Pixels from one place to the next, if they are the same along both axes and an even number.
  [[nodiscard]] int stride_of(NodeId id) const {
    const double stride = geometry_[id].y.stride;
    const bool even = stride == geometry_[id].x.stride && std::fmod(stride, 2.0) == 0 && stride < 1024;
    return even ? static_cast<int>(stride) : 0;
  }

  Status enlarge() {
    const NodeId scores = graph_.output;
    classes_ = shapes_[scores].channels;
    const int stride = stride_of(scores);
    const int skips = static_cast<int>(request_.kind);
    const int finest = stride >> skips;
    if (stride == 0 || finest % 2 != 0 || finest << skips != stride)
      return no_head(
          fmt::format("its last map has a place for every {} pixels, which does not divide into {}",
                      geometry_[scores].y.stride, skips == 0 ? "bilinear steps" : "steps of two"));
    std::vector<NodeId> taps;
    for (int level = 1; level <= skips; ++level) {
      const auto tap = find_tap(scores, stride >> level);
      if (!tap) return tap.error();
      taps.push_back(*tap);
    }
    covers_ = covers_window(scores, stride) && std::all_of(taps.begin(), taps.end(), [&](NodeId tap) {
                return covers_window(tap, stride_of(tap));
              });
    if (!request_.classes) measure_offset(geometry_[scores]);
    NodeId map = scores;
    for (const NodeId tap : taps) map = fuse(map, tap);
    enlarge_to("upscore" + std::to_string(finest), map, finest, 1, 0);
    note_taps(taps);
    return {};
  }

  /// The map of this stride that the next coarser one is made of: the last that a convolution reads, or,
  /// where a max-pool reads it, the one that the pool before gave, as the paper takes VGG's pool4 and pool3.
  Result<NodeId> find_tap(NodeId scores, int stride) const {
    const auto is_coarser = [&](NodeId id) {
      return shapes_[id].height > 1 && shapes_[id].width > 1 && stride_of(id) > stride;
    };
    NodeId first = 0, last = 0;
    for (NodeId id = scores; id > 0; --id) {
      if (stride_of(id) == stride) first = id;
      for (const NodeId input : graph_.nodes[id].inputs)
        if (stride_of(input) == stride && is_coarser(id)) last = std::max(last, input);
    }
    if (last == 0)
      return no_head("it has no map with a place for every " + std::to_string(stride) + " pixels");
    const bool pooled = std::all_of(graph_.nodes.begin(), graph_.nodes.end(), [&](const Node& node) {
      const NodeId id = static_cast<NodeId>(&node - graph_.nodes.data());
      const bool reads = std::find(node.inputs.begin(), node.inputs.end(), last) != node.inputs.end();
      return !reads || id > scores || !is_coarser(id) || std::holds_alternative<MaxPool>(node.op);
    });
    return pooled && std::holds_alternative<MaxPool>(graph_.nodes[first].op) ? first : last;
  }

  /// Twice the map, and on it the scores of the finer map.
  NodeId fuse(NodeId map, NodeId tap) {
    const int channels = shapes_[tap].channels;
    const std::string at = graph_.nodes[tap].name;
    const auto weights = static_cast<std::size_t>(channels) * static_cast<std::size_t>(classes_);
    const NodeId score = add_scoring("score_" + at, tap, channels, classes_, std::vector<float>(weights));
    const NodeId twice = enlarge_to("upscore_" + at, map, 2, stride_of(tap), score);
    return graph_.append(unused("fuse_" + at), Add{}, {twice, score});
  }

  /// Whether a map with a place for each `stride` pixels is as large as the picture or larger. It is not
  /// where convolutions go without padding.
  [[nodiscard]] bool covers_window(NodeId map, int stride) const {
    return shapes_[map].height * stride >= window_.height && shapes_[map].width * stride >= window_.width;
  }

  /// Bilinear kernels take a place for the middle of its square of pixels. That puts the map below and to the
  /// right of where a network with padding looks. Training makes up for that.
  void measure_offset(const MapGeometry& scores) {
    offset_y_ = (scores.y.stride - 1) / 2 - scores.y.first_center;
    offset_x_ = (scores.x.stride - 1) / 2 - scores.x.first_center;
  }

  /// What to leave out of a map that is enlarged to a place for every `pixels`, so that it comes to lie where
  /// the network looks; less than `stride`.
  static int take_off(double& offset, int pixels, int stride) {
    const int skip = std::clamp(static_cast<int>(std::ceil(offset / pixels - 0.5)), 0, stride - 1);
    offset -= skip * pixels;
    return skip;
  }

  /// Enlarges a map by `stride`, so that it has a place for every `pixels`, and cuts it to the size of
  /// `target`.
  NodeId enlarge_to(const std::string& name, NodeId map, int stride, int pixels, NodeId target) {
    if (!covers_) return graph_.append(unused(name), ResizeTo{}, {map, target});
    const Extent skip{take_off(offset_y_, pixels, stride), take_off(offset_x_, pixels, stride)};
    const NodeId enlarged = append_bilinear_upsampling(graph_, unused(name), map, stride, skip);
    return graph_.append(graph_.nodes[enlarged].name + ".to", CropTo{}, {enlarged, target});
  }

  void note_taps(const std::vector<NodeId>& taps) {
    std::string note = "--head " + std::string(kind_name(request_.kind)) +
                       ": the scores of every place are " +
                       (covers_ ? "enlarged by bilinear kernels"
                                : "interpolated linearly, as their map does not cover the whole picture");
    for (std::size_t i = 0; i < taps.size(); ++i)
      note += (i == 0 ? ", with scores of " : " and ") + graph_.nodes[taps[i]].name;
    network_.notes.push_back(note + (taps.empty() ? "" : " added, which are zero until they are trained"));
  }

  ImportedNetwork& network_;
  Graph& graph_;
  Shape window_;
  const PixelHeadRequest& request_;
  std::vector<MapGeometry> geometry_;  ///< of the network that scores places
  std::vector<Shape> shapes_;          ///< likewise
  int classes_ = 0;
  double offset_y_ = 0;  ///< pixels by which the map still has to move up
  double offset_x_ = 0;  ///< and to the left
  bool covers_ = true;   ///< the picture, by all the maps that are enlarged
};

}  // namespace

Status build_pixel_head(ImportedNetwork& network, Extent window, const PixelHeadRequest& request) {
  if (network.is_fcn) return no_head("it works at every place already and has no head to replace");
  return PixelHeadBuilder(network, window, request).build();
}

}  // namespace fcn::tools
