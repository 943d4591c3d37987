// SPDX-License-Identifier: MIT
// Interprets the records of a torch pickle: which tensors there are, and which elements of which storage each
// one shows. Not here: where a storage's bytes are (pth_zip.hpp, pth_legacy.hpp, pth_tar.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fcn/base/dtype.hpp"
#include "fcn/limits.hpp"
#include "fcn/result.hpp"
#include "tools/import/checkpoints/checkpoint.hpp"
#include "tools/import/checkpoints/pickle_reader.hpp"

namespace fcn::tools {

/// A storage as persistent ids describe it.
struct TorchStorage {
  std::string key;
  DType dtype = DType::f32;
  std::uint64_t elements = 0;
};

/// A tensor and its storage. `tensor.begin` still counts bytes from the start of the storage; that it lies
/// within the storage's announced elements has been checked. A numpy array holds its bytes and has no
/// storage.
struct TorchTensor {
  CheckpointTensor tensor;
  TorchStorage storage;
};

/// The tensors of a checkpoint, and a note on how they were chosen.
struct FoundTensors {
  std::vector<TorchTensor> tensors;
  std::vector<std::string> notes;
};

/// The tensors of the state_dict in a pickle, or of the one of several that `key` names (state_dicts.hpp);
/// or, where no dict has tensors, of one with numpy arrays.
Result<FoundTensors> find_state_dict(const Pickle& pickle, const Limits& limits, std::string_view key);

/// The arguments of the tensor in an nn.Parameter or not; null if the record is no tensor.
const PickleRecord* tensor_arguments(const Pickle& pickle, const PickleRecord& value);

/// The tensor of these arguments, still without a name.
Result<TorchTensor> read_tensor(const Pickle& pickle, const PickleRecord& arguments, const Limits& limits);

/// The element type of a storage's class: "torch FloatStorage".
std::optional<DType> storage_dtype(std::string_view global);

/// Completes a tensor of known dtype, shape, strides and storage that begins at element `offset` of it, after
/// checking that it lies within.
Status place_in_storage(TorchTensor& torch, std::uint64_t offset, const Limits& limits);

/// The storage that a persistent id describes.
Result<TorchStorage> read_storage(const Pickle& pickle, const PickleRecord& persistent);

}  // namespace fcn::tools
