// SPDX-License-Identifier: MIT
// Arithmetic on the origins of sizes: sums of terms, multiples of them, and halves of differences, as far as
// networks compute paddings and cuts. What goes further is of Kind::computed.
#pragma once

#include "tools/import/onnx/file/known_tensor.hpp"

namespace fcn::tools {

/// A sum of no terms.
SizeOrigin literal_size(std::int64_t value);
/// The rows or columns of a map.
SizeOrigin size_of_map(std::size_t node, bool columns);

/// a + factor x b. A truth value that is taken from a half is what rounds it down, as exporters spell that.
SizeOrigin sum_of(const SizeOrigin& a, const SizeOrigin& b, std::int64_t factor);
SizeOrigin multiple_of(const SizeOrigin& of, std::int64_t factor);

/// Half of what a map has more than another, and a literal number: as a real number, rounded down, or to the
/// even one of the two numbers next to it.
SizeOrigin half_of(const SizeOrigin& of, SizeTerm::Kind kind);

enum class WholeRounding { floor, ceil, even };
/// A sum with halves that are real numbers, as a whole number.
SizeOrigin whole_of(const SizeOrigin& of, WholeRounding rounding);

/// Whether a half of it is a real number.
bool has_real_half(const SizeOrigin& of);

}  // namespace fcn::tools
