// SPDX-License-Identifier: MIT
// A network ready to be planned: its graph, its description, and its weights packed once for one arch.
// The algorithm of a layer is fixed here, from the layer alone, so nothing later (image size, threads,
// memory) can change its bits. Not here: what a model file holds (model_file.hpp).
#pragma once

#include <optional>
#include <vector>

#include "fcn/base/aligned_buffer.hpp"
#include "fcn/graph/conv_algorithm.hpp"
#include "fcn/graph/graph.hpp"
#include "fcn/kernels/kernel_table.hpp"
#include "fcn/limits.hpp"
#include "fcn/model_info.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI {

class ByteSource;

/// How a model is loaded.
struct ModelOptions {
  const kernels::KernelTable* table =
      nullptr;    ///< the arch to run on; native_table() of fcn/kernels/native.hpp, or a dispatched one
  Limits limits;  ///< for its file, and for the pictures of its sessions
  AlgorithmChoice algorithm = AlgorithmChoice::automatic;  ///< of convolutions
  bool unfused = false;  ///< additions and relus are nodes of their own, to be tapped. Never changes bits.
  std::optional<ScoreActivation> activation = std::nullopt;  ///< instead of the model's own
};

/// A network with its weights, packed for the kernels of one arch, and what is known about it. It never
/// changes: threads may share it. It must outlive its sessions.
class Model {
 public:
  /// Packs a graph's weights. The graph must have passed validate_graph().
  static Result<Model> from_graph(Graph graph, ModelInfo info, const ModelOptions& options);

  /// Reads a model file (docs/model-format.md), tensor by tensor.
  static Result<Model> load(const std::string& path, const ModelOptions& options);
  /// The same from bytes of any kind, as those of a model embedded in a program.
  static Result<Model> read(ByteSource source, const ModelOptions& options);

  [[nodiscard]] const Graph& graph() const { return graph_; }    ///< its weights are empty: they are packed
  [[nodiscard]] const ModelInfo& info() const { return info_; }  ///< labels, window, normalisation
  /// The class's label; "class 7" if the model has none.
  [[nodiscard]] std::string label(int class_id) const { return info_.label(class_id); }
  [[nodiscard]] const kernels::KernelTable& table() const { return *table_; }  ///< its kernels
  [[nodiscard]] const Limits& limits() const { return limits_; }               ///< as it was loaded
  [[nodiscard]] const AlignedBuffer& packed(NodeId node) const {
    return packed_[node];
  }  ///< a node's weights
  [[nodiscard]] ConvAlgorithm algorithm(NodeId node) const {
    return algorithms_[node];
  }  ///< of a convolution
  /// Channels of the pixels that the network was trained on: 3 for colour, 1 for grey.
  [[nodiscard]] int input_channels() const { return std::get<Input>(graph_.nodes[0].op).channels; }

  /// Memory that the weights take.
  [[nodiscard]] std::size_t packed_bytes() const {
    std::size_t bytes = 0;
    for (const AlignedBuffer& buffer : packed_) bytes += buffer.bytes();
    return bytes;
  }

 private:
  Model() = default;

  /// Packs node by node; `fill(node)` brings a node's weights into memory just before, and they are released
  /// just after.
  template <class Fill>
  static Result<Model> build(Graph graph, ModelInfo info, const ModelOptions& options, const Fill& fill);

  Graph graph_;
  ModelInfo info_;
  const kernels::KernelTable* table_ = nullptr;
  Limits limits_;
  std::vector<ConvAlgorithm> algorithms_;  // per node
  std::vector<AlignedBuffer> packed_;      // per node; empty for those without weights
};

/// The convolution that a Conv or Linear node runs as: a fully connected layer is a 1 x 1 convolution of a
/// flat map.
kernels::ConvShape conv_shape(const Op& op);

}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/model_inl.hpp"
#endif
