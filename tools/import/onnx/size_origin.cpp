// SPDX-License-Identifier: MIT
#include "tools/import/onnx/size_origin.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "tools/import/onnx/size_sums.hpp"

namespace fcn::tools {
namespace {

/// Values beyond so many are no sizes.
constexpr std::size_t kMostSizes = 64;

bool has_origins(const NodeCall& call, std::size_t i) {
  return call.is_known(i) && !call.known(i).origins.empty();
}

/// Whether the node only moves elements: of all its inputs, or of the first.
bool joins_all(std::string_view type) {
  return type == "Concat";
}
bool moves_first(std::string_view type) {
  constexpr std::string_view kTypes[] = {"Cast",  "Expand", "Flatten", "Gather",    "Identity", "Reshape",
                                         "Slice", "Split",  "Squeeze", "Transpose", "Unsqueeze"};
  return std::find(std::begin(kTypes), std::end(kTypes), type) != std::end(kTypes);
}

/// The node run once more on the numbers of the elements' origins in place of the elements.
void move_origins(const NodeCall& call, std::vector<KnownTensor>& made, FoldBudget& budget) {
  std::vector<SizeOrigin> all(1);  // number 0: a literal
  std::vector<std::optional<Value>> inputs;
  for (std::size_t i = 0; i < call.input_count(); ++i) {
    if (!call.has(i)) {
      inputs.emplace_back();
      continue;
    }
    if (i > 0 && !joins_all(call.node().type)) {
      inputs.emplace_back(call.input(i));
      continue;
    }
    const KnownTensor& from = call.known(i);
    std::vector<std::int64_t> numbers(from.size(), 0);
    for (std::size_t k = 0; k < from.origins.size(); ++k) {
      numbers[k] = static_cast<std::int64_t>(all.size());
      all.push_back(from.origins[k]);
    }
    inputs.emplace_back(
        std::make_shared<const KnownTensor>(KnownTensor{.dims = from.dims, .values = std::move(numbers)}));
  }
  const auto moved = fold(NodeCall(call.node(), call.opset(), std::move(inputs)), budget);
  for (std::size_t i = 0; moved && i < std::min(made.size(), moved->size()); ++i) {
    made[i].origins.clear();
    for (const double number : doubles_of((*moved)[i]))
      made[i].origins.push_back(all[static_cast<std::size_t>(number)]);
  }
}

/// What the node computes, in Python's words, of whole numbers or of real ones; empty for anything else.
std::string_view function_of(const NodeCall& call) {
  static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"Add", "add"}, {"Sub", "sub"},     {"Mul", "mul"},   {"Neg", "neg"},
      {"Div", ""},    {"Floor", "floor"}, {"Ceil", "ceil"}, {"Round", "round"}};
  const std::string_view type = call.node().type;
  if (type == "Div") return call.known(0).is_real() ? "truediv" : "floordiv";
  for (const auto& [onnx, python] : kNames)
    if (type == onnx) return python;
  return {};
}

bool gives_truth(std::string_view type) {
  constexpr std::string_view kTypes[] = {"And", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual",
                                         "Not", "Or",    "Xor"};
  return std::find(std::begin(kTypes), std::end(kTypes), type) != std::end(kTypes);
}

/// Value `k` of input `i`, of which there is one or one for each value made.
SizeOrigin term_of(const NodeCall& call, std::size_t i, std::size_t k) {
  const KnownTensor& known = call.known(i);
  const std::size_t at = known.size() == 1 ? 0 : k;
  const SizeOrigin origin = origin_of(known, at);
  if (origin.kind != SizeOrigin::Kind::literal) return origin;
  if (!known.is_real()) return literal_size(known.integers()[at]);
  const float value = known.reals()[at];
  if (!(std::abs(value) < 1e6f) || std::trunc(value) != value) return {.kind = SizeOrigin::Kind::computed};
  return literal_size(static_cast<std::int64_t>(value));
}

/// The number that it always is.
std::optional<std::int64_t> literal_of(const SizeOrigin& origin) {
  if (origin.kind != SizeOrigin::Kind::sum || !origin.terms.empty()) return std::nullopt;
  return origin.more;
}

/// A half that is made of whole numbers is rounded down, as Python's // does.
SizeOrigin quotient(const SizeOrigin& of, const SizeOrigin& by, bool whole) {
  const auto divisor = literal_of(by);
  if (divisor == 1) return of;
  if (divisor != 2) return {.kind = SizeOrigin::Kind::computed};
  return half_of(of, whole ? SizeTerm::Kind::floor_half : SizeTerm::Kind::half);
}

SizeOrigin computed_origin(std::string_view function, const SizeOrigin& a, const SizeOrigin& b) {
  if (function == "add") return sum_of(a, b, 1);
  if (function == "sub") return sum_of(a, b, -1);
  if (function == "floordiv" || function == "truediv") return quotient(a, b, function == "floordiv");
  if (function != "mul") return {.kind = SizeOrigin::Kind::computed};
  if (const auto factor = literal_of(b)) return multiple_of(a, *factor);
  if (const auto factor = literal_of(a)) return multiple_of(b, *factor);
  return {.kind = SizeOrigin::Kind::computed};
}

