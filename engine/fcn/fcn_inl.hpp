// SPDX-License-Identifier: MIT
// Definitions of fcn.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include "fcn/base/byte_source.hpp"
#include "fcn/fcn.hpp"

#if defined(FCN_COMPILED)
#include "fcn/kernels/select.hpp"
#else
#include "fcn/kernels/native.hpp"
#endif

namespace fcn::inline FCN_ABI {

namespace detail {

/// The kernels of this program for this processor.
FCN_INLINE Result<const kernels::KernelTable*> best_table() {
#if defined(FCN_COMPILED)
  const kernels::TableChoice choice = kernels::select_table();
  if (choice.table == nullptr) return Error{ErrorCode::invalid_argument, choice.error, "FCN_FORCE_ARCH"};
  return choice.table;
#else
  return &kernels::native_table();
#endif
}

}  // namespace detail

FCN_INLINE Result<Model> load_model(const std::string& path, const Limits& limits) {
  const auto table = detail::best_table();
  if (!table) return table.error();
  return Model::load(path, {.table = *table, .limits = limits});
}

FCN_INLINE Result<Model> load_model(std::span<const std::byte> bytes, const Limits& limits) {
  const auto table = detail::best_table();
  if (!table) return table.error();
  return Model::read(ByteSource::from_memory(bytes), {.table = *table, .limits = limits});
}

}  // namespace fcn::inline FCN_ABI
