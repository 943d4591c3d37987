// SPDX-License-Identifier: MIT
// A tensor of an ONNX file whose values are known: a weight, or a shape that an exporter computes on the way.
// Not here: what can be computed with it (fold_constants.hpp).
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace fcn::tools {

using Dims = std::vector<std::int64_t>;

/// The rows or columns of a map, or half of what it has of them more than another.
struct SizeTerm {
  enum class Kind {
    size,
    half,  ///< as a real number
    floor_half,
    even_half,  ///< of an odd number the even one of the two next to its half
  };
  Kind kind = Kind::size;
  bool columns = false;
  std::size_t node = 0;  ///< of the graph that the file becomes
  std::size_t less = 0;  ///< of halves: the map with which `node` is compared
  friend auto operator<=>(const SizeTerm&, const SizeTerm&) = default;
};

/// Where a number comes from that may be a size: the file itself, a sum of multiples of terms and a literal
/// number, a truth value, or another computation with such.
struct SizeOrigin {
  enum class Kind { literal, sum, truth, computed };
  Kind kind = Kind::literal;
  std::map<SizeTerm, std::int64_t> terms = {};  ///< each with a factor that is not 0
  std::int64_t more = 0;
  friend bool operator==(const SizeOrigin&, const SizeOrigin&) = default;
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
