// SPDX-License-Identifier: MIT
// Numpy arrays inside a pickle, as a script leaves them that saves `{name: tensor.numpy()}`: the record of
// one becomes a tensor with bytes of its own. Not here: arrays in files of their own (.npy, .npz), which are
// refused by name (foreign_file.hpp).
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <vector>

#include "fcn/limits.hpp"
#include "fcn/result.hpp"
#include "tools/import/checkpoints/checkpoint.hpp"
#include "tools/import/checkpoints/pickle_reader.hpp"

namespace fcn::tools {

/// Whether the record is an array of numbers.
bool is_numpy_array(const Pickle& pickle, const PickleRecord& value);

/// Reads the arrays of one pickle. Bytes that several of them refer to are held once.
class NumpyArrays {
 public:
  NumpyArrays(const Pickle& pickle, const Limits& limits) : pickle_(pickle), limits_(limits) {}

  /// The array as a tensor, still without a name.
  Result<CheckpointTensor> read(const PickleRecord& value);

 private:
  using Bytes = std::vector<std::byte>;

  /// The bytes of an array's last state; null if there are none.
  std::shared_ptr<const Bytes> bytes_of(PickleId state);

  const Pickle& pickle_;
  const Limits& limits_;
  std::map<PickleId, std::shared_ptr<const Bytes>> held_;
};

}  // namespace fcn::tools
