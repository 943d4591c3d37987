// SPDX-License-Identifier: MIT
#include "tools/import/pt2/aten/aten_ops.hpp"

#include <algorithm>

namespace fcn::tools {
namespace {

constexpr std::string_view kAten = "torch.ops.aten.";

/// "relu_" of "torch.ops.aten.relu_.default".
std::string_view packet_name(std::string_view target) {
  if (!target.starts_with(kAten)) return {};
  target.remove_prefix(kAten.size());
  return target.substr(0, target.find('.'));
}

}  // namespace

bool is_in_place(std::string_view target) {
  const std::string_view name = packet_name(target);
  return name.ends_with('_') && !name.ends_with("__");
}

std::string_view aten_name(std::string_view target) {
  std::string_view name = packet_name(target);
  if (is_in_place(target)) name.remove_suffix(1);
  return name;
}

AtenTranslation find_aten_rule(std::string_view target) {
  const std::string_view name = aten_name(target);
  if (name.empty()) return nullptr;
  for (const auto rules :
       {aten_activation_rules(), aten_arithmetic_rules(), aten_comparison_rules(), aten_constant_rules(),
        aten_convolution_rules(), aten_linear_rules(), aten_norm_rules(), aten_part_rules(),
        aten_reduction_rules(), aten_shape_rules(), aten_window_rules()}) {
    const auto found =
        std::find_if(rules.begin(), rules.end(), [&](const AtenRule& rule) { return rule.name == name; });
    if (found != rules.end()) return found->translate;
  }
  return nullptr;
}

}  // namespace fcn::tools
