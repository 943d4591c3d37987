// SPDX-License-Identifier: MIT
// Interprets inert pickle records as tensors. Every number in them came from a file: sizes, strides and
// offsets are checked against the storage with checked arithmetic.
#include "tools/import/torch_tensors.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "engine/checked.hpp"

namespace fcn::tools {
namespace {

using Kind = PickleRecord::Kind;

constexpr std::string_view kRebuildTensor = "torch._utils _rebuild_tensor";
constexpr std::string_view kRebuildTensorV2 = "torch._utils _rebuild_tensor_v2";
constexpr std::string_view kRebuildParameter = "torch._utils _rebuild_parameter";

/// Keys under which training scripts store a state_dict.
constexpr std::string_view kWrappers[] = {"state_dict", "model_state_dict", "model",   "model_state",
                                          "net",        "network",          "weights", "params"};

Error tensor_error(std::string message, ErrorCode code = ErrorCode::malformed) {
  return {code, std::move(message), ""};
}

/// The arguments of a call to `global`, or null if the record is none.
const PickleRecord* arguments(const Pickle& pickle, const PickleRecord& record, std::string_view global) {
  if (record.kind != Kind::call || pickle[record.items[0]].text != global) return nullptr;
  return &pickle[record.items[1]];
}

/// The tensor inside any number of nn.Parameter, to a fixed depth; null if the record is no tensor.
const PickleRecord* tensor_arguments(const Pickle& pickle, const PickleRecord& value) {
  const PickleRecord* record = &value;
  if (const PickleRecord* parameter = arguments(pickle, *record, kRebuildParameter))
    record = parameter->items.empty() ? record : &pickle[parameter->items[0]];
  if (const PickleRecord* v2 = arguments(pickle, *record, kRebuildTensorV2)) return v2;
  return arguments(pickle, *record, kRebuildTensor);
}

using IsTensor = bool (*)(const Pickle&, const PickleRecord&);

bool holds_tensors(const Pickle& pickle, const PickleRecord& record, IsTensor is_tensor) {
  if (record.kind != Kind::dict) return false;
  for (std::size_t i = 1; i < record.items.size(); i += 2)
    if (is_tensor(pickle, pickle[record.items[i]])) return true;
  return false;
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

/// The dict that holds the tensors: what one of the usual keys leads to, or the object itself. In this order,
/// for a wrapper may hold a loose tensor (a best score) beside the state_dict.
const PickleRecord* unwrap(const Pickle& pickle, const PickleRecord& root, IsTensor is_tensor) {
  if (root.kind != Kind::dict) return nullptr;
  for (const std::string_view key : kWrappers)
    if (const PickleRecord* inner = pickle.find(root, key);
        inner != nullptr && holds_tensors(pickle, *inner, is_tensor))
      return inner;
  return holds_tensors(pickle, root, is_tensor) ? &root : nullptr;
}

}  // namespace

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

Result<std::vector<StateEntry>> find_state_entries(const Pickle& pickle, const Limits& limits,
                                                   IsTensor is_tensor) {
  const PickleRecord* dict = unwrap(pickle, pickle[pickle.root], is_tensor);
  if (dict == nullptr)
    return Error{
        ErrorCode::unsupported,
        "holds no state_dict: expected a dict of tensors, or one under \"state_dict\" or \"model\"; in "
        "Python, torch.save(model.state_dict(), path)",
        ""};
  std::vector<StateEntry> entries;
  for (std::size_t i = 0; i + 1 < dict->items.size(); i += 2) {
    const PickleRecord& key = pickle[dict->items[i]];
    const PickleRecord& value = pickle[dict->items[i + 1]];
    if (key.kind != Kind::string || !is_tensor(pickle, value)) continue;  // a counter or an option
    if (entries.size() >= limits.max_tensors || key.text.size() > limits.max_name_bytes)
      return Error{ErrorCode::limit_exceeded,
                   "more than " + std::to_string(limits.max_tensors) + " tensors, or a name longer than " +
                       std::to_string(limits.max_name_bytes) + " bytes",
                   ""};
    entries.push_back({key.text, &value});
  }
  return entries;
}

Result<std::vector<TorchTensor>> find_state_dict(const Pickle& pickle, const Limits& limits) {
  const auto entries = find_state_entries(pickle, limits, [](const Pickle& in, const PickleRecord& value) {
    return tensor_arguments(in, value) != nullptr;
  });
  if (!entries) return entries.error();
  std::vector<TorchTensor> tensors;
  for (const StateEntry& entry : *entries) {
    auto tensor = read_tensor(pickle, *tensor_arguments(pickle, *entry.value), limits);
    if (!tensor) return tensor.error().at("tensor " + std::string(entry.name));
    tensor->tensor.name = entry.name;
    tensors.push_back(*std::move(tensor));
  }
  return tensors;
}

}  // namespace fcn::tools
