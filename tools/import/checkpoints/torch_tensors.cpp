// SPDX-License-Identifier: MIT
// Interprets inert pickle records as tensors. Every number in them came from a file: sizes, strides and
// offsets are checked against the storage with checked arithmetic.
#include "tools/import/checkpoints/torch_tensors.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "fcn/base/checked.hpp"
#include "tools/import/checkpoints/numpy_arrays.hpp"
#include "tools/import/checkpoints/state_dicts.hpp"

namespace fcn::tools {
namespace {

using Kind = PickleRecord::Kind;

constexpr std::string_view kRebuildTensor = "torch._utils _rebuild_tensor";
constexpr std::string_view kRebuildTensorV2 = "torch._utils _rebuild_tensor_v2";
// Both have the tensor as their first argument.
constexpr std::string_view kRebuildParameter = "torch._utils _rebuild_parameter";
constexpr std::string_view kRebuildParameterWithState = "torch._utils _rebuild_parameter_with_state";
// (function, class, arguments, state): a tensor with attributes or of a class of its own
constexpr std::string_view kRebuildFromType = "torch._tensor _rebuild_from_type_v2";

Error tensor_error(std::string message, ErrorCode code = ErrorCode::malformed) {
  return {code, std::move(message), ""};
}

/// The arguments of a call to `global`, or null if the record is none.
const PickleRecord* arguments(const Pickle& pickle, const PickleRecord& record, std::string_view global) {
  if (record.kind != Kind::call || pickle[record.items[0]].text != global) return nullptr;
  return &pickle[record.items[1]];
}

Result<std::uint64_t> non_negative(const PickleRecord& record, const char* what) {
  if (record.kind == Kind::integer && record.integer >= 0) return static_cast<std::uint64_t>(record.integer);
  return tensor_error(std::string(what) + " is not a non-negative integer");
}

Result<std::vector<std::uint64_t>> integers(const Pickle& pickle, const PickleRecord& record,
                                            const char* what, const Limits& limits) {
  if (record.kind != Kind::tuple) return tensor_error(std::string(what) + " is not a tuple");
  if (record.items.size() > limits.max_rank)
    return tensor_error(std::string(what) + " has " + std::to_string(record.items.size()) +
                            " dimensions, the limit is " + std::to_string(limits.max_rank),
                        ErrorCode::limit_exceeded);
  std::vector<std::uint64_t> values;
  for (const PickleId item : record.items) {
    const auto value = non_negative(pickle[item], what);
    if (!value) return value.error();
    values.push_back(*value);
  }
  return values;
}

/// Elements from the first to the last that the strides reach; nothing on overflow.
std::optional<std::uint64_t> strided_span(const CheckpointTensor& tensor) {
  if (tensor.elements == 0) return 0;
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
    const auto reach = checked_mul(tensor.shape[i] - 1, tensor.strides[i]);
    const auto sum = reach ? checked_add(last, *reach) : std::nullopt;
    if (!sum) return std::nullopt;
    last = *sum;
  }
  return checked_add(last, 1);
}

}  // namespace

const PickleRecord* tensor_arguments(const Pickle& pickle, const PickleRecord& value) {
  const PickleRecord* record = &value;
  for (const std::string_view parameter : {kRebuildParameter, kRebuildParameterWithState})
    if (const PickleRecord* wrapped = arguments(pickle, *record, parameter))
      record = wrapped->items.empty() ? record : &pickle[wrapped->items[0]];
  if (const PickleRecord* typed = arguments(pickle, *record, kRebuildFromType);
      typed != nullptr && typed->items.size() == 4) {
    const std::string_view function = pickle[typed->items[0]].text;
    if (function == kRebuildTensorV2 || function == kRebuildTensor) return &pickle[typed->items[2]];
  }
  if (const PickleRecord* v2 = arguments(pickle, *record, kRebuildTensorV2)) return v2;
  return arguments(pickle, *record, kRebuildTensor);
}

Result<TorchTensor> read_tensor(const Pickle& pickle, const PickleRecord& args, const Limits& limits) {
  // (storage, storage_offset, size, stride, requires_grad, backward_hooks...)
  if (args.kind != Kind::tuple || args.items.size() < 4) return tensor_error("a tensor needs 4 arguments");
  auto storage = read_storage(pickle, pickle[args.items[0]]);
  if (!storage) return storage.error();
  const auto offset = non_negative(pickle[args.items[1]], "storage offset");
  if (!offset) return offset.error();
  auto shape = integers(pickle, pickle[args.items[2]], "size", limits);
  if (!shape) return shape.error();
  auto strides = integers(pickle, pickle[args.items[3]], "stride", limits);
  if (!strides) return strides.error();
  if (shape->size() != strides->size()) return tensor_error("size and stride differ in length");
  TorchTensor torch;
  torch.tensor.dtype = storage->dtype;
  torch.tensor.shape = *std::move(shape);
  torch.tensor.strides = *std::move(strides);
  torch.storage = *std::move(storage);
  if (const Status fits = place_in_storage(torch, *offset, limits); !fits) return fits.error();
  return torch;
}

