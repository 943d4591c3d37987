// SPDX-License-Identifier: MIT
#include "tools/import/onnx/file/onnx_tensor.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "fcn/base/dtype.hpp"

namespace fcn::tools {
namespace {

using onnx::TensorProto;

struct ElementType {
  std::int32_t onnx;
  DType dtype;
};
constexpr ElementType kElementTypes[] = {
    {TensorProto::FLOAT, DType::f32},     {TensorProto::FLOAT16, DType::f16},
    {TensorProto::BFLOAT16, DType::bf16}, {TensorProto::DOUBLE, DType::f64},
    {TensorProto::INT64, DType::i64},     {TensorProto::INT32, DType::i32},
    {TensorProto::INT16, DType::i16},     {TensorProto::INT8, DType::i8},
    {TensorProto::UINT8, DType::u8},      {TensorProto::UINT16, DType::u16},
    {TensorProto::UINT32, DType::u32},    {TensorProto::UINT64, DType::u64},
    {TensorProto::BOOL, DType::boolean}};

DType element_type(const TensorProto& tensor) {
  for (const ElementType& type : kElementTypes)
    if (type.onnx == tensor.data_type()) return type.dtype;
  const std::string name =
      TensorProto::DataType_IsValid(tensor.data_type())
          ? TensorProto::DataType_Name(static_cast<TensorProto::DataType>(tensor.data_type()))
          : std::to_string(tensor.data_type());
  throw Refusal{"has elements of type " + name + ", supported are numbers and booleans"};
}

template <class T>
std::vector<std::int64_t> widen(std::span<const std::byte> bytes) {
  std::vector<std::int64_t> values(bytes.size() / sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const T value = load_little_endian<T>(bytes.data() + i * sizeof(T));
    if (!std::in_range<std::int64_t>(value)) throw Refusal{"holds an integer beyond 63 bits"};
    values[i] = static_cast<std::int64_t>(value);
  }
  return values;
}

std::vector<std::int64_t> decode_integers(DType type, std::span<const std::byte> bytes) {
  switch (type) {
    case DType::i64:
      return widen<std::int64_t>(bytes);
    case DType::i32:
      return widen<std::int32_t>(bytes);
    case DType::i16:
      return widen<std::int16_t>(bytes);
    case DType::i8:
      return widen<std::int8_t>(bytes);
    case DType::u16:
      return widen<std::uint16_t>(bytes);
    case DType::u32:
      return widen<std::uint32_t>(bytes);
    case DType::u64:
      return widen<std::uint64_t>(bytes);
    default:
      return widen<std::uint8_t>(bytes);
  }
}

/// Values stored as bytes, in the file or in another.
KnownTensor from_bytes(Dims dims, DType type, std::span<const std::byte> bytes, std::size_t count) {
  if (bytes.size() / dtype_bytes(type) != count || bytes.size() % dtype_bytes(type) != 0)
    throw Refusal{"holds " + std::to_string(bytes.size()) + " bytes, its shape " + dims_text(dims) + " of " +
                  std::string(dtype_name(type)) + " takes " + std::to_string(count * dtype_bytes(type))};
  KnownTensor constant{.dims = std::move(dims), .values = {}};
  if (!is_float(type)) {
    constant.values = decode_integers(type, bytes);
    return constant;
  }
  std::vector<float> values(count);
  decode_floats(type, bytes, values);
  constant.values = std::move(values);
  return constant;
}

template <class To, class Field>
std::vector<To> convert(const Field& field) {
  std::vector<To> values;
  values.reserve(static_cast<std::size_t>(field.size()));
  for (const auto value : field) {
    if constexpr (std::is_integral_v<To>)
      if (!std::in_range<To>(value)) throw Refusal{"holds an integer out of range"};
    values.push_back(static_cast<To>(value));
  }
  return values;
}

/// 16-bit floats that the typed field holds as the low halves of 32-bit integers.
std::vector<float> convert_halves(const TensorProto& tensor, DType type) {
  std::vector<float> values;
  for (const std::int32_t bits : tensor.int32_data()) {
    const auto half = static_cast<std::uint16_t>(bits);
    values.push_back(decode_float(type, reinterpret_cast<const std::byte*>(&half), 0));
  }
  return values;
}

/// Values in the field of their type.
KnownTensor from_fields(Dims dims, DType type, const TensorProto& tensor, std::size_t count) {
  KnownTensor constant{.dims = std::move(dims), .values = {}};
  if (type == DType::f32)
    constant.values = convert<float>(tensor.float_data());
  else if (type == DType::f64)
    constant.values = convert<float>(tensor.double_data());
  else if (is_float(type))
    constant.values = convert_halves(tensor, type);
  else if (type == DType::i64)
    constant.values = convert<std::int64_t>(tensor.int64_data());
  else if (type == DType::u32 || type == DType::u64)
    constant.values = convert<std::int64_t>(tensor.uint64_data());
  else
    constant.values = convert<std::int64_t>(tensor.int32_data());
  if (constant.size() != count)
    throw Refusal{"holds " + std::to_string(constant.size()) + " values, its shape " +
                  dims_text(constant.dims) + " takes " + std::to_string(count)};
  return constant;
}

std::uint64_t parse_size(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status == std::errc{} && end == text.data() + text.size() && !text.empty()) return value;
  throw Refusal{"its external data has the offset or length \"" + text + "\", expected a number"};
}

/// The file of this name beside the model. A link is followed only where it leads into the folder in which
/// the model itself lies, as in a cache whose files are links into one store.
std::string external_path(const std::string& location, const OnnxReadOptions& options) {
  namespace fs = std::filesystem;
  if (location.empty() || location == "." || location == ".." || location.find('/') != std::string::npos ||
      location.find('\0') != std::string::npos)
    throw Refusal{"its values lie in \"" + location + "\", expected a file name without a folder"};
  const fs::path path = fs::path(options.external_folder) / location;
  std::error_code status;
  if (!fs::is_symlink(path, status)) return path.string();
  const fs::path target = fs::canonical(path, status);
  if (status || options.real_folder.empty() || target.parent_path() != fs::path(options.real_folder))
    throw Refusal{"its values lie in \"" + location +
                  "\", which is a link out of the model's folder; put the file itself beside the model"};
  return target.string();
}

/// Bytes of another file.
std::vector<std::byte> read_external(const TensorProto& tensor, std::uint64_t expected,
                                     const OnnxReadOptions& options) {
  if (options.external_folder.empty())
    throw Refusal{"its values lie in another file, which --no-external-data forbids to read"};
  std::string location;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;
  for (const auto& entry : tensor.external_data()) {
    if (entry.key() == "location") location = entry.value();
    if (entry.key() == "offset") offset = parse_size(entry.value());
    if (entry.key() == "length") length = parse_size(entry.value());
  }
  const std::string path = external_path(location, options);
  if (length.value_or(expected) != expected)
    throw Refusal{"its external data has " + std::to_string(*length) + " bytes, its shape takes " +
                  std::to_string(expected)};
  const auto source = ByteSource::open(path, options.limits);
  if (!source)
    throw Refusal{source.error().to_string() + "; it holds weights and has to lie beside the ONNX file"};
  auto bytes = source->read(offset, expected);
  if (options.other_files != nullptr) options.other_files->insert(path);
  if (!bytes) throw Refusal{"in " + location + ": " + bytes.error().to_string()};
  return *std::move(bytes);
}

KnownTensor read_values(TensorProto& tensor, const OnnxReadOptions& options) {
  if (static_cast<std::size_t>(tensor.dims_size()) > options.limits.max_rank)
    throw Refusal{"has " + std::to_string(tensor.dims_size()) + " dimensions, the limit is " +
                  std::to_string(options.limits.max_rank)};
  if (tensor.has_segment()) throw Refusal{"is stored in segments, which no exporter writes"};
  Dims dims(tensor.dims().begin(), tensor.dims().end());
  const DType type = element_type(tensor);
  const std::size_t count = element_count(dims, options.limits.max_tensor_bytes / sizeof(std::int64_t));
  if (tensor.data_location() == TensorProto::EXTERNAL) {
    const auto bytes = read_external(tensor, count * dtype_bytes(type), options);
    return from_bytes(std::move(dims), type, bytes, count);
  }
  if (!tensor.has_raw_data()) return from_fields(std::move(dims), type, tensor, count);
  const std::unique_ptr<const std::string> raw(tensor.release_raw_data());  // so that it is freed here
  return from_bytes(std::move(dims), type, std::as_bytes(std::span(*raw)), count);
}

}  // namespace

KnownTensor read_tensor(TensorProto& tensor, const OnnxReadOptions& options) {
  KnownTensor known = read_values(tensor, options);
  known.element = tensor.data_type();
  return known;
}

}  // namespace fcn::tools
