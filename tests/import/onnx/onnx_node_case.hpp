// SPDX-License-Identifier: MIT
// One of the ONNX project's node tests: a model of one node, its inputs and its outputs. The inputs become
// constants of the graph, as the operation takes them: feature maps, or tensors known to the importer. Which
// axes of a tensor lie on the channels, rows and columns of its map is tried out: the importer refuses what
// does not suit it.
#pragma once

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "fcn/kernels/select.hpp"
#include "fcn/kernels/tables.hpp"
#include "fcn/passes/rewire.hpp"
#include "tests/engine/run_network.hpp"
#include "tools/import/onnx/lower_nodes.hpp"

struct NodeCase {
  std::string type;  ///< of its node that is no Constant; empty if it has several
  fcn::tools::OnnxModel model;
  std::vector<fcn::tools::KnownTensor> inputs;
  std::vector<fcn::tools::KnownTensor> outputs;
  std::string error;  ///< why the files cannot be read
};

inline NodeCase read_node_case(const std::filesystem::path& folder) {
  using namespace fcn::tools;
  NodeCase node;
  const auto source = fcn::ByteSource::open((folder / "model.onnx").string());
  OnnxReadOptions options;
  options.oldest_opset = 1;  // each case is of the set that last changed its operator
  auto model = read_onnx(*source, options);
  if (!model) return node.error = model.error().to_string(), node;
  node.model = *std::move(model);
  for (const OnnxNode& candidate : node.model.nodes)
    if (candidate.type != "Constant" || node.model.nodes.size() == 1)
      node.type = node.type.empty() ? candidate.type : "several";
  const auto read_all = [&](const std::string& prefix, std::size_t count, std::vector<KnownTensor>& into) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto path = folder / "test_data_set_0" / (prefix + std::to_string(i) + ".pb");
      const auto file = fcn::ByteSource::open(path.string());
      auto tensor = file ? read_onnx_tensor(*file) : fcn::Result<KnownTensor>(file.error());
      if (!tensor) return void(node.error = tensor.error().to_string());
      into.push_back(*std::move(tensor));
    }
  };
  read_all("input_", node.model.inputs.size(), node.inputs);
  read_all("output_", node.model.outputs.size(), node.outputs);
  return node;
}

/// `tensor` as a constant feature map, its axes placed so.
inline fcn::tools::Feature as_feature(const fcn::tools::KnownTensor& tensor,
                                      const std::vector<fcn::tools::MapAxis>& places,
                                      fcn::tools::NetworkBuilder& net) {
  std::array<std::int64_t, 3> size{1, 1, 1};
  for (std::size_t i = 0; i < places.size(); ++i) size[static_cast<std::size_t>(places[i])] *= tensor.dims[i];
  fcn::Constant constant{
      .shape = {static_cast<int>(size[0]), static_cast<int>(size[1]), static_cast<int>(size[2])},
      .values = {}};
  const auto view = fcn::tools::TensorView::placed(tensor.dims, places);
  for (std::int64_t c = 0; c < size[0]; ++c)
    for (std::int64_t y = 0; y < size[1]; ++y)
      for (std::int64_t x = 0; x < size[2]; ++x) {
        std::int64_t at = 0;
        for (std::size_t i = 0; i < view.rank(); ++i) at = at * tensor.dims[i] + view.index_of(i, c, y, x);
        constant.values.push_back(tensor.reals()[static_cast<std::size_t>(at)]);
      }
  fcn::tools::Feature feature = net.append(std::move(constant), {});
  feature.view = view;
  return feature;
}

/// Every way to place axes, the usual ones (images on rows, channels, rows, columns) first.
inline std::vector<std::vector<fcn::tools::MapAxis>> all_places(std::size_t rank) {
  using fcn::tools::MapAxis;
  std::vector<std::vector<MapAxis>> all;
  if (rank == 4) all.push_back({MapAxis::row, MapAxis::channel, MapAxis::row, MapAxis::column});
  std::size_t count = 1;
  for (std::size_t i = 0; i < rank; ++i) count *= 3;
  for (std::size_t number = 0; number < count; ++number) {
    std::vector<MapAxis> places;
    for (std::size_t i = 0, rest = number; i < rank; ++i, rest /= 3)
      places.push_back(static_cast<MapAxis>(rest % 3));
    all.push_back(std::move(places));
  }
  return all;
}

/// The first difference between a constant and the expected tensor, by ONNX's own bounds: |difference| <=
/// 1e-7
/// + 1e-3 |expected|. Integers are exact.
inline std::string compare_known(const fcn::tools::KnownTensor& known,
                                 const fcn::tools::KnownTensor& expected) {
  if (known.is_real() != expected.is_real()) return "is of another type";
  if (known.dims != expected.dims)
    return "has the shape " + fcn::tools::dims_text(known.dims) + ", expected " +
           fcn::tools::dims_text(expected.dims);
  if (!known.is_real()) return known.integers() == expected.integers() ? "" : "has other integers";
  for (std::size_t i = 0; i < known.size(); ++i) {
    const double found = known.reals()[i], wanted = expected.reals()[i];
    if (found == wanted || (std::isnan(found) && std::isnan(wanted))) continue;
    if (!(std::abs(found - wanted) <= 1e-7 + 1e-3 * std::abs(wanted)))
      return "element " + std::to_string(i) + " is " + std::to_string(found) + ", expected " +
             std::to_string(wanted);
  }
  return "";
}

