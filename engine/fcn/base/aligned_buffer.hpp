// SPDX-License-Identifier: MIT
// Memory for floats: 64-byte aligned, zeroed, owned, and refused with an Error instead of an exception. Every
// large allocation of the engine is one of these, and MemoryCount counts them.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <string>

#include "fcn/base/memory_count.hpp"
#include "fcn/base/system_memory.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI {

namespace detail {

struct ReleaseFloats {
  std::size_t bytes = 0;
  void operator()(float* memory) const { release_zeroed(memory, bytes); }
};

}  // namespace detail

/// `size` floats, all zero at first. Movable, not copyable.
class AlignedBuffer {
 public:
  static constexpr std::size_t kAlignment = kBlockAlignment;

  AlignedBuffer() = default;

  /// `what` names the buffer in the error ("feature map rings").
  static Result<AlignedBuffer> allocate(std::size_t floats, const char* what) {
    AlignedBuffer buffer;
    if (floats == 0) return buffer;
    void* memory = nullptr;
    if (floats <= std::numeric_limits<std::size_t>::max() / sizeof(float))
      memory = allocate_zeroed(floats * sizeof(float));
    if (memory == nullptr)
      return Error{ErrorCode::out_of_memory,
                   "cannot allocate " + std::to_string(floats) + " floats for the " + what, ""};
    buffer.data_ = {static_cast<float*>(memory), detail::ReleaseFloats{floats * sizeof(float)}};
    buffer.counted_ = CountedBytes(floats * sizeof(float));
    buffer.size_ = floats;
    return buffer;
  }

  [[nodiscard]] float* data() { return data_.get(); }
  [[nodiscard]] const float* data() const { return data_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t bytes() const { return size_ * sizeof(float); }

 private:
  std::unique_ptr<float, detail::ReleaseFloats> data_;
  std::size_t size_ = 0;
  CountedBytes counted_;
};

}  // namespace fcn::inline FCN_ABI
