// SPDX-License-Identifier: MIT
// Zeroed memory. Large blocks come straight from the system, in huge pages where it has them: a model or the
// rings of a picture are tens of thousands of small pages, and each costs a fault and a place in the
// processor's page tables. A large block that is freed goes back at once, so that no series of sizes makes a
// process grow.
#pragma once

#include <cstddef>

#include "fcn/config.hpp"

namespace fcn::inline FCN_ABI {

/// Of blocks of allocate_zeroed(): a cache line, and one AVX-512 register.
inline constexpr std::size_t kBlockAlignment = 64;

/// `bytes` zeros, aligned to kBlockAlignment; null if there is no memory.
void* allocate_zeroed(std::size_t bytes);

/// Gives back a block of allocate_zeroed(), which was asked for this many bytes.
void release_zeroed(void* memory, std::size_t bytes);

}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/base/system_memory_inl.hpp"
#endif