/// The feature's values as the engine computes them with one table of kernels.
inline fcn::Tensor run_feature(const fcn::tools::NetworkBuilder& net, const fcn::tools::Feature& feature,
                               const fcn::kernels::KernelTable& table) {
  fcn::Graph graph = net.graph();
  graph.output = feature.node;
  REQUIRE(fcn::passes::remove_dead_nodes(graph));
  fcn::ModelInfo info;
  info.mean = {0};
  info.std = {1};
  fcn::test::Random random(1);
  const fcn::test::Picture pixel(random, 1, 1, 1);
  return fcn::test::run_network(graph, info, {&pixel, 1}, {.table = &table});
}

/// The first difference between a map and the expected tensor. ONNX's own bounds: |difference| <= 1e-7 + 1e-3
/// |expected|.
inline std::string compare_feature(const fcn::tools::Feature& feature, const fcn::Tensor& map,
                                   const fcn::tools::KnownTensor& expected) {
  for (int c = 0; c < feature.shape.channels; ++c)
    for (int y = 0; y < feature.shape.height; ++y)
      for (int x = 0; x < feature.shape.width; ++x) {
        std::int64_t at = 0;
        for (std::size_t i = 0; i < feature.view.rank(); ++i)
          at = at * expected.dims[i] + feature.view.index_of(i, c, y, x);
        const double wanted = expected.reals()[static_cast<std::size_t>(at)];
        const double found = map.pixel(0, y, x)[c];
        if (!(std::abs(found - wanted) <= 1e-7 + 1e-3 * std::abs(wanted)))
          return "element " + std::to_string(at) + " is " + std::to_string(found) + ", expected " +
                 std::to_string(wanted);
      }
  return "";
}

inline std::string compare_value(const fcn::tools::Value& value, const fcn::tools::KnownTensor& expected,
                                 const fcn::tools::NetworkBuilder& net) {
  using namespace fcn::tools;
  if (dims_of(value) != expected.dims)
    return "has the shape " + dims_text(dims_of(value)) + ", expected " + dims_text(expected.dims);
  if (const auto* known = std::get_if<KnownPtr>(&value)) return compare_known(**known, expected);
  const auto& feature = std::get<Feature>(value);
  for (const auto* table : {&fcn::kernels::table_reference, fcn::kernels::select_table().table})
    if (std::string wrong = compare_feature(feature, run_feature(net, feature, *table), expected);
        !wrong.empty())
      return std::string(table->arch) + ": " + wrong;
  return "";
}

/// Runs with these inputs as maps; nothing if the importer refuses, and why in `refusal`.
inline std::optional<std::string> run_as(const NodeCase& node, const std::vector<bool>& maps,
                                         const std::vector<fcn::tools::MapAxis>& places,
                                         std::string& refusal) {
  using namespace fcn::tools;
  NetworkBuilder net{fcn::Limits{}};
  net.append_input(1, {1, 1});
  Values values;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const KnownTensor& tensor = node.inputs[i];
    if (!maps[i]) {
      values.emplace(node.model.inputs[i].name, std::make_shared<const KnownTensor>(tensor));
      continue;
    }
    // A tensor of fewer axes is aligned with the last axes, as ONNX broadcasts.
    if (tensor.dims.size() > places.size()) return std::nullopt;
    const std::vector<MapAxis> own(places.end() - static_cast<std::ptrdiff_t>(tensor.dims.size()),
                                   places.end());
    try {
      values.emplace(node.model.inputs[i].name, as_feature(tensor, own, net));
    } catch (const Refusal&) {
      return std::nullopt;
    }
  }
  // Of several outputs only Split's are maps; the others are what training wants (masks, indices).
  const std::size_t count = node.type == "Split" ? node.outputs.size() : 1;
  std::vector<std::string> wanted;
  for (std::size_t i = 0; i < count; ++i) wanted.push_back(node.model.outputs[i].name);
  const auto made = lower_nodes(node.model, values, wanted, net);
  if (!made) return refusal = made.error().to_string(), std::nullopt;
  for (std::size_t i = 0; i < count; ++i)
    if (std::string wrong = compare_value((*made)[i], node.outputs[i], net); !wrong.empty()) return wrong;
  return "";
}

/// Why the case fails; empty if it passes. Tried in turn: the first input as a map and the others known, as a
/// layer with its weights; the first and the last; all of them; none, as an exporter's shape arithmetic.
inline std::string run_node_case(const NodeCase& node) {
  if (!node.error.empty()) return node.error;
  const std::size_t count = node.inputs.size();
  const auto usable = [&](std::size_t i) { return node.inputs[i].is_real() && node.inputs[i].size() > 0; };
  std::vector<bool> first(count, false), ends(count, false), all(count, false);
  std::size_t rank = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!usable(i)) continue;
    first[i] = i == 0;
    ends[i] = i == 0 || i == count - 1;
    all[i] = true;
    rank = std::max(rank, node.inputs[i].dims.size());
  }
  std::string refusal, reason = "no input is a map";
  for (const auto& maps : {first, ends, all}) {
    if (count == 0 || !usable(0)) break;
    for (const auto& places : all_places(maps == first ? node.inputs[0].dims.size() : rank)) {
      if (const auto complaint = run_as(node, maps, places, refusal)) return *complaint;
      if (reason == "no input is a map") reason = refusal;  // the usual places' is the one to report
    }
  }
  return run_as(node, std::vector<bool>(count, false), {}, refusal).value_or(count == 0 ? refusal : reason);
}
