// SPDX-License-Identifier: MIT
// Tensors are encoded twice, once for their checksum and once for the file, so that never more than one of
// them is in memory beside the graph.
#include "tools/export/model_writer.hpp"

#include <cmath>
#include <cstddef>
#include <cstring>
#include <map>
#include <span>
#include <vector>

#include "fcn/base/crc32.hpp"
#include "fcn/base/float16.hpp"
#include "fcn/file/model_file.hpp"
#include "fcn/file/safetensors.hpp"
#include "fcn/graph/node_tensors.hpp"
#include "fcn/graph/validate_graph.hpp"

namespace fcn::tools {
namespace {

/// A tensor to be written.
struct Stored {
  TensorEntry entry;
  const std::vector<float>* values;
};

std::vector<Stored> list_tensors(const Graph& graph, WeightStorage storage) {
  std::vector<Stored> tensors;
  for (const Node& node : graph.nodes) {
    for (const auto& tensor : node_tensors(node)) {
      if (tensor.optional && tensor.values->empty()) continue;
      TensorEntry entry;
      entry.name = node.name + "." + tensor.suffix;
      entry.dtype = storage == WeightStorage::f16 && tensor.may_half ? DType::f16 : DType::f32;
      entry.shape = tensor.shape;
      entry.elements = tensor.values->size();
      tensors.push_back({std::move(entry), tensor.values});
    }
  }
  return tensors;
}

std::vector<std::byte> encode(const Stored& tensor) {
  std::vector<std::byte> bytes(tensor.values->size() * dtype_bytes(tensor.entry.dtype));
  std::byte* at = bytes.data();
  for (const float value : *tensor.values) {
    if (tensor.entry.dtype == DType::f16) {
      const std::uint16_t half = float_to_half(value);
      std::memcpy(at, &half, sizeof half);
      at += sizeof half;
    } else {
      std::memcpy(at, &value, sizeof value);
      at += sizeof value;
    }
  }
  return bytes;
}

/// Every tensor has its values: a graph without some is valid elsewhere (before loading), but not in a file.
Status check_complete(const std::vector<Stored>& tensors) {
  for (const Stored& tensor : tensors) {
    if (tensor.values->empty())
      return Error{ErrorCode::invalid_argument, "has no values", "tensor " + tensor.entry.name};
    for (const float value : *tensor.values)
      if (!std::isfinite(value))
        return Error{ErrorCode::malformed, "holds a value that is not finite", "tensor " + tensor.entry.name};
  }
  return {};
}

}  // namespace

Status round_weights_to_half(Graph& graph) {
  for (Node& node : graph.nodes) {
    for (auto& tensor : node_tensors(node)) {
      if (!tensor.may_half) continue;
      for (float& value : *tensor.values) {
        const float rounded = half_to_float(float_to_half(value));
        if (std::isfinite(value) && !std::isfinite(rounded))
          return Error{ErrorCode::unsupported,
                       "holds " + std::to_string(value) +
                           ", beyond float16's largest value 65504; export without --half",
                       "tensor " + node.name + "." + tensor.suffix};
        value = rounded;
      }
    }
  }
  return {};
}

Result<std::uint64_t> write_model(AtomicFile& file, const Graph& graph, const ModelInfo& info,
                                  WeightStorage storage, const Limits& limits) {
  const std::string& path = file.path();
  if (const Status valid = validate_graph(graph, limits); !valid) return valid.error().at(path);
  if (const Status valid = validate_model(graph, info); !valid) return valid.error().at(path);
  const std::vector<Stored> tensors = list_tensors(graph, storage);
  if (const Status complete = check_complete(tensors); !complete) return complete.error().at(path);
  TensorChecksums checksums;
  std::vector<TensorEntry> entries;
  for (const Stored& tensor : tensors) {
    checksums.emplace(tensor.entry.name, crc32(encode(tensor)));
    entries.push_back(tensor.entry);
  }
  const std::string text = model_to_json(graph, info, checksums);
  const std::map<std::string, std::string> metadata{
      {kModelFormatKey, kModelFormat},
      {kModelTextKey, text},
      {kModelTextChecksumKey, checksum_text(crc32(std::as_bytes(std::span(text))))}};
  const std::string header = make_safetensors_header(metadata, entries);

  if (const Status written = file.write(header); !written) return written.error();
  std::uint64_t bytes = header.size();
  for (const Stored& tensor : tensors) {
    const std::vector<std::byte> encoded = encode(tensor);
    if (const Status written = file.write(encoded); !written) return written.error();
    bytes += encoded.size();
  }
  return bytes;
}

Result<std::uint64_t> write_model(const std::string& path, const Graph& graph, const ModelInfo& info,
                                  WeightStorage storage, const Limits& limits) {
  auto file = AtomicFile::create(path);
  if (!file) return file.error();
  const auto bytes = write_model(*file, graph, info, storage, limits);
  if (!bytes) return bytes;
  if (const Status committed = file->commit(); !committed) return committed.error();
  return bytes;
}

}  // namespace fcn::tools
