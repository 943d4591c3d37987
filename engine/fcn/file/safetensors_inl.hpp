// SPDX-License-Identifier: MIT
// Definitions of safetensors.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "fcn/base/byte_reader.hpp"
#include "fcn/base/checked.hpp"
#include "fcn/file/json_fields.hpp"
#include "fcn/file/safetensors.hpp"

namespace fcn::inline FCN_ABI {

FCN_INLINE std::string shape_text(const std::vector<std::uint64_t>& shape) {
  std::string text;
  for (const std::uint64_t dim : shape) text += (text.empty() ? "" : "x") + std::to_string(dim);
  return text.empty() ? "scalar" : text;
}

namespace detail {

inline constexpr std::uint64_t kSafetensorsPrefix = 8;  // the header length, little-endian

inline constexpr const char* kSafetensorsMetadata = "__metadata__";

FCN_INLINE Error safetensors_error(std::string message, ErrorCode code = ErrorCode::malformed) {
  return {code, std::move(message), "safetensors header"};
}

/// The header's text, its padding removed.
FCN_INLINE Result<std::string> read_safetensors_text(const ByteSource& source, const Limits& limits) {
  const auto prefix = source.read(0, kSafetensorsPrefix);
  if (!prefix) return prefix.error();
  const std::uint64_t length = *ByteReader(*prefix).number<std::uint64_t>();
  if (length > limits.max_header_bytes)
    return safetensors_error("announces " + std::to_string(length) + " bytes, the limit is " +
                                 std::to_string(limits.max_header_bytes),
                             ErrorCode::limit_exceeded);
  const auto bytes = source.read(kSafetensorsPrefix, length);
  if (!bytes) return bytes.error().at("safetensors header");
  std::string text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  if (text.empty() || text.front() != '{') return safetensors_error("does not begin with '{' at offset 8");
  text.resize(text.find_last_not_of(' ') + 1);
  if (text.back() != '}') return safetensors_error("does not end with '}' and spaces (0x20)");
  return text;
}

/// One entry of the header; offsets become the file's.
FCN_INLINE Result<TensorEntry> read_tensor_entry(const std::string& name, const Json& value,
                                                 std::uint64_t data_begin, std::uint64_t file_size,
                                                 const Limits& limits) {
  TensorEntry entry;
  entry.name = name;
  if (name.empty() || name.size() > limits.max_name_bytes)
    return safetensors_error("tensor name of " + std::to_string(name.size()) + " bytes, expected 1 to " +
                             std::to_string(limits.max_name_bytes));
  JsonFields fields(JsonView(value, name));
  const std::string dtype = fields.string("dtype");
  for (const JsonView& dim : fields.elements("shape", limits.max_rank))
    entry.shape.push_back(fields.keep(dim.unsigned_integer()));
  std::vector<std::uint64_t> offsets;
  for (const JsonView& offset : fields.elements("data_offsets", 2))
    offsets.push_back(fields.keep(offset.unsigned_integer()));
  if (const Status read = fields.finish(); !read) return read.error().at("safetensors header");
  if (offsets.size() != 2) return safetensors_error("tensor " + name + ": data_offsets needs 2 numbers");

  const auto type = dtype_from_name(dtype);
  if (!type)
    return safetensors_error("tensor " + name + ": unknown dtype \"" + dtype + "\"", ErrorCode::unsupported);
  entry.dtype = *type;
  const auto elements = checked_product(entry.shape);
  const auto bytes = elements ? checked_mul(*elements, dtype_bytes(*type)) : std::nullopt;
  if (!bytes || *bytes > limits.max_tensor_bytes)
    return safetensors_error("tensor " + name + ": shape " + shape_text(entry.shape) +
                                 " exceeds the limit of " + std::to_string(limits.max_tensor_bytes) +
                                 " bytes",
                             ErrorCode::limit_exceeded);
  entry.elements = *elements;
  const std::uint64_t data_bytes = file_size - data_begin;
  if (offsets[0] > offsets[1] || offsets[1] > data_bytes)
    return safetensors_error("tensor " + name + ": data_offsets " + std::to_string(offsets[0]) + ".." +
                                 std::to_string(offsets[1]) + " lie outside the file's " +
                                 std::to_string(data_bytes) + " bytes of data",
                             ErrorCode::truncated);
  if (offsets[1] - offsets[0] != *bytes)
    return safetensors_error("tensor " + name + ": shape " + shape_text(entry.shape) + " of " + dtype +
                             " needs " + std::to_string(*bytes) + " bytes, data_offsets give " +
                             std::to_string(offsets[1] - offsets[0]));
  entry.begin = data_begin + offsets[0];
  entry.end = data_begin + offsets[1];
  return entry;
}

/// Sorts the tensors by place and makes sure that they cover the data with no overlap, hole or rest.
FCN_INLINE Status check_coverage(SafetensorsHeader& header, std::uint64_t file_size) {
  std::sort(header.tensors.begin(), header.tensors.end(), [](const TensorEntry& a, const TensorEntry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t covered = header.data_begin;
  for (const TensorEntry& tensor : header.tensors) {
    if (tensor.begin != covered)
      return safetensors_error("tensor " + tensor.name +
                               (tensor.begin < covered ? ": overlaps" : ": leaves a hole after") +
                               " what precedes it: begins at offset " + std::to_string(tensor.begin) +
                               ", expected " + std::to_string(covered));
    covered = tensor.end;
    header.index.emplace(tensor.name, header.index.size());
  }
  if (covered != file_size)
    return safetensors_error(std::to_string(file_size - covered) +
                             " bytes after the last tensor, at offset " + std::to_string(covered));
  return {};
}

FCN_INLINE Status read_safetensors_metadata(const Json& value, SafetensorsHeader& header) {
  if (!value.is_object()) return safetensors_error("__metadata__ is not an object");
  for (const auto& [key, text] : value.items()) {
    const auto string = JsonView(text, "__metadata__." + key).string();
    if (!string) return string.error().at("safetensors header");
    header.metadata.emplace(key, *string);
  }
  return {};
}

}  // namespace detail

FCN_INLINE bool looks_like_safetensors(const ByteSource& source) {
  constexpr std::uint64_t longest_header = 100'000'000;
  const auto start = source.read(0, detail::kSafetensorsPrefix + 1);
  return start && (*start)[8] == std::byte{'{'} &&
         *ByteReader(*start).number<std::uint64_t>() <= longest_header;
}

FCN_INLINE Result<SafetensorsHeader> read_safetensors_header(const ByteSource& source, const Limits& limits) {
  const auto text = detail::read_safetensors_text(source, limits);
  if (!text) return text.error();
  const auto json = parse_json(*text, limits);
  if (!json) return json.error().at("safetensors header");
  if (json->size() > std::size_t{limits.max_tensors} + 1)
    return detail::safetensors_error("more than " + std::to_string(limits.max_tensors) + " tensors",
                                     ErrorCode::limit_exceeded);
  SafetensorsHeader header;
  const auto prefix = source.read(0, detail::kSafetensorsPrefix);
  if (!prefix) return prefix.error();
  header.data_begin = detail::kSafetensorsPrefix + *ByteReader(*prefix).number<std::uint64_t>();
  for (const auto& [name, value] : json->items()) {
    if (name == detail::kSafetensorsMetadata) {
      if (const Status read = detail::read_safetensors_metadata(value, header); !read) return read.error();
      continue;
    }
    auto entry = detail::read_tensor_entry(name, value, header.data_begin, source.size(), limits);
    if (!entry) return entry.error();
    header.tensors.push_back(*std::move(entry));
  }
  if (const Status covered = detail::check_coverage(header, source.size()); !covered) return covered.error();
  return header;
}

FCN_INLINE std::string make_safetensors_header(const std::map<std::string, std::string>& metadata,
                                               const std::vector<TensorEntry>& tensors) {
  OrderedJson json = OrderedJson::object();
  if (!metadata.empty()) json[detail::kSafetensorsMetadata] = metadata;
  std::uint64_t offset = 0;
  for (const TensorEntry& tensor : tensors) {
    const std::uint64_t end = offset + tensor.elements * dtype_bytes(tensor.dtype);
    OrderedJson entry = OrderedJson::object();
    entry["dtype"] = std::string(dtype_name(tensor.dtype));
    entry["shape"] = tensor.shape;
    entry["data_offsets"] = {offset, end};
    json.push_back({tensor.name, std::move(entry)});
    offset = end;
  }
  std::string text = dump_json(json);
  text.resize(round_up(text.size(), std::size_t{8}), ' ');
  std::string prefix;
  for (unsigned i = 0; i < 8; ++i) prefix += static_cast<char>(text.size() >> (8 * i));
  return prefix + text;
}

}  // namespace fcn::inline FCN_ABI
