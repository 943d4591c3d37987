// SPDX-License-Identifier: MIT
// Memory of the tools that MemoryCount (fcn/base/memory_count.hpp) counts: pictures, allocations of decoders,
// and vectors that grow with a picture.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

#include "fcn/base/memory_count.hpp"

namespace fcn::tools {

/// Zeroed, aligned as malloc's; null if there is none. Only counted_realloc and counted_free take it.
void* counted_malloc(std::size_t bytes);
/// As realloc: the bytes by which a block grows are undefined, and a block that cannot grow stays.
void* counted_realloc(void* memory, std::size_t bytes);
void counted_free(void* memory);
/// The bytes asked for; 0 for null.
std::size_t counted_size(const void* memory);

template <class T>
struct CountingAllocator {
  using value_type = T;

  CountingAllocator() = default;
  template <class Other>
  CountingAllocator(const CountingAllocator<Other>&) {}  // NOLINT(google-explicit-constructor)

  T* allocate(std::size_t count) {
    T* const memory = std::allocator<T>().allocate(count);
    MemoryCount::add(count * sizeof(T));
    return memory;
  }
  void deallocate(T* memory, std::size_t count) {
    MemoryCount::remove(count * sizeof(T));
    std::allocator<T>().deallocate(memory, count);
  }
  friend bool operator==(CountingAllocator, CountingAllocator) { return true; }
};

template <class T>
using CountedVector = std::vector<T, CountingAllocator<T>>;

/// A file's bytes.
using ByteVector = CountedVector<std::uint8_t>;

}  // namespace fcn::tools
