// SPDX-License-Identifier: MIT
// The list of this build's archs with the CPU features that each needs, and the choice among them.
#include "fcn/kernels/select.hpp"

#include <cstdlib>

#include "cpu_features.hpp"
#include "fcn/kernels/tables.hpp"

namespace fcn::kernels {
namespace {

struct ArchEntry {
  const KernelTable* table;
  const char* features;
};

#define FCN_ARCH(table, features) {&table, features},
constexpr ArchEntry kArchs[] = {
#include "fcn_arch_list.inc"
};
#undef FCN_ARCH

bool is_built(std::string_view arch) {
  for (const ArchEntry& entry : kArchs) {
    if (arch == entry.table->arch) return true;
  }
  return false;
}

std::string refusal(std::string_view forced) {
  std::string message = "FCN_FORCE_ARCH=" + std::string(forced);
  message += is_built(forced) ? ": this CPU cannot run that arch; it runs" : ": no such arch; this CPU runs";
  const char* separator = " ";
  for (const KernelTable* table : supported_tables()) {
    message += separator;
    message += table->arch;
    separator = ", ";
  }
  return message;
}

}  // namespace

const std::vector<const KernelTable*>& supported_tables() {
  static const std::vector<const KernelTable*> tables = [] {
    std::vector<const KernelTable*> supported;
    for (const ArchEntry& entry : kArchs) {
      if (cpu_has(entry.features)) supported.push_back(entry.table);
    }
    return supported;
  }();
  return tables;
}

const KernelTable* find_table(std::string_view arch) {
  for (const KernelTable* table : supported_tables()) {
    if (arch == table->arch) return table;
  }
  return nullptr;
}

TableChoice select_table() {
  const char* forced = std::getenv("FCN_FORCE_ARCH");
  return select_table(forced != nullptr ? std::string_view(forced) : std::string_view());
}

TableChoice select_table(std::string_view forced) {
  if (forced.empty()) return {supported_tables().back(), {}};
  const KernelTable* table = find_table(forced);
  return {table, table != nullptr ? std::string() : refusal(forced)};
}

}  // namespace fcn::kernels