SizeOrigin computed_origin(std::string_view function, const SizeOrigin& of) {
  if (function == "neg") return multiple_of(of, -1);
  if (function == "floor") return whole_of(of, WholeRounding::floor);
  if (function == "ceil") return whole_of(of, WholeRounding::ceil);
  if (function == "round") return whole_of(of, WholeRounding::even);
  if (function == "float" || (function == "int" && !has_real_half(of))) return of;
  return {.kind = SizeOrigin::Kind::computed};
}

/// Of what is computed value by value.
void compute_origins(const NodeCall& call, KnownTensor& made) {
  const std::string python = call.node().type == "aten::symbolic" ? call.text("function", "") : "";
  const std::string_view function = python.empty() ? function_of(call) : std::string_view(python);
  for (std::size_t i = 0; i < call.input_count(); ++i)
    if (!call.has(i) || (call.known(i).size() != 1 && call.known(i).size() != made.size())) return;
  for (std::size_t k = 0; k < made.size(); ++k) {
    SizeOrigin& origin = made.origins[k];
    if (gives_truth(call.node().type)) origin = {.kind = SizeOrigin::Kind::truth};
    if (function.empty()) continue;
    if (call.input_count() == 1) origin = computed_origin(function, term_of(call, 0, k));
    if (call.input_count() == 2) origin = computed_origin(function, term_of(call, 0, k), term_of(call, 1, k));
  }
}

/// Numbers that a Cast makes whole are cut off, not rounded.
void cut_halves(const NodeCall& call, std::vector<KnownTensor>& made) {
  if (call.node().type != "Cast" || made[0].is_real()) return;
  for (SizeOrigin& origin : made[0].origins)
    if (has_real_half(origin)) origin = {.kind = SizeOrigin::Kind::computed};
}

std::optional<NodeId> map_behind(const SizeOrigin& origin, bool columns, std::int64_t more) {
  if (origin.kind != SizeOrigin::Kind::sum || origin.terms.size() != 1 || origin.more != more)
    return std::nullopt;
  const auto& [term, factor] = *origin.terms.begin();
  if (term.kind != SizeTerm::Kind::size || term.columns != columns || factor != 1) return std::nullopt;
  return term.node;
}

/// `before` the first place, of a map of so many places, where `own` is what it has.
std::optional<PlacedLike> placed_like(const SizeOrigin& before, const SizeOrigin& size, const SizeOrigin& own,
                                      bool columns) {
  const auto like = map_behind(size, columns, 0);
  if (!like) return std::nullopt;
  const SizeOrigin more = sum_of(size, own, -1), half = half_of(more, SizeTerm::Kind::floor_half);
  const std::pair<PlacesBefore, SizeOrigin> kinds[] = {
      {PlacesBefore::none, literal_size(0)},
      {PlacesBefore::all, more},
      {PlacesBefore::floor, half},
      {PlacesBefore::ceil, sum_of(more, half, -1)},
      {PlacesBefore::even, half_of(more, SizeTerm::Kind::even_half)}};
  for (const auto& [kind, places] : kinds)
    if (const auto rest = literal_of(sum_of(before, places, -1))) return PlacedLike{*like, kind, *rest};
  return std::nullopt;
}

}  // namespace

void carry_origins(const NodeCall& call, std::vector<KnownTensor>& made, FoldBudget& budget) {
  bool any = false;
  for (std::size_t i = 0; i < call.input_count(); ++i) any = any || has_origins(call, i);
  const bool small = std::all_of(made.begin(), made.end(),
                                 [](const KnownTensor& tensor) { return tensor.size() <= kMostSizes; });
  if (!any || call.node().type == "Shape" || call.node().type == "Size") return;
  // A rule may have copied its input, origins and all.
  for (KnownTensor& tensor : made) tensor.origins.assign(tensor.size(), {.kind = SizeOrigin::Kind::computed});
  if (!small) return;
  const std::string_view type = call.node().type;
  if (joins_all(type) || (moves_first(type) && has_origins(call, 0))) {
    move_origins(call, made, budget);
    return cut_halves(call, made);
  }
  if (made.size() == 1) compute_origins(call, made[0]);
}

SizeOrigin origin_of(const KnownTensor& known, std::size_t i) {
  return i < known.origins.size() ? known.origins[i] : SizeOrigin{};
}

bool depends_on_sizes(const KnownTensor& known) {
  return std::any_of(known.origins.begin(), known.origins.end(), [](const SizeOrigin& origin) {
    return origin.kind != SizeOrigin::Kind::literal && !literal_of(origin);
  });
}

std::optional<NodeId> map_behind(const KnownTensor& known, std::size_t i, bool columns, std::int64_t more) {
  return map_behind(origin_of(known, i), columns, more);
}

std::optional<PlacedLike> pad_target(const SizeOrigin& before, const SizeOrigin& after, NodeId in,
                                     bool columns) {
  const SizeOrigin own = size_of_map(in, columns);
  return placed_like(before, sum_of(own, sum_of(before, after, 1), 1), own, columns);
}

std::optional<PlacedLike> cut_target(const SizeOrigin& begin, const SizeOrigin& end, NodeId in,
                                     bool columns) {
  return placed_like(multiple_of(begin, -1), sum_of(end, begin, -1), size_of_map(in, columns), columns);
}

}  // namespace fcn::tools
