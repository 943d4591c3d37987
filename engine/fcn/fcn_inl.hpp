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

#if !defined(FCN_COMPILED)
/// Whether this processor has the instructions that the including unit was compiled for. One that lacks AVX
/// altogether may not come to here.
inline bool processor_suffices() {
#if defined(__AVX512F__) && defined(__AVX512VL__)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl");
#elif defined(__AVX2__) && defined(__FMA__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return true;  // the baseline
#endif
}
#endif

/// The kernels of this program for this processor.
FCN_INLINE Result<const kernels::KernelTable*> best_table() {
#if defined(FCN_COMPILED)
  const kernels::TableChoice choice = kernels::select_table();
  if (choice.table == nullptr) return Error{ErrorCode::invalid_argument, choice.error, "FCN_FORCE_ARCH"};
  return choice.table;
#else
  if (!processor_suffices())
    return Error{ErrorCode::unsupported,
                 std::string("this processor lacks the instructions that the program was compiled for (") +
                     kernels::native_table().arch + "); compile with other -m flags, or link fcn::fcn",
                 ""};
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
