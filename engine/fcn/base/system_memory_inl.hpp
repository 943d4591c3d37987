// SPDX-License-Identifier: MIT
// Definitions of system_memory.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <new>

#include "fcn/base/checked.hpp"
#include "fcn/base/system_memory.hpp"

// Sanitizers check only blocks allocated with new.
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if !defined(__has_feature)
#define FCN_HAS_SYSTEM_MEMORY 1
#elif !__has_feature(address_sanitizer) && !__has_feature(memory_sanitizer)
#define FCN_HAS_SYSTEM_MEMORY 1
#endif
#endif

#if defined(FCN_HAS_SYSTEM_MEMORY)
#include <sys/mman.h>
#endif

namespace fcn::inline FCN_ABI {

namespace detail {

#if defined(FCN_HAS_SYSTEM_MEMORY)
/// From this many bytes on a block is worth a mapping of its own.
inline constexpr std::size_t kLeastMapped = 128u << 10;

FCN_INLINE void* map_pages(std::size_t bytes) {
  void* const memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

/// The system aligns to small pages, so this maps more addresses and unmaps the excess on both sides.
FCN_INLINE void* map_huge_pages(std::size_t bytes) {
  constexpr std::size_t kPage = 4096, kHugePage = 2u << 20;
  if (bytes > std::numeric_limits<std::size_t>::max() - 2 * kHugePage) return nullptr;
  const std::size_t used = round_up(bytes, kPage);
  auto* const wide = static_cast<std::byte*>(map_pages(used + kHugePage));
  if (wide == nullptr) return nullptr;
  const auto address = reinterpret_cast<std::uintptr_t>(wide);
  const std::size_t before = round_up<std::uintptr_t>(address, kHugePage) - address;
  if (before != 0) ::munmap(wide, before);
  ::munmap(wide + before + used, kHugePage - before);
  ::madvise(wide + before, used, MADV_HUGEPAGE);  // a request: if the system declines, pages are small
  return wide + before;
}
#else
inline constexpr std::size_t kLeastMapped = std::numeric_limits<std::size_t>::max();
FCN_INLINE void* map_huge_pages(std::size_t) {
  return nullptr;
}
#endif

}  // namespace detail

FCN_INLINE void* allocate_zeroed(std::size_t bytes) {
  if (bytes >= detail::kLeastMapped) return detail::map_huge_pages(bytes);
  void* const memory = ::operator new (bytes, std::align_val_t{kBlockAlignment}, std::nothrow);
  if (memory != nullptr) std::memset(memory, 0, bytes);
  return memory;
}

FCN_INLINE void release_zeroed(void* memory, [[maybe_unused]] std::size_t bytes) {
#if defined(FCN_HAS_SYSTEM_MEMORY)
  if (bytes >= detail::kLeastMapped) {
    ::munmap(memory, bytes);
    return;
  }
#endif
  ::operator delete (memory, std::align_val_t{kBlockAlignment});
}

}  // namespace fcn::inline FCN_ABI
