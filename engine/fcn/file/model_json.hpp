// SPDX-License-Identifier: MIT
// The JSON text that a model file carries beside its tensors: graph, labels, preprocessing, provenance and
// self-test, both directions, and the checks that tie them to each other. docs/model-format.md is its
// specification. Not here: the tensors and the file (model_file.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "fcn/graph/graph.hpp"
#include "fcn/limits.hpp"
#include "fcn/model_info.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI {

/// The version that is written. Read still are version 1, which lacks activation, size_multiple and recipe,
/// and version 2, which lacks kind.
inline constexpr int kModelFormatVersion = 3;

/// CRC-32 of each tensor's bytes, by the tensor's name.
using TensorChecksums = std::map<std::string, std::uint32_t>;

/// What the text holds. The graph has no weights.
struct ModelText {
  Graph graph;
  ModelInfo info;
  TensorChecksums checksums;
};

/// Checks a model's description against its (valid) graph: that the training window runs, and that
/// labels, background, preprocessing, classifier pool and self-test fit the channels that enter and leave.
Status validate_model(const Graph& graph, const ModelInfo& info);

/// The text of a model. Compact; floats in their shortest exact form.
std::string model_to_json(const Graph& graph, const ModelInfo& info, const TensorChecksums& checksums);

/// Reads and checks such a text.
Result<ModelText> model_from_json(std::string_view text, const Limits& limits = {});

}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/file/model_json_inl.hpp"
#endif