std::optional<DType> storage_dtype(std::string_view global) {
  constexpr std::pair<std::string_view, DType> types[] = {
      {"torch FloatStorage", DType::f32},     {"torch HalfStorage", DType::f16},
      {"torch BFloat16Storage", DType::bf16}, {"torch DoubleStorage", DType::f64},
      {"torch LongStorage", DType::i64},      {"torch IntStorage", DType::i32},
      {"torch ShortStorage", DType::i16},     {"torch CharStorage", DType::i8},
      {"torch ByteStorage", DType::u8},       {"torch BoolStorage", DType::boolean}};
  for (const auto& [name, dtype] : types)
    if (name == global) return dtype;
  return std::nullopt;
}

Status place_in_storage(TorchTensor& torch, std::uint64_t offset, const Limits& limits) {
  CheckpointTensor& tensor = torch.tensor;
  const auto elements = checked_product(tensor.shape);
  const auto bytes = elements ? checked_mul(*elements, sizeof(float)) : std::nullopt;
  if (!bytes || *bytes > limits.max_tensor_bytes)
    return tensor_error("exceeds the limit of " + std::to_string(limits.max_tensor_bytes) + " bytes",
                        ErrorCode::limit_exceeded);
  tensor.elements = *elements;
  const auto span = strided_span(tensor);
  const auto end = span ? checked_add(offset, *span) : std::nullopt;
  if (!end || *end > torch.storage.elements)
    return tensor_error("its shape, strides and offset reach past its storage of " +
                        std::to_string(torch.storage.elements) + " elements");
  tensor.span = *span;
  tensor.begin = offset * dtype_bytes(tensor.dtype);  // within the storage, whose bytes were checked
  return {};
}

Result<TorchStorage> read_storage(const Pickle& pickle, const PickleRecord& persistent) {
  // ("storage", type, key, location, elements, view in the oldest files)
  if (persistent.kind != Kind::persistent) return tensor_error("its storage is not a persistent id");
  const PickleRecord& id = pickle[persistent.items[0]];
  if (id.kind != Kind::tuple || id.items.size() < 5 || id.items.size() > 6 ||
      pickle[id.items[0]].text != "storage" || pickle[id.items[2]].kind != Kind::string)
    return tensor_error("its persistent id is not that of a storage");
  const auto dtype = storage_dtype(pickle[id.items[1]].text);
  if (!dtype) return tensor_error("its storage has an unknown type", ErrorCode::unsupported);
  const auto elements = non_negative(pickle[id.items[4]], "storage size");
  if (!elements) return elements.error();
  if (!checked_mul(*elements, dtype_bytes(*dtype)))
    return tensor_error("its storage's size overflows", ErrorCode::limit_exceeded);
  if (id.items.size() == 6 && pickle[id.items[5]].kind != Kind::none)
    return tensor_error("its storage is a view of another, as torch before 0.4 wrote it: save it again",
                        ErrorCode::unsupported);
  return TorchStorage{std::string(pickle[id.items[2]].text), *dtype, *elements};
}

namespace {

Result<TorchTensor> read_entry(const Pickle& pickle, const PickleRecord& value, const Limits& limits,
                               NumpyArrays& arrays) {
  if (const PickleRecord* tensor = tensor_arguments(pickle, value))
    return read_tensor(pickle, *tensor, limits);
  auto array = arrays.read(value);
  if (!array) return array.error();
  return TorchTensor{.tensor = *std::move(array), .storage = {}};
}

}  // namespace

Result<FoundTensors> find_state_dict(const Pickle& pickle, const Limits& limits, std::string_view key) {
  const auto is_tensor = [](const Pickle& in, const PickleRecord& value) {
    return tensor_arguments(in, value) != nullptr;
  };
  auto state = choose_state_dict(pickle, limits, is_tensor, key);
  // Beside tensors, arrays are results or settings. On their own they are the weights.
  if (!state && state.error().code == ErrorCode::unsupported)
    if (auto arrays = choose_state_dict(pickle, limits, is_numpy_array, key)) state = std::move(arrays);
  if (!state) return state.error();
  FoundTensors found;
  NumpyArrays arrays(pickle, limits);
  for (const StateEntry& entry : state->entries) {
    auto tensor = read_entry(pickle, *entry.value, limits, arrays);
    if (!tensor) return tensor.error().at("tensor " + std::string(entry.name));
    tensor->tensor.name = entry.name;
    found.tensors.push_back(*std::move(tensor));
  }
  found.notes = std::move(state->notes);
  return found;
}

}  // namespace fcn::tools
