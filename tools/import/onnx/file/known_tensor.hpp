// SPDX-License-Identifier: MIT
// A tensor of an ONNX file whose values are known: a weight, or a shape that an exporter computes on the way.
// Not here: what can be computed with it (fold_constants.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace fcn::tools {

using Dims = std::vector<std::int64_t>;

/// Where a number comes from that may be a size: the file itself, a map's rows or columns with a literal
/// number added, what a map has of them more than another or half of that, or a computation with such.
struct SizeOrigin {
  enum class Kind { literal, map, difference, lower_half, upper_half, computed };
  Kind kind = Kind::literal;
  std::size_t node = 0;  ///< of the graph that the file becomes
  bool columns = false;
  std::int64_t more = 0;
  std::size_t less = 0;  ///< of differences and their halves: the map with which `node` is compared
};

/// Row-major values; every floating-point type is held as float32 and every integer or boolean as int64.
struct KnownTensor {
  Dims dims;
  std::variant<std::vector<float>, std::vector<std::int64_t>> values;
  /// TensorProto's number of the type in the file, for what depends on it (quantisation); 0 for values
  /// computed here.
  int element = 0;
  /// Of sizes, one a value; empty for literals.
  std::vector<SizeOrigin> origins = {};

  [[nodiscard]] bool is_real() const { return std::holds_alternative<std::vector<float>>(values); }
  [[nodiscard]] const std::vector<float>& reals() const { return std::get<std::vector<float>>(values); }
  [[nodiscard]] const std::vector<std::int64_t>& integers() const {
    return std::get<std::vector<std::int64_t>>(values);
  }
  [[nodiscard]] std::size_t size() const { return is_real() ? reals().size() : integers().size(); }
};

using KnownPtr = std::shared_ptr<const KnownTensor>;

/// Why a node or a tensor cannot be used, in one line. Thrown inside the ONNX importer only; import_onnx()
/// catches it, adds the node's name and type and returns an Error.
struct Refusal {
  std::string message;
};

/// The number of elements of a tensor of these dimensions. A Refusal if one is negative, or if there are more
/// than `limit`.
std::size_t element_count(const Dims& dims, std::uint64_t limit);

/// "1x512x7x7"; "scalar" for none.
std::string dims_text(const Dims& dims);

}  // namespace fcn::tools
