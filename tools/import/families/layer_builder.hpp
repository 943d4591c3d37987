// SPDX-License-Identifier: MIT
// Appends layers to a graph; widths, kernels, groups and biases follow from the tensors' shapes. Keeps the
// current map and maps saved under names; errors go to the WeightSource. Not here: in which order
// (family_builder.hpp).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fcn/graph/graph.hpp"
#include "tools/import/families/weight_source.hpp"

namespace fcn::tools {

/// A map under construction.
struct BuiltMap {
  NodeId node = 0;
  int channels = 0;
};

/// The parameters of a convolution that do not follow from its tensors.
struct ConvFacts {
  int stride = 1;
  int dilation = 1;
  int pad = -1;  ///< on all sides; negative: half the kernel, along each axis
};

struct PoolFacts {
  int size = 1;
  int stride = 1;
  int pad = 0;
  bool ceil_mode = false;
  bool count_pad = true;  ///< of an average
};

class LayerBuilder {
 public:
  explicit LayerBuilder(WeightSource& weights) : weights_(weights) {}

  /// The input; its channels are those of the convolution that sees it.
  void input(const std::string& first_conv);
  void conv(const std::string& name, const ConvFacts& facts);
  /// A transposed convolution with bilinear kernels' usual padding, a quarter of the kernel, so that it
  /// enlarges by `stride`, which is half the kernel if it is 0.
  void transposed_conv(const std::string& name, int stride);
  /// To the size of a saved map: nearest, or linearly between pixels' middles.
  void resize_to(const std::string& name, bool nearest);
  /// A fully connected layer at every place, its weights [out][in] or [out][in][1][1].
  void pointwise(const std::string& name);
  void batch_norm(const std::string& name, double epsilon);
  /// Over the channels of each pixel.
  void layer_norm(const std::string& name, double epsilon);
  /// One factor a channel.
  void scale(const std::string& name);
  /// Global response norm (ConvNeXt V2): each channel weighed by its share of the whole map's energy.
  void response_norm(const std::string& name);
  /// A one-dimensional convolution over the channels of a pooled map, zeros beyond (efficient channel
  /// attention).
  void channel_conv(const std::string& name);
  /// "relu", "relu6" and the names of ActivationKind. False if there is no such function.
  bool activation(std::string_view kind);
  void max_pool(const PoolFacts& facts);
  void average_pool(const PoolFacts& facts);
  void global_pool();
  void global_max_pool();
  /// A map of size x size places becomes a row of channels.
  void flatten(int size);
  /// Fully connected, on a flat map.
  void linear(const std::string& name);
  /// Channels in `groups` groups, dealt out in turn (ShuffleNet).
  void shuffle(int groups);
  /// The part of that number, of `parts` of equal size.
  void part(int number, int parts);

  void save(const std::string& name) { saved_[name] = current_; }
  void load(const std::string& name);
  void add(const std::string& name);
  void multiply(const std::string& name);
  void concat(const std::vector<std::string>& names);

  [[nodiscard]] const BuiltMap& current() const { return current_; }
  [[nodiscard]] const BuiltMap* saved(const std::string& name) const;
  [[nodiscard]] WeightSource& weights() { return weights_; }
  [[nodiscard]] Graph& graph() { return graph_; }

 private:
  void append(const std::string& name, Op op, std::vector<NodeId> inputs, int channels);
  void append(const std::string& name, Op op) {
    append(name, std::move(op), {current_.node}, current_.channels);
  }
  /// x * weight + bias, a number a channel.
  void affine(const std::string& name, std::vector<float> weight, std::vector<float> bias);
  /// A name for a layer without tensors.
  std::string numbered(std::string_view what);

  WeightSource& weights_;
  Graph graph_;
  BuiltMap current_;
  std::map<std::string, BuiltMap> saved_;
  std::map<std::string, int, std::less<>> counts_;
};

}  // namespace fcn::tools
