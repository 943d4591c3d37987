// SPDX-License-Identifier: MIT
// Protobuf's messages of an ONNX file, from bytes that may be hostile: their parts are counted before
// protobuf makes objects of them, each of which takes a hundred times the two bytes of an empty one in the
// file. Not here: what the messages mean (onnx_model.hpp).
#pragma once

#include <google/protobuf/message_lite.h>

#include <cstdint>
#include <optional>

#include "fcn/base/byte_source.hpp"

namespace fcn::tools {

/// Protobuf's own ceiling.
inline constexpr std::uint64_t kMaxOnnxBytes = 0x7fff'ffff;
/// Nodes, their names and attributes, tensors, dimensions: the largest file may have 15 for each of the most
/// nodes.
inline constexpr std::uint64_t kMaxOnnxParts = 1'000'000;

enum class OnnxMessage { model, tensor };

/// Parts of the source as `kind`, or `most` + 1 for any more; nothing if it is damaged.
std::optional<std::uint64_t> count_onnx_parts(const ByteSource& source, OnnxMessage kind, std::uint64_t most);

/// Parses the whole source as one message; protobuf's own messages on standard error are suppressed.
bool parse_onnx(const ByteSource& source, google::protobuf::MessageLite& message);

}  // namespace fcn::tools
