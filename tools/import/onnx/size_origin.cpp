// SPDX-License-Identifier: MIT
#include "tools/import/onnx/size_origin.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

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

/// "add" or "sub" of ONNX's operators and of Python's.
std::string_view sum_or_difference(const NodeCall& call) {
  if (call.node().type == "Add") return "add";
  if (call.node().type == "Sub") return "sub";
  if (call.node().type != "aten::symbolic") return "";
  const std::string name = call.text("function", "");
  return name == "add" ? "add" : name == "sub" ? "sub" : "";
}

/// The origins of a size and a literal number, of which there is one or one for each size; none if it is
/// something else.
std::vector<SizeOrigin> shifted_origins(const NodeCall& call) {
  const std::string_view kind = sum_or_difference(call);
  if (kind.empty() || call.input_count() != 2) return {};
  const std::size_t size_at = has_origins(call, 0) ? 0 : 1, other_at = 1 - size_at;
  if (has_origins(call, other_at) || (kind == "sub" && size_at == 1)) return {};
  const KnownTensor &size = call.known(size_at), &other = call.known(other_at);
  if (other.is_real() || (other.size() != 1 && other.size() != size.size())) return {};
  std::vector<SizeOrigin> origins = size.origins;
  for (std::size_t i = 0; i < origins.size(); ++i) {
    const std::int64_t more = other.integers()[other.size() == 1 ? 0 : i];
    if (more < -(1 << 20) || more > 1 << 20) return {};
    origins[i].more += kind == "sub" ? -more : more;
  }
  return origins;
}

/// "sub" of two maps' sizes, that difference divided by two, and what its lower half leaves of it: the upper
/// one. The lower half is taken to be rounded down, as Python's // does.
std::optional<SizeOrigin> difference_origin(const NodeCall& call) {
  using Kind = SizeOrigin::Kind;
  if (call.input_count() != 2 || !has_origins(call, 0) || call.known(0).size() != 1 ||
      call.known(1).size() != 1)
    return std::nullopt;
  SizeOrigin of = call.known(0).origins[0];
  const SizeOrigin by = origin_of(call.known(1), 0);
  if (sum_or_difference(call) == "sub" && of.columns == by.columns) {
    if (of.kind == Kind::map && by.kind == Kind::map && of.more == by.more) {
      of.kind = Kind::difference;
      of.less = by.node;
      of.more = 0;
      return of;
    }
    const bool same = of.node == by.node && of.less == by.less;
    if (of.kind == Kind::difference && by.kind == Kind::lower_half && same) {
      of.kind = Kind::upper_half;
      return of;
    }
  }
  const std::string function = call.node().type == "aten::symbolic" ? call.text("function", "") : "";
  const bool halves = (call.node().type == "Div" || function == "floordiv") && by.kind == Kind::literal &&
                      !call.known(1).is_real() && call.known(1).integers()[0] == 2;
  if (!halves || of.kind != Kind::difference) return std::nullopt;
  of.kind = Kind::lower_half;
  return of;
}

}  // namespace

void carry_origins(const NodeCall& call, std::vector<KnownTensor>& made, FoldBudget& budget) {
  bool any = false;
  for (std::size_t i = 0; i < call.input_count(); ++i) any = any || has_origins(call, i);
  const bool small = std::all_of(made.begin(), made.end(),
                                 [](const KnownTensor& tensor) { return tensor.size() <= kMostSizes; });
  if (!any) return;
  // A rule may have copied its input, origins and all.
  for (KnownTensor& tensor : made) tensor.origins.assign(tensor.size(), {.kind = SizeOrigin::Kind::computed});
  if (!small) return;
  const std::string_view type = call.node().type;
  if (joins_all(type) || (moves_first(type) && has_origins(call, 0))) return move_origins(call, made, budget);
  if (const auto difference = difference_origin(call); difference && made.size() == 1) {
    made[0].origins = {*difference};
    return;
  }
  const std::vector<SizeOrigin> shifted = shifted_origins(call);
  for (KnownTensor& tensor : made)
    if (shifted.size() == tensor.size()) tensor.origins = shifted;
}

SizeOrigin origin_of(const KnownTensor& known, std::size_t i) {
  return i < known.origins.size() ? known.origins[i] : SizeOrigin{};
}

bool depends_on_sizes(const KnownTensor& known) {
  return std::any_of(known.origins.begin(), known.origins.end(),
                     [](const SizeOrigin& origin) { return origin.kind != SizeOrigin::Kind::literal; });
}

std::optional<NodeId> centered_like(const KnownTensor& before, std::size_t i, const KnownTensor& after,
                                    std::size_t j, NodeId in, bool columns) {
  const SizeOrigin lower = origin_of(before, i), upper = origin_of(after, j);
  const bool halves =
      lower.kind == SizeOrigin::Kind::lower_half && upper.kind == SizeOrigin::Kind::upper_half;
  const bool same = lower.node == upper.node && lower.less == in && upper.less == in;
  if (!halves || !same || lower.columns != columns || upper.columns != columns) return std::nullopt;
  return lower.node;
}

std::optional<NodeId> map_behind(const KnownTensor& known, std::size_t i, bool columns, std::int64_t more) {
  const SizeOrigin origin = origin_of(known, i);
  if (origin.kind != SizeOrigin::Kind::map || origin.columns != columns || origin.more != more)
    return std::nullopt;
  return origin.node;
}

}  // namespace fcn::tools
