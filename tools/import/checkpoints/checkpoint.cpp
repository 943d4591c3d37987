// SPDX-License-Identifier: MIT
#include "tools/import/checkpoints/checkpoint.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "fcn/file/model_file.hpp"
#include "fcn/file/safetensors.hpp"
#include "tools/import/checkpoints/pth_legacy.hpp"
#include "tools/import/checkpoints/pth_tar.hpp"
#include "tools/import/checkpoints/pth_zip.hpp"
#include "tools/import/checkpoints/zip_reader.hpp"
#include "tools/import/foreign_file.hpp"

namespace fcn::tools {
namespace {

Result<CheckpointContent> read_safetensors_tensors(const ByteSource& source, const Limits& limits,
                                                   std::string_view key) {
  if (!key.empty())
    return Error{ErrorCode::invalid_argument,
                 "a safetensors file holds one set of weights, there is nothing to pick", "--key"};
  auto header = read_safetensors_header(source, limits);
  if (!header) return header.error();
  if (header->metadata.contains(kModelTextKey))
    return Error{ErrorCode::unsupported, "already a model for fcn-infer: fcn-infer -m MODEL PICTURE", ""};
  CheckpointContent content;
  for (TensorEntry& entry : header->tensors) {
    CheckpointTensor tensor;
    tensor.name = std::move(entry.name);
    tensor.dtype = entry.dtype;
    tensor.strides = contiguous_strides(entry.shape);
    tensor.shape = std::move(entry.shape);
    tensor.elements = tensor.span = entry.elements;
    tensor.begin = entry.begin;
    content.tensors.push_back(std::move(tensor));
  }
  return content;
}

struct Format {
  const char* name;
  bool (*looks)(const ByteSource&);
  Result<CheckpointContent> (*read)(const ByteSource&, const Limits&, std::string_view);
};

constexpr Format kFormats[] = {{"PyTorch zip", looks_like_zip, read_pth_zip},
                               {"PyTorch before 1.6", looks_like_pickle, read_pth_legacy},
                               {"PyTorch 0.1 tar", looks_like_tar, read_pth_tar},
                               {"safetensors", looks_like_safetensors, read_safetensors_tensors}};

/// Removes the prefix that DataParallel puts before every name.
void strip_module_prefix(std::vector<CheckpointTensor>& tensors) {
  constexpr std::string_view prefix = "module.";
  const auto has_prefix = [&](const CheckpointTensor& tensor) { return tensor.name.starts_with(prefix); };
  if (!std::all_of(tensors.begin(), tensors.end(), has_prefix)) return;
  for (CheckpointTensor& tensor : tensors) tensor.name.erase(0, prefix.size());
}

/// Copies a strided view out of `run`, in row-major order.
void gather(const CheckpointTensor& tensor, const std::byte* run, std::vector<float>& out) {
  std::vector<std::uint64_t> index(tensor.shape.size(), 0);
  std::uint64_t at = 0;
  for (float& value : out) {
    value = decode_float(tensor.dtype, run, static_cast<std::size_t>(at));
    for (std::size_t axis = index.size(); axis-- > 0;) {
      at += tensor.strides[axis];
      if (++index[axis] < tensor.shape[axis]) break;
      at -= tensor.strides[axis] * tensor.shape[axis];
      index[axis] = 0;
    }
  }
}

}  // namespace

Checkpoint::Checkpoint(ByteSource source, std::string format, std::vector<CheckpointTensor> tensors,
                       std::vector<std::string> notes)
    : source_(std::move(source)),
      format_(std::move(format)),
      tensors_(std::move(tensors)),
      notes_(std::move(notes)) {
  // Of equal names the last counts, as in Python.
  for (std::size_t i = 0; i < tensors_.size(); ++i) index_[tensors_[i].name] = i;
}

const CheckpointTensor* Checkpoint::find(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &tensors_[found->second];
}

Result<std::vector<float>> Checkpoint::read(const CheckpointTensor& tensor) const {
  const std::string where = path() + ": tensor " + tensor.name;
  if (!is_float(tensor.dtype))
    return Error{ErrorCode::unsupported,
                 "has dtype " + std::string(dtype_name(tensor.dtype)) + ", expected floats", where};
  Result<std::vector<std::byte>> read = std::vector<std::byte>();
  if (tensor.held == nullptr) read = source_.read(tensor.begin, tensor.span * dtype_bytes(tensor.dtype));
  if (!read) return read.error().at(where);
  const std::vector<std::byte>& bytes = tensor.held == nullptr ? *read : *tensor.held;
  std::vector<float> values(static_cast<std::size_t>(tensor.elements));
  if (tensor.strides == contiguous_strides(tensor.shape))
    decode_floats(tensor.dtype, bytes, values);
  else
    gather(tensor, bytes.data(), values);
  return values;
}

std::vector<std::uint64_t> contiguous_strides(const std::vector<std::uint64_t>& shape) {
  std::vector<std::uint64_t> strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

bool looks_like_checkpoint(const ByteSource& source) {
  return std::any_of(std::begin(kFormats), std::end(kFormats),
                     [&](const Format& format) { return format.looks(source); });
}

Result<Checkpoint> read_checkpoint(ByteSource source, const Limits& limits, std::string_view key) {
  for (const Format& format : kFormats) {
    if (!format.looks(source)) continue;
    auto content = format.read(source, limits, key);
    if (!content) return content.error().at(source.name());
    strip_module_prefix(content->tensors);
    return Checkpoint(std::move(source), format.name, std::move(content->tensors), std::move(content->notes));
  }
  auto foreign = foreign_file(source);
  if (!foreign) foreign = foreign_name(source.name());
  if (source.size() == 0) foreign = "the file is empty: copy or download it again";
  return Error{ErrorCode::unsupported,
               foreign.value_or(
                   "not a checkpoint: expected ONNX, PyTorch's .pth or .pt2, or .safetensors, by content"),
               source.name()};
}

Result<Checkpoint> read_checkpoint(const std::string& path, const Limits& limits) {
  auto source = ByteSource::open(path, limits);
  if (!source) return source.error();
  return read_checkpoint(*std::move(source), limits);
}

}  // namespace fcn::tools
