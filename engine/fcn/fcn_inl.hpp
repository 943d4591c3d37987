// SPDX-License-Identifier: MIT
// Definitions of fcn.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include "fcn/fcn.hpp"

#if defined(FCN_COMPILED)
#include "fcn/kernels/select.hpp"
#else
#include "fcn/kernels/native.hpp"
#endif

namespace fcn::inline FCN_ABI {

FCN_INLINE Result<Model> load_model(const std::string& path, const Limits& limits) {
#if defined(FCN_COMPILED)
  const kernels::TableChoice choice = kernels::select_table();
  if (choice.table == nullptr) return Error{ErrorCode::invalid_argument, choice.error, "FCN_FORCE_ARCH"};
  return Model::load(path, {.table = choice.table, .limits = limits});
#else
  return Model::load(path, {.table = &kernels::native_table(), .limits = limits});
#endif
}

}  // namespace fcn::inline FCN_ABI
