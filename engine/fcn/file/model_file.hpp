// SPDX-License-Identifier: MIT
// A model file, opened: everything but the tensors' values has been read and checked; values are read node by
// node, so that loading never holds the weights twice. docs/model-format.md says what every byte means. Not
// here: packing (model.hpp) and writing (tools/export/model_writer.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fcn/base/crc32.hpp"
#include "fcn/base/memory_count.hpp"
#include "fcn/file/model_json.hpp"
#include "fcn/file/safetensors.hpp"
#include "fcn/graph/node_tensors.hpp"

namespace fcn::inline FCN_ABI {

/// Keys and values of the safetensors metadata that make a file a model.
inline constexpr const char* kModelFormatKey = "format";
inline constexpr const char* kModelFormat = "fcn-model";
inline constexpr const char* kModelTextKey = "fcn";
inline constexpr const char* kModelTextChecksumKey = "fcn_crc32";

/// A CRC-32 as 8 lower-case hexadecimal digits.
inline std::string checksum_text(std::uint32_t checksum) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (int shift = 28; shift >= 0; shift -= 4) text += digits[(checksum >> shift) & 15u];
  return text;
}

class ModelFile {
 public:
  /// Opens and checks the file at `path`. Errors begin with the path.
  static Result<ModelFile> open(const std::string& path, const Limits& limits = {}) {
    auto source = ByteSource::open(path, limits);
    if (!source) return source.error();
    return read(*std::move(source), limits);
  }

  /// The same from bytes of any kind.
  static Result<ModelFile> read(ByteSource source, const Limits& limits = {}) {
    const std::string name = source.name();
    auto file = read_unnamed(std::move(source), limits);
    if (!file) return file.error().at(name);
    return file;
  }

  /// Valid, but without weights: load_weights() brings them, a node at a time.
  [[nodiscard]] const Graph& graph() const { return model_.graph; }
  [[nodiscard]] const ModelInfo& info() const { return model_.info; }
  [[nodiscard]] const SafetensorsHeader& tensors() const { return header_; }

  /// Reads the tensors of `node`, one of graph() or a copy of it, into its op and checks their CRCs.
  Status load_weights(Node& node) const {
    for (const auto& tensor : node_tensors(node)) {
      const TensorEntry* entry = header_.find(node.name + "." + tensor.suffix);
      if (entry == nullptr) continue;  // an optional bias: read_unnamed() has checked the others
      if (const Status loaded = load(*entry, *tensor.values); !loaded)
        return loaded.error().at(source_.name() + ": tensor " + entry->name);
    }
    return {};
  }

 private:
  ModelFile(ByteSource source, SafetensorsHeader header, ModelText model)
      : source_(std::move(source)), header_(std::move(header)), model_(std::move(model)) {}

  static Error not_a_model(std::string message) {
    return {ErrorCode::malformed, "not an fcn model file: " + std::move(message), ""};
  }

  static Result<ModelFile> read_unnamed(ByteSource source, const Limits& limits) {
    if (!looks_like_safetensors(source))
      return not_a_model("it is not a safetensors file (fcn-export makes models from checkpoints)");
    auto header = read_safetensors_header(source, limits);
    if (!header) return header.error();
    const auto& metadata = header->metadata;
    const auto format = metadata.find(kModelFormatKey);
    const auto text = metadata.find(kModelTextKey);
    const auto checksum = metadata.find(kModelTextChecksumKey);
    if (format == metadata.end() || format->second != kModelFormat || text == metadata.end() ||
        checksum == metadata.end())
      return not_a_model("a safetensors file without fcn's metadata (convert it with fcn-export)");
    if (checksum_text(crc32(std::as_bytes(std::span(text->second)))) != checksum->second)
      return Error{ErrorCode::mismatch, "is damaged: its CRC-32 is not " + checksum->second, "metadata fcn"};
    auto model = model_from_json(text->second, limits);
    if (!model) return model.error().at("metadata fcn");
    header->metadata.clear();
    if (const Status tied = check_tensors(*model, *header); !tied) return tied.error();
    return ModelFile(std::move(source), *std::move(header), *std::move(model));
  }

  /// Every tensor the graph needs is there in its shape and with its checksum, and there are no others.
  static Status check_tensors(const ModelText& model, const SafetensorsHeader& header) {
    std::size_t known = 0;
    for (const Node& node : model.graph.nodes) {
      for (const auto& wanted : node_tensors(node)) {
        const std::string name = node.name + "." + wanted.suffix;
        const TensorEntry* entry = header.find(name);
        if (entry == nullptr && wanted.optional) continue;
        if (entry == nullptr) return Error{ErrorCode::malformed, "is missing", "tensor " + name};
        if (entry->shape != wanted.shape)
          return Error{
              ErrorCode::malformed,
              "has shape " + shape_text(entry->shape) + ", the graph needs " + shape_text(wanted.shape),
              "tensor " + name};
        if (entry->dtype != DType::f32 && !(wanted.may_half && entry->dtype == DType::f16))
          return Error{ErrorCode::malformed,
                       "has dtype " + std::string(dtype_name(entry->dtype)) + ", expected F32" +
                           (wanted.may_half ? " or F16" : ""),
                       "tensor " + name};
        if (!model.checksums.contains(name))
          return Error{ErrorCode::malformed, "has no checksum", "tensor " + name};
        ++known;
      }
    }
    if (known != header.tensors.size() || known != model.checksums.size())
      return Error{ErrorCode::malformed,
                   "the graph uses " + std::to_string(known) + " tensors, the file has " +
                       std::to_string(header.tensors.size()) + " and checksums of " +
                       std::to_string(model.checksums.size()),
                   ""};
    return {};
  }

  Status load(const TensorEntry& entry, std::vector<float>& values) const {
    values.resize(static_cast<std::size_t>(entry.elements));
    if (entry.dtype == DType::f32) {  // as it lies in the file
      const auto bytes = std::as_writable_bytes(std::span(values));
      if (const Status read = source_.read(entry.begin, bytes); !read) return read;
      return check(entry, bytes);
    }
    const auto bytes = source_.read(entry.begin, entry.end - entry.begin);
    if (!bytes) return bytes.error();
    const CountedBytes raw(bytes->size());
    if (const Status whole = check(entry, *bytes); !whole) return whole;
    decode_floats(entry.dtype, *bytes, values);
    return {};
  }

  [[nodiscard]] Status check(const TensorEntry& entry, std::span<const std::byte> bytes) const {
    const std::uint32_t expected = model_.checksums.find(entry.name)->second;
    if (crc32(bytes) == expected) return {};
    return Error{ErrorCode::mismatch, "is damaged: its CRC-32 is not " + checksum_text(expected), ""};
  }

  ByteSource source_;
  SafetensorsHeader header_;
  ModelText model_;
};

}  // namespace fcn::inline FCN_ABI
