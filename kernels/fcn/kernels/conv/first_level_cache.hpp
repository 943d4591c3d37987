// SPDX-License-Identifier: MIT
// The size of this processor's first-level data cache. It may choose an order of work, never a bit.
#pragma once

#include <cstddef>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

namespace fcn::kernels {

/// Bytes of the data cache that CPUID's `leaf` describes, or 0. Leaf 4 of Intel and leaf 0x8000001D of AMD
/// have the same form: of each cache its type, level, line, partitions, ways and sets.
template <class Arch>
std::ptrdiff_t described_cache([[maybe_unused]] unsigned leaf) {
#if defined(__x86_64__) || defined(__i386__)
  constexpr unsigned data = 1, first = 1, most_caches = 16;
  for (unsigned cache = 0; cache < most_caches; ++cache) {
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    if (__get_cpuid_count(leaf, cache, &eax, &ebx, &ecx, &edx) == 0 || (eax & 31) == 0) return 0;
    if ((eax & 31) != data || (eax >> 5 & 7) != first) continue;
    const std::ptrdiff_t line = 1 + (ebx & 4095), partitions = 1 + (ebx >> 12 & 1023), ways = 1 + (ebx >> 22);
    return line * partitions * ways * (1 + static_cast<std::ptrdiff_t>(ecx));
  }
#endif
  return 0;
}

/// In bytes; 0 if unknown. Asked for once.
template <class Arch>
std::ptrdiff_t first_level_cache() {
  static const std::ptrdiff_t bytes = [] {
    const std::ptrdiff_t intel = described_cache<Arch>(4);
    return intel != 0 ? intel : described_cache<Arch>(0x8000001Du);
  }();
  return bytes;
}

}  // namespace fcn::kernels
