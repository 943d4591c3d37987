// SPDX-License-Identifier: MIT
// The safetensors container: 8 bytes of header length, a JSON header, then the tensors' bytes back to back.
// Reads and checks a header completely before any tensor; reads tensors one at a time; makes headers. Not
// here: what the tensors and the metadata mean (model_file.hpp) and writing files (tools/).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fcn/base/byte_source.hpp"
#include "fcn/base/dtype.hpp"
#include "fcn/limits.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI {

/// One stored tensor. Offsets count from the start of the file.
struct TensorEntry {
  std::string name;
  DType dtype = DType::f32;
  std::vector<std::uint64_t> shape;
  std::uint64_t elements = 0;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// "64x3x7x7", or "scalar" for rank 0.
std::string shape_text(const std::vector<std::uint64_t>& shape);

/// A checked header: the tensors cover the file from data_begin to its end exactly, in this order.
struct SafetensorsHeader {
  std::map<std::string, std::string> metadata;
  std::vector<TensorEntry> tensors;
  std::uint64_t data_begin = 0;

  std::map<std::string, std::size_t, std::less<>> index;  ///< by name, into tensors

  [[nodiscard]] const TensorEntry* find(std::string_view name) const {
    const auto found = index.find(name);
    return found == index.end() ? nullptr : &tensors[found->second];
  }
};

/// Whether the file begins like safetensors: a header length within the format's own limit, then '{'.
bool looks_like_safetensors(const ByteSource& source);

/// Reads the header and checks all of it. No tensor is read.
Result<SafetensorsHeader> read_safetensors_header(const ByteSource& source, const Limits& limits = {});

/// The prefix and header of a file that holds these tensors back to back in this order; their begin and end
/// need not be set. Padded with spaces so that the data starts at a multiple of 8.
std::string make_safetensors_header(const std::map<std::string, std::string>& metadata,
                                    const std::vector<TensorEntry>& tensors);

}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/file/safetensors_inl.hpp"
#endif
