// SPDX-License-Identifier: MIT
// The tables under test are those of fcn::runtime that this CPU can run.
#include "fcn/kernels/select.hpp"
#include "fcn/kernels/tables.hpp"
#include "tests/kernels/kernel_check.hpp"

namespace fcn::test {

const KernelTable& reference_table() {
  return kernels::table_reference;
}

const std::vector<const KernelTable*>& tested_tables() {
  return kernels::supported_tables();
}

}  // namespace fcn::test
