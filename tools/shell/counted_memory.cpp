// SPDX-License-Identifier: MIT
// Each block begins with its size, so that freeing it takes the same number off the count.
#include "tools/shell/counted_memory.hpp"

#include <cstdlib>
#include <limits>

namespace fcn::tools {
namespace {

constexpr std::size_t kHeaderBytes = alignof(std::max_align_t);
static_assert(kHeaderBytes >= sizeof(std::size_t));

std::size_t& size_of(void* block) {
  return *static_cast<std::size_t*>(block);
}

void* block_of(void* memory) {
  return static_cast<std::byte*>(memory) - kHeaderBytes;
}

bool too_large(std::size_t bytes) {
  return bytes > std::numeric_limits<std::size_t>::max() - kHeaderBytes;
}

}  // namespace

void* counted_malloc(std::size_t bytes) {
  void* const block = too_large(bytes) ? nullptr : std::calloc(1, bytes + kHeaderBytes);
  if (block == nullptr) return nullptr;
  size_of(block) = bytes;
  MemoryCount::add(bytes);
  return static_cast<std::byte*>(block) + kHeaderBytes;
}

void* counted_realloc(void* memory, std::size_t bytes) {
  if (memory == nullptr) return counted_malloc(bytes);
  const std::size_t before = counted_size(memory);
  void* const block = too_large(bytes) ? nullptr : std::realloc(block_of(memory), bytes + kHeaderBytes);
  if (block == nullptr) return nullptr;
  size_of(block) = bytes;
  MemoryCount::remove(before);
  MemoryCount::add(bytes);
  return static_cast<std::byte*>(block) + kHeaderBytes;
}

void counted_free(void* memory) {
  if (memory == nullptr) return;
  MemoryCount::remove(counted_size(memory));
  std::free(block_of(memory));
}

std::size_t counted_size(const void* memory) {
  return memory == nullptr ? 0 : size_of(block_of(const_cast<void*>(memory)));
}

}  // namespace fcn::tools
