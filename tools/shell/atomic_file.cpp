// SPDX-License-Identifier: MIT
// POSIX side of AtomicFile. One process-wide list names the temporary files that exist at this moment; it
// changes under one mutex together with the file system, so that abandon_unfinished_files() misses none.
#include "tools/shell/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <new>
#include <random>
#include <system_error>
#include <utility>
#include <vector>

namespace fcn::tools {
namespace {

struct UnfinishedFiles {
  std::mutex mutex;
  std::vector<std::string> paths;

  // All need the mutex held.
  void make_room() { paths.reserve(paths.size() + 1); }
  void add(std::string path) { paths.push_back(std::move(path)); }
  void remove(const std::string& path) { std::erase(paths, path); }
};

UnfinishedFiles& unfinished_files() {
  // Never destroyed: the signal thread may still come here while static objects are being taken down. Not on
  // the heap, which may be why the process ends.
  alignas(UnfinishedFiles) static std::byte place[sizeof(UnfinishedFiles)];
  static auto* const files = new (place) UnfinishedFiles;
  return *files;
}

std::string error_text(int error_number) {
  return std::generic_category().message(error_number);
}

/// A unique name: the process id and 64 random bits. Hidden, so that a DIR given as input while
/// outputs are written into it does not show it.
std::string temporary_name(const std::filesystem::path& target) {
  std::random_device random;
  const std::uint64_t bits = (std::uint64_t{random()} << 32) | random();
  char digits[17];
  for (int i = 0; i < 16; ++i) digits[i] = "0123456789abcdef"[(bits >> (4 * i)) & 15];
  digits[16] = '\0';
  const std::string name = ".fcn-" + std::to_string(::getpid()) + "-" + digits + ".tmp";
  return (target.parent_path() / name).string();
}

Status sync_folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const int fd = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  // A folder that may be written but not read cannot be opened; the rename has happened all the same.
  if (fd < 0) return {};
  const int failed = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  // Some file systems cannot flush a folder and return EINVAL.
  if (failed == 0 || failed == EINVAL) return {};
  return Error{ErrorCode::io, "cannot flush the folder to the disk: " + error_text(failed), path};
}

}  // namespace

Result<AtomicFile> AtomicFile::create(const std::string& path) {
  AtomicFile file;
  file.path_ = file.target_ = path;
  if (path.empty()) return file.io_error("create a file without a name", ENOENT);

  struct stat info {};
  const bool exists = ::stat(path.c_str(), &info) == 0;
  if (exists && S_ISDIR(info.st_mode)) return file.io_error("write", EISDIR);
  if (exists && !S_ISREG(info.st_mode)) {
    file.fd_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (file.fd_ < 0) return file.io_error("open", errno);
    return file;
  }
  if (exists) {
    if (::access(path.c_str(), W_OK) != 0) return file.io_error("write", errno);
    std::error_code failed;
    file.target_ = std::filesystem::canonical(path, failed).string();
    if (failed) return file.io_error("write", failed.value());
  }

  UnfinishedFiles& unfinished = unfinished_files();
  const std::lock_guard lock(unfinished.mutex);
  std::string temporary = temporary_name(file.target_), listed = temporary;
  unfinished.make_room();  // once the file exists nothing may fail before it is listed
  file.fd_ = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file.fd_ < 0) return file.io_error("create", errno);
  unfinished.add(std::move(listed));
  file.temporary_ = std::move(temporary);
  // The replaced file keeps its permissions. Not being allowed to set them is no reason to fail.
  if (exists && ::fchmod(file.fd_, info.st_mode & 07777) != 0) errno = 0;
  return file;
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::move(other.path_)),
      target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, {})) {}

AtomicFile& AtomicFile::operator=(AtomicFile&& other) noexcept {
  if (this != &other) {
    discard();
    fd_ = std::exchange(other.fd_, -1);
    path_ = std::move(other.path_);
    target_ = std::move(other.target_);
    temporary_ = std::exchange(other.temporary_, {});
  }
  return *this;
}

Status AtomicFile::write(std::span<const std::byte> bytes) {
  FCN_ASSERT(fd_ >= 0);
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return io_error("write", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Status AtomicFile::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
  FCN_ASSERT(fd_ >= 0);
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == ESPIPE)
      return Error{ErrorCode::unsupported, "is a pipe; so large an output needs a file", path_};
    if (written < 0) return io_error("write", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return {};
}

Status AtomicFile::flush() {
  FCN_ASSERT(fd_ >= 0);
  if (temporary_.empty() || ::fsync(fd_) == 0) return {};
  const int failed = errno;
  discard();
  return io_error("flush to the disk", failed);
}

Status AtomicFile::commit() {
  FCN_ASSERT(fd_ >= 0);
  if (temporary_.empty()) {
    if (::close(std::exchange(fd_, -1)) != 0) return io_error("close", errno);
    return {};
  }
  if (Status flushed = flush(); !flushed) return flushed;
  if (::close(std::exchange(fd_, -1)) != 0) {
    const int failed = errno;
    discard();
    return io_error("close", failed);
  }
  {
    UnfinishedFiles& unfinished = unfinished_files();
    const std::lock_guard lock(unfinished.mutex);
    const bool renamed = ::rename(temporary_.c_str(), target_.c_str()) == 0;
    const int failed = errno;
    if (!renamed) ::unlink(temporary_.c_str());
    unfinished.remove(temporary_);
    temporary_.clear();
    if (!renamed) return io_error("put in place", failed);
  }
  return sync_folder_of(target_);
}

void AtomicFile::discard() noexcept {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  if (temporary_.empty()) return;
  UnfinishedFiles& unfinished = unfinished_files();
  const std::lock_guard lock(unfinished.mutex);
  ::unlink(temporary_.c_str());
  unfinished.remove(temporary_);
  temporary_.clear();
}

Error AtomicFile::io_error(const char* doing, int error_number) const {
  return {ErrorCode::io, std::string("cannot ") + doing + ": " + error_text(error_number), path_};
}

void abandon_unfinished_files() {
  UnfinishedFiles& unfinished = unfinished_files();
  unfinished.mutex.lock();  // and never unlocked: a thread that waits for it must not continue
  for (const std::string& path : unfinished.paths) ::unlink(path.c_str());
}

}  // namespace fcn::tools
