// SPDX-License-Identifier: MIT
// The bytes of every large allocation of the process: held now, and held at the peak. The allocating code
// counts them (AlignedBuffer and, in the tools, pictures and decoders), as the bytes that it requested.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

#include "fcn/config.hpp"

namespace fcn::inline FCN_ABI {

class MemoryCount {
 public:
  static void add(std::size_t bytes) {
    const std::size_t now = held_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    std::size_t most = peak_.load(std::memory_order_relaxed);
    while (now > most && !peak_.compare_exchange_weak(most, now, std::memory_order_relaxed)) {
    }
  }
  static void remove(std::size_t bytes) { held_.fetch_sub(bytes, std::memory_order_relaxed); }

  [[nodiscard]] static std::size_t held() { return held_.load(std::memory_order_relaxed); }
  /// The most held at a time since the start, or since restart_peak().
  [[nodiscard]] static std::size_t peak() { return peak_.load(std::memory_order_relaxed); }
  static void restart_peak() { peak_.store(held(), std::memory_order_relaxed); }

 private:
  static inline std::atomic<std::size_t> held_{0};
  static inline std::atomic<std::size_t> peak_{0};
};

/// Counts bytes held by code that does not count its own, for the lifetime of this object.
class CountedBytes {
 public:
  explicit CountedBytes(std::size_t bytes = 0) : bytes_(bytes) { MemoryCount::add(bytes_); }
  CountedBytes(CountedBytes&& other) noexcept : bytes_(std::exchange(other.bytes_, 0)) {}
  CountedBytes& operator=(CountedBytes&& other) noexcept {
    MemoryCount::remove(bytes_);
    bytes_ = std::exchange(other.bytes_, 0);
    return *this;
  }
  ~CountedBytes() { MemoryCount::remove(bytes_); }

 private:
  std::size_t bytes_;
};

}  // namespace fcn::inline FCN_ABI
