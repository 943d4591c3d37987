// SPDX-License-Identifier: MIT
// The reference kernels, compiled with the baseline's flags.
#include "fcn/kernels/reference/table.hpp"
#include "fcn/kernels/tables.hpp"

constinit const fcn::kernels::KernelTable fcn::kernels::table_reference =
    fcn::kernels::reference::make_table();
