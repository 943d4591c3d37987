// SPDX-License-Identifier: MIT
#include "tools/import/onnx/size_sums.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

namespace fcn::tools {
namespace {

using Kind = SizeOrigin::Kind;

constexpr std::int64_t kMost = 1 << 20;  // of factors and literal numbers
constexpr std::size_t kMostTerms = 8;

SizeOrigin computed() {
  return {.kind = Kind::computed};
}

/// The map that has more, and the one with which it is compared, of a difference of two sizes.
std::optional<std::pair<SizeTerm, SizeTerm>> difference_in(const SizeOrigin& of) {
  if (of.kind != Kind::sum || of.terms.size() != 2) return std::nullopt;
  const auto &first = *of.terms.begin(), &second = *of.terms.rbegin();
  const auto is_size = [](const SizeTerm& term) { return term.kind == SizeTerm::Kind::size; };
  if (!is_size(first.first) || !is_size(second.first) || first.first.columns != second.first.columns)
    return std::nullopt;
  if (first.second == 1 && second.second == -1) return std::pair(first.first, second.first);
  if (first.second == -1 && second.second == 1) return std::pair(second.first, first.first);
  return std::nullopt;
}

SizeOrigin difference_of(const SizeTerm& half) {
  return sum_of(size_of_map(half.node, half.columns), size_of_map(half.less, half.columns), -1);
}

}  // namespace

SizeOrigin literal_size(std::int64_t value) {
  if (std::abs(std::clamp(value, -kMost - 1, kMost + 1)) > kMost) return computed();
  return {.kind = Kind::sum, .more = value};
}

SizeOrigin size_of_map(std::size_t node, bool columns) {
  return {.kind = Kind::sum, .terms = {{{.columns = columns, .node = node}, 1}}};
}

SizeOrigin multiple_of(const SizeOrigin& of, std::int64_t factor) {
  if (of.kind == Kind::truth && factor == 1) return of;
  if (of.kind != Kind::sum || factor < -kMost || factor > kMost) return computed();
  if (factor == 0) return literal_size(0);
  SizeOrigin result = of;
  result.more *= factor;
  for (auto& [term, times] : result.terms) {
    times *= factor;
    if (std::abs(times) > kMost) return computed();
  }
  return std::abs(result.more) > kMost ? computed() : result;
}

SizeOrigin sum_of(const SizeOrigin& a, const SizeOrigin& b, std::int64_t factor) {
  const bool half = a.kind == Kind::sum && std::any_of(a.terms.begin(), a.terms.end(), [](const auto& term) {
                      return term.first.kind == SizeTerm::Kind::floor_half;
                    });
  if (half && b.kind == Kind::truth && factor == -1) return a;
  const SizeOrigin other = multiple_of(b, factor);
  if (a.kind != Kind::sum || other.kind != Kind::sum) return computed();
  SizeOrigin result = a;
  result.more += other.more;
  for (const auto& [term, times] : other.terms)
    if ((result.terms[term] += times) == 0) result.terms.erase(term);
  const bool small = std::all_of(result.terms.begin(), result.terms.end(),
                                 [](const auto& term) { return std::abs(term.second) <= kMost; });
  return small && result.terms.size() <= kMostTerms && std::abs(result.more) <= kMost ? result : computed();
}

/// Halves are kept for the map of the smaller number compared with that of the greater, so that equal ones
/// look equal: floor(-d / 2) is floor(d / 2) - d, and the other roundings are the same on both sides of 0.
SizeOrigin half_of(const SizeOrigin& of, SizeTerm::Kind kind) {
  const auto difference = difference_in(of);
  const bool odd = of.more % 2 != 0;
  if (!difference || (odd && kind != SizeTerm::Kind::floor_half)) return computed();
  auto [more, less] = *difference;
  const bool turned = less.node < more.node;
  if (turned) std::swap(more, less);
  const SizeTerm term{.kind = kind, .columns = more.columns, .node = more.node, .less = less.node};
  SizeOrigin half{.kind = Kind::sum, .terms = {{term, turned ? -1 : 1}}};
  if (kind == SizeTerm::Kind::floor_half && turned)
    half = sum_of({.kind = Kind::sum, .terms = {{term, 1}}}, difference_of(term), -1);
  if (!odd) return sum_of(half, literal_size(of.more / 2), 1);
  // floor((d + 1) / 2) is d - floor(d / 2).
  SizeOrigin exact = of;
  exact.more = 0;
  return sum_of(sum_of(exact, half, -1), literal_size((of.more - 1) / 2), 1);
}

SizeOrigin whole_of(const SizeOrigin& of, WholeRounding rounding) {
  if (!has_real_half(of)) return of;
  if (of.terms.size() != 1) return computed();
  const auto [term, factor] = *of.terms.begin();
  if (std::abs(factor) != 1 || (rounding == WholeRounding::even && of.more % 2 != 0)) return computed();
  const SizeOrigin difference = multiple_of(difference_of(term), factor);
  const SizeTerm::Kind kind =
      rounding == WholeRounding::even ? SizeTerm::Kind::even_half : SizeTerm::Kind::floor_half;
  SizeOrigin half = half_of(difference, kind);
  if (rounding == WholeRounding::ceil) half = sum_of(difference, half, -1);
  return sum_of(half, literal_size(of.more), 1);
}

bool has_real_half(const SizeOrigin& of) {
  return std::any_of(of.terms.begin(), of.terms.end(),
                     [](const auto& term) { return term.first.kind == SizeTerm::Kind::half; });
}

}  // namespace fcn::tools
