// SPDX-License-Identifier: MIT
// Memory for floats: 64-byte aligned, zeroed, owned, and refused with an Error instead of an exception. Every
// large allocation of the engine is one of these, and MemoryCount counts them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>
#include <new>
#include <string>

#include "engine/memory_count.hpp"
#include "engine/result.hpp"

namespace fcn::inline FCN_ABI {

/// `size` floats, all zero at first. Movable, not copyable.
class AlignedBuffer {
 public:
  static constexpr std::size_t kAlignment = 64;  ///< a cache line, and one AVX-512 register

  AlignedBuffer() = default;

  /// `what` names the buffer in the error ("feature map rings").
  static Result<AlignedBuffer> allocate(std::size_t floats, const char* what) {
    AlignedBuffer buffer;
    if (floats == 0) return buffer;
    void* memory = nullptr;
    if (floats <= std::numeric_limits<std::size_t>::max() / sizeof(float) - kAlignment)
      memory = ::operator new (floats * sizeof(float), std::align_val_t{kAlignment}, std::nothrow);
    if (memory == nullptr)
      return Error{ErrorCode::out_of_memory,
                   "cannot allocate " + std::to_string(floats) + " floats for the " + what, ""};
    buffer.data_.reset(static_cast<float*>(memory));
    buffer.counted_ = CountedBytes(floats * sizeof(float));
    buffer.size_ = floats;
    std::fill_n(buffer.data_.get(), floats, 0.0f);
    return buffer;
  }

  [[nodiscard]] float* data() { return data_.get(); }
  [[nodiscard]] const float* data() const { return data_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t bytes() const { return size_ * sizeof(float); }

 private:
  struct Release {
    void operator()(float* memory) const { ::operator delete (memory, std::align_val_t{kAlignment}); }
  };
  std::unique_ptr<float, Release> data_;
  std::size_t size_ = 0;
  CountedBytes counted_;
};

}  // namespace fcn::inline FCN_ABI
