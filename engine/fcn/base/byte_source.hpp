// SPDX-License-Identifier: MIT
// Bytes at any offset, from a file or from memory, so that a model's tensors can be read one at a time and in
// any order. The file is never mapped: if it shrinks meanwhile, that gives an Error, not a signal.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fcn/limits.hpp"
#include "fcn/result.hpp"

namespace fcn::inline FCN_ABI {

/// Owns an open file or borrows bytes that outlive it. Movable. read() may be called from several threads.
class ByteSource {
 public:
  /// Opens a regular file; directories, pipes and devices are refused.
  static Result<ByteSource> open(const std::string& path, const Limits& limits = {}) {
    // Without O_NONBLOCK, opening a pipe without a writer would block forever.
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return Error{ErrorCode::io, std::string("cannot open: ") + std::strerror(errno), path};
    ByteSource source(fd, path);
    struct stat status {};
    if (::fstat(fd, &status) != 0)
      return Error{ErrorCode::io, std::string("cannot read: ") + std::strerror(errno), path};
    if (S_ISDIR(status.st_mode)) return Error{ErrorCode::io, "is a directory, expected a file", path};
    if (!S_ISREG(status.st_mode)) return Error{ErrorCode::io, "is not a regular file", path};
    source.size_ = static_cast<std::uint64_t>(status.st_size);
    if (source.size_ > limits.max_file_bytes)
      return Error{ErrorCode::limit_exceeded,
                   "the file has " + std::to_string(source.size_) + " bytes, the limit is " +
                       std::to_string(limits.max_file_bytes),
                   path};
    return source;
  }

  /// Reads from memory that the caller keeps alive. `name` is what messages call it.
  static ByteSource from_memory(std::span<const std::byte> bytes, std::string name = "memory") {
    ByteSource source(-1, std::move(name));
    source.memory_ = bytes;
    source.size_ = bytes.size();
    return source;
  }

  ByteSource(ByteSource&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)),
        name_(std::move(other.name_)),
        memory_(other.memory_),
        size_(other.size_) {}
  ByteSource& operator=(ByteSource&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(name_, other.name_);
    std::swap(memory_, other.memory_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~ByteSource() {
    if (fd_ >= 0) ::close(fd_);
  }

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] const std::string& name() const { return name_; }

  /// Fills `out` with the bytes at `offset`, all of them or an Error.
  Status read(std::uint64_t offset, std::span<std::byte> out) const {
    if (offset > size_ || out.size() > size_ - offset)
      return Error{ErrorCode::truncated,
                   "needs " + std::to_string(out.size()) + " bytes at offset " + std::to_string(offset) +
                       ", the file ends at " + std::to_string(size_),
                   ""};
    if (fd_ < 0) {
      std::copy_n(memory_.begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
      return {};
    }
    while (!out.empty()) {
      const ssize_t got = ::pread(fd_, out.data(), out.size(), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return Error{ErrorCode::io, std::string("cannot read: ") + std::strerror(errno), ""};
      if (got == 0)
        return Error{ErrorCode::truncated,
                     "the file became shorter while it was read, at offset " + std::to_string(offset), ""};
      out = out.subspan(static_cast<std::size_t>(got));
      offset += static_cast<std::uint64_t>(got);
    }
    return {};
  }

  /// The `count` bytes at `offset`, in a new buffer. The count is checked before anything is allocated.
  [[nodiscard]] Result<std::vector<std::byte>> read(std::uint64_t offset, std::uint64_t count) const {
    if (offset > size_ || count > size_ - offset)
      return Error{ErrorCode::truncated,
                   "needs " + std::to_string(count) + " bytes at offset " + std::to_string(offset) +
                       ", the file ends at " + std::to_string(size_),
                   ""};
    std::vector<std::byte> bytes(static_cast<std::size_t>(count));
    if (const Status status = read(offset, std::span(bytes)); !status) return status.error();
    return bytes;
  }

 private:
  ByteSource(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}

  int fd_ = -1;
  std::string name_;
  std::span<const std::byte> memory_;
  std::uint64_t size_ = 0;
};

}  // namespace fcn::inline FCN_ABI
