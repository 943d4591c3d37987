// SPDX-License-Identifier: MIT
// What the records of a torch pickle say: which tensors there are, and which elements of which storage each
// one shows. Where a storage's bytes are is the container's affair (pth_zip.hpp, pth_legacy.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/dtype.hpp"
#include "engine/limits.hpp"
#include "engine/result.hpp"
#include "tools/import/checkpoint.hpp"
#include "tools/import/pickle_reader.hpp"

namespace fcn::tools {

/// A storage as persistent ids describe it.
struct TorchStorage {
  std::string key;
  DType dtype = DType::f32;
  std::uint64_t elements = 0;
};

/// A tensor and its storage. `tensor.begin` still counts bytes from the start of the storage; that it lies
/// within the storage's announced elements has been checked.
struct TorchTensor {
  CheckpointTensor tensor;
  TorchStorage storage;
};

/// The tensors of the state_dict in a pickle, which may be wrapped: {"state_dict": ...}, {"model": ...}.
Result<std::vector<TorchTensor>> find_state_dict(const Pickle& pickle, const Limits& limits);

/// The storage that a persistent id describes.
Result<TorchStorage> read_storage(const Pickle& pickle, const PickleRecord& persistent);

}  // namespace fcn::tools
