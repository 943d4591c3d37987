// SPDX-License-Identifier: MIT
// A checkpoint of any format as named tensors whose values are read on demand. read_checkpoint() recognises
// the format by the bytes, never by the file's name. Not here: which network the names make up
// (recognise_network.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fcn/base/byte_source.hpp"
#include "fcn/base/dtype.hpp"
#include "fcn/limits.hpp"
#include "fcn/result.hpp"

namespace fcn::tools {

/// A tensor as a strided view of stored elements; checked to lie within its storage.
struct CheckpointTensor {
  std::string name;
  DType dtype = DType::f32;
  std::vector<std::uint64_t> shape;
  std::vector<std::uint64_t> strides;  ///< in elements
  std::uint64_t elements = 0;
  std::uint64_t begin = 0;  ///< offset in the file of its first element
  std::uint64_t span = 0;   ///< elements from the first to the last, both included; 0 if it has none
  /// Its bytes where the file holds them in another form; null where they are those at `begin`.
  std::shared_ptr<const std::vector<std::byte>> held{};
};

/// The result of a format's reader.
struct CheckpointContent {
  std::vector<CheckpointTensor> tensors;
  std::vector<std::string> notes;  ///< for the report: which of several state_dicts was taken
};

class Checkpoint {
 public:
  Checkpoint(ByteSource source, std::string format, std::vector<CheckpointTensor> tensors,
             std::vector<std::string> notes = {});

  [[nodiscard]] const ByteSource& source() const { return source_; }
  [[nodiscard]] const std::string& path() const { return source_.name(); }
  [[nodiscard]] const std::string& format() const { return format_; }  ///< for people: "PyTorch zip"
  [[nodiscard]] const std::vector<CheckpointTensor>& tensors() const { return tensors_; }
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }
  [[nodiscard]] const CheckpointTensor* find(std::string_view name) const;

  /// The values in row-major order, as float32 (float64 is rounded). Integers are refused.
  [[nodiscard]] Result<std::vector<float>> read(const CheckpointTensor& tensor) const;

 private:
  ByteSource source_;
  std::string format_;
  std::vector<CheckpointTensor> tensors_;
  std::vector<std::string> notes_;
  std::map<std::string, std::size_t, std::less<>> index_;
};

/// Strides of a row-major tensor.
std::vector<std::uint64_t> contiguous_strides(const std::vector<std::uint64_t>& shape);

/// Whether the first bytes are those of a format that read_checkpoint() reads.
bool looks_like_checkpoint(const ByteSource& source);

/// Reads the structure of a checkpoint, all of it checked; errors begin with the path. A prefix "module."
/// that all names share (DataParallel's) is removed. `key` picks one of several state_dicts.
Result<Checkpoint> read_checkpoint(const std::string& path, const Limits& limits = {});
Result<Checkpoint> read_checkpoint(ByteSource source, const Limits& limits = {}, std::string_view key = {});

}  // namespace fcn::tools
