// SPDX-License-Identifier: MIT
// Memory of fcn-export for large vectors, such as a checkpoint's weights, in huge pages. They are written
// once or twice and released, so that with small pages most of the time goes into faults. A replacement of
// the program's operator new: the library does not contain it, and its own blocks are mapped so already.
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace {

constexpr std::size_t kHugePage = std::size_t{1} << 21;
constexpr std::size_t kLeast = 4 * kHugePage;  // smaller blocks are used again rather than returned

void* allocate(std::size_t size) {
  if (size < kLeast || size > SIZE_MAX - kHugePage) return std::malloc(size == 0 ? 1 : size);
  void* const memory = std::aligned_alloc(kHugePage, (size + kHugePage - 1) / kHugePage * kHugePage);
  // A request: if the system declines, pages are small.
  if (memory != nullptr) ::madvise(memory, size, MADV_HUGEPAGE);
  return memory;
}

}  // namespace

// The other forms, but for aligned ones, call these.
void* operator new(std::size_t size) {
  for (;;) {
    if (void* const memory = allocate(size)) return memory;
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc();
    handler();
  }
}

void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

#endif
