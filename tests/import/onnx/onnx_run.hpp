// SPDX-License-Identifier: MIT
// What an ONNX file made in memory becomes, and what that says of a picture of noise.
#pragma once

#include <onnx/onnx_pb.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "fcn/kernels/tables.hpp"
#include "fcn/model_info.hpp"
#include "tests/import/files.hpp"
#include "tools/export/self_test.hpp"
#include "tools/import/import_network.hpp"

namespace test_onnx {

inline fcn::tools::ImportedNetwork imported(const onnx::ModelProto& model, const std::string& output = "") {
  const std::string bytes = model.SerializeAsString();
  auto network = fcn::tools::import_network(source_of(bytes), {.window = {}, .output_name = output});
  if (!network) FAIL(network.error().to_string());
  return *std::move(network);
}

/// Why a file is refused; empty if it is not.
inline std::string refusal_of(const onnx::ModelProto& model, const std::string& output = "") {
  const std::string bytes = model.SerializeAsString();
  const auto network = fcn::tools::import_network(source_of(bytes), {.window = {}, .output_name = output});
  return network ? "" : network.error().to_string();
}

/// The outputs of the network as it was trained, with its own preprocessing or none.
inline std::vector<float> run(const fcn::tools::ImportedNetwork& network) {
  const int channels = std::get<fcn::Input>(network.graph.nodes[0].op).channels;
  fcn::ModelInfo info;
  info.window = *network.window;
  info.mean = network.mean;
  info.std = network.std;
  if (info.mean.empty()) info.mean.assign(static_cast<std::size_t>(channels), 0.0f);
  if (info.std.empty()) info.std.assign(static_cast<std::size_t>(channels), 1.0f);
  const auto picture = fcn::tools::make_picture(info.window.y, info.window.x, channels);
  const auto outputs = fcn::tools::run_picture(network.graph, info, picture, fcn::kernels::table_reference);
  if (!outputs) FAIL(outputs.error().to_string());
  return *outputs;
}

inline std::vector<float> run(const onnx::ModelProto& model, const std::string& output = "") {
  return run(imported(model, output));
}

/// Whether two runs agree to float32's rounding, or to `bound` of the largest value.
inline bool agree(const std::vector<float>& found, const std::vector<float>& expected, double bound = 1e-5) {
  const auto result = fcn::tools::compare(expected, found);
  if (!result) FAIL(result.error().to_string());
  return result->largest_difference <= bound * result->scale;
}

inline bool has_note(const fcn::tools::ImportedNetwork& network, const std::string& words) {
  for (const std::string& note : network.notes)
    if (note.find(words) != std::string::npos) return true;
  return false;
}

}  // namespace test_onnx
