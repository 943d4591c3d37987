// SPDX-License-Identifier: MIT
// An array is pickled as _reconstruct(ndarray, (0,), b"b") whose state is (version, shape, dtype,
// column-major, bytes), a dtype as dtype("f4", ...) whose state begins (version, "<"). Protocol 2,
// torch.save's, has no bytes: they are a text of code points up to 255 that _codecs.encode(text, "latin1")
// would turn back.
#include "tools/import/checkpoints/numpy_arrays.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "fcn/base/checked.hpp"

namespace fcn::tools {
namespace {

using Kind = PickleRecord::Kind;
using Bytes = std::vector<std::byte>;

constexpr std::size_t kArrayState = 5;

Error array_error(std::string message, ErrorCode code = ErrorCode::malformed) {
  return {code, "a numpy array " + std::move(message), ""};
}

/// The state of a record that a call of `global` made and BUILD completed; null if it is none.
const PickleRecord* state_of(const Pickle& pickle, const PickleRecord& record, std::string_view name) {
  if (record.kind != Kind::call || record.items.size() != 3) return nullptr;
  if (!pickle[record.items[0]].text.ends_with(name)) return nullptr;
  const PickleRecord& state = pickle[record.items[2]];
  return state.kind == Kind::tuple ? &state : nullptr;
}

/// The element type of a dtype's record; nothing if it is not one of little-endian numbers.
std::optional<DType> dtype_of(const Pickle& pickle, const PickleRecord& record) {
  const PickleRecord* state = state_of(pickle, record, "numpy dtype");
  if (state == nullptr || state->items.size() < 2) return std::nullopt;
  const std::vector<PickleId>& arguments = pickle[record.items[1]].items;
  if (arguments.empty()) return std::nullopt;
  const std::string_view order = pickle[state->items[1]].text;
  if (order != "<" && order != "|" && order != "=") return std::nullopt;
  constexpr std::pair<std::string_view, DType> types[] = {
      {"f2", DType::f16}, {"f4", DType::f32}, {"f8", DType::f64}, {"i1", DType::i8},
      {"u1", DType::u8},  {"i2", DType::i16}, {"u2", DType::u16}, {"i4", DType::i32},
      {"u4", DType::u32}, {"i8", DType::i64}, {"u8", DType::u64}, {"b1", DType::boolean}};
  for (const auto& [name, dtype] : types)
    if (name == pickle[arguments[0]].text) return dtype;
  return std::nullopt;
}

/// The state of an array's record; null if it is none.
const PickleRecord* array_state(const Pickle& pickle, const PickleRecord& record) {
  const PickleRecord* state = state_of(pickle, record, ".multiarray _reconstruct");
  return state != nullptr && state->items.size() == kArrayState ? state : nullptr;
}

/// What encoding the UTF-8 text in Latin-1 gives; nothing if a code point is beyond 255.
std::optional<Bytes> latin1(std::string_view text) {
  Bytes bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      bytes.push_back(static_cast<std::byte>(lead));
      continue;
    }
    // Two bytes, 110000xy 10zzzzzz, stand for the code points from 128 to 255.
    if ((lead != 0xc2 && lead != 0xc3) || i + 1 == text.size()) return std::nullopt;
    const auto next = static_cast<unsigned char>(text[++i]);
    if ((next & 0xc0u) != 0x80) return std::nullopt;
    bytes.push_back(static_cast<std::byte>((lead & 0x03u) << 6 | (next & 0x3fu)));
  }
  return bytes;
}

Result<std::vector<std::uint64_t>> shape_of(const Pickle& pickle, const PickleRecord& record,
                                            const Limits& limits) {
  if (record.kind != Kind::tuple || record.items.size() > limits.max_rank)
    return array_error("has no shape of up to " + std::to_string(limits.max_rank) + " dimensions");
  std::vector<std::uint64_t> shape;
  for (const PickleId item : record.items) {
    if (pickle[item].kind != Kind::integer || pickle[item].integer < 0)
      return array_error("has a dimension that is not a non-negative integer");
    shape.push_back(static_cast<std::uint64_t>(pickle[item].integer));
  }
  return shape;
}

/// Strides of an array whose first axis is the fastest.
std::vector<std::uint64_t> column_major_strides(std::vector<std::uint64_t> shape) {
  std::reverse(shape.begin(), shape.end());
  std::vector<std::uint64_t> strides = contiguous_strides(shape);
  std::reverse(strides.begin(), strides.end());
  return strides;
}

}  // namespace

bool is_numpy_array(const Pickle& pickle, const PickleRecord& value) {
  const PickleRecord* state = array_state(pickle, value);
  return state != nullptr && dtype_of(pickle, pickle[state->items[2]]);
}

std::shared_ptr<const std::vector<std::byte>> NumpyArrays::bytes_of(PickleId state) {
  PickleId source = state;
  if (pickle_[state].kind == Kind::call && pickle_[pickle_[state].items[0]].text == "_codecs encode") {
    const std::vector<PickleId>& arguments = pickle_[pickle_[state].items[1]].items;
    if (arguments.size() != 2 || pickle_[arguments[0]].kind != Kind::string ||
        pickle_[arguments[1]].text != "latin1")
      return nullptr;
    source = arguments[0];
  } else if (pickle_[state].kind != Kind::bytes) {
    return nullptr;
  }
  const auto [known, is_new] = held_.try_emplace(source);
  if (!is_new) return known->second;
  const std::string_view text = pickle_[source].text;
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  auto bytes = source == state ? Bytes(begin, begin + text.size()) : latin1(text);
  if (bytes) known->second = std::make_shared<const Bytes>(*std::move(bytes));
  return known->second;
}

Result<CheckpointTensor> NumpyArrays::read(const PickleRecord& value) {
  const PickleRecord* state = array_state(pickle_, value);
  const auto dtype = state == nullptr ? std::nullopt : dtype_of(pickle_, pickle_[state->items[2]]);
  if (!dtype) return array_error("is not one of little-endian numbers", ErrorCode::unsupported);
  auto shape = shape_of(pickle_, pickle_[state->items[1]], limits_);
  if (!shape) return shape.error();
  const auto elements = checked_product(*shape);
  const auto size = elements ? checked_mul(*elements, dtype_bytes(*dtype)) : std::nullopt;
  const auto in_memory = elements ? checked_mul(*elements, sizeof(float)) : std::nullopt;
  if (!size || !in_memory || *in_memory > limits_.max_tensor_bytes)
    return array_error("exceeds the limit of " + std::to_string(limits_.max_tensor_bytes) + " bytes",
                       ErrorCode::limit_exceeded);
  CheckpointTensor tensor;
  tensor.held = bytes_of(state->items[4]);
  if (tensor.held == nullptr || tensor.held->size() != *size)
    return array_error("should hold " + std::to_string(*size) + " bytes, " +
                       (tensor.held == nullptr ? "but its state has none"
                                               : "but it holds " + std::to_string(tensor.held->size())));
  tensor.dtype = *dtype;
  tensor.elements = tensor.span = *elements;
  const PickleRecord& column_major = pickle_[state->items[3]];
  tensor.strides = column_major.kind == Kind::boolean && column_major.integer != 0
                       ? column_major_strides(*shape)
                       : contiguous_strides(*shape);
  tensor.shape = *std::move(shape);
  return tensor;
}

}  // namespace fcn::tools
