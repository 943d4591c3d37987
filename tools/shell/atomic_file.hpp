// SPDX-License-Identifier: MIT
// Output files that are complete or absent, never torn: bytes go to a temporary file in the target's own
// folder, which is flushed to the disk and renamed over the target at the end. Not here: what is written
// (output_*.cpp, model_writer.cpp) and the signals that may come in between (interrupt.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "fcn/result.hpp"

namespace fcn::tools {

/// One output file in the making. Unless commit() succeeds the destructor removes every trace of it. Devices
/// and pipes (/dev/null, /dev/stdout, a FIFO) are written to directly: there is nothing to rename.
class AtomicFile {
 public:
  /// Opens a temporary file beside `path`. A symbolic link is followed, so that its target is replaced and
  /// not the link. Fails if the folder is missing or may not be written, or if `path` is a folder.
  static Result<AtomicFile> create(const std::string& path);

  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&& other) noexcept;
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile() { discard(); }

  /// Appends all of `bytes`. After an Error nothing more may be written.
  Status write(std::span<const std::byte> bytes);
  Status write(std::string_view text) { return write(std::as_bytes(std::span(text))); }

  /// Writes `bytes` at an offset, before or beyond the end; write() goes on where it was. A pipe has no
  /// offsets: ErrorCode::unsupported.
  Status write_at(std::uint64_t offset, std::span<const std::byte> bytes);

  /// Flushes to the disk, so that what unfinished() names can be read back before it is put in its place.
  Status flush();
  /// Where the bytes are until commit(); empty for a device or a pipe, which keeps none.
  [[nodiscard]] const std::string& unfinished() const { return temporary_; }
  /// As the caller spelled it.
  [[nodiscard]] const std::string& path() const { return path_; }

  /// Flushes to the disk and puts the file in its place. Call once, at the end.
  Status commit();

 private:
  AtomicFile() = default;
  void discard() noexcept;
  [[nodiscard]] Error io_error(const char* doing, int error_number) const;

  int fd_ = -1;
  std::string path_;       ///< as the caller spelled it, for messages
  std::string target_;     ///< what gets replaced; path_ with links followed
  std::string temporary_;  ///< empty for a device or a pipe
};

/// Removes the temporary files of every AtomicFile of this process and blocks for good any thread that
/// creates, commits or discards one. For the last moments of an interrupted process, just before _exit.
void abandon_unfinished_files();

}  // namespace fcn::tools
