// SPDX-License-Identifier: MIT
#include "tools/results/results_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "tools/results/line_scan.hpp"
#include "tools/results/result_line.hpp"
#include "tools/shell/json_writer.hpp"

namespace fcn::tools {
namespace {

constexpr std::uint64_t kDamagesTold = 10;  // more are counted only

/// Whether `text` may be the beginning of a first line of results. A machine that lost its power can leave
/// zeros.
bool may_begin_results(std::string_view text) {
  constexpr std::string_view kBegin = "{\"schema\":\"fcn-infer";
  const std::size_t common = std::min(text.size(), kBegin.size());
  return text.substr(0, common) == kBegin.substr(0, common) ||
         text.find_first_not_of('\0') == std::string_view::npos;
}

}  // namespace

Result<ResultsFile> ResultsFile::open(const std::string& path, const std::string& run, Standing standing) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0666);
  ResultsFile file(fd, path, run);
  if (fd < 0) return file.io_error("open", errno);
  struct stat info {};
  if (::fstat(fd, &info) != 0) return file.io_error("read", errno);
  if (!S_ISREG(info.st_mode))
    return Error{
        ErrorCode::invalid_argument,
        "is not a regular file, which --results needs to go on after an interruption; use --json - for "
        "a pipe",
        path};
  if (Status locked = file.lock(); !locked) return locked.error();
  if (Status read = file.read_standing(standing); !read) return read.error();
  return file;
}

ResultsFile::~ResultsFile() {
  if (fd_ >= 0) ::close(fd_);  // which unlocks it
}

Status ResultsFile::lock() {
  while (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno == EWOULDBLOCK)
      return Error{ErrorCode::busy,
                   "another process is writing this file; wait for it, or give each worker a file of its own",
                   path_};
    notes_.push_back("this file system cannot lock files (" + std::generic_category().message(errno) +
                     "); make sure that no other worker writes this file");
    break;
  }
  return {};
}

Status ResultsFile::read_standing(Standing standing) {
  std::uint64_t damaged = 0, valid = 0, torn = 0;
  const Error no_results{
      ErrorCode::invalid_argument,
      "is not a results file: no line of it is one that --results wrote; name another file, "
      "or move this one away",
      path_};
  Status read = scan_lines(fd_, path_, [&](const ScannedLine& line) -> Status {
    if (line.number == 1 && !may_begin_results(line.text)) return no_results;
    if (!line.whole) {
      torn = line.text.size();
      return {};
    }
    end_ = line.offset + line.text.size() + 1;
    const auto result = read_result_line(line.text);
    if (!result) {
      if (++damaged <= kDamagesTold)
        notes_.push_back("line " + std::to_string(line.number) +
                         " does not count: " + result.error().message);
      return {};
    }
    ++valid;
    if (result->run != run_)
      return Error{ErrorCode::invalid_argument,
                   "line " + std::to_string(line.number) +
                       " was made by another model, version or options that change results (run " +
                       std::string(result->run) + ", and this is " + run_ +
                       "); name another file, or use those",
                   path_};
    if (standing == Standing::all_outcomes || (standing == Standing::results && !result->failed))
      done_.emplace(result->image);
    return {};
  });
  if (!read) return read;
  if (damaged > kDamagesTold)
    notes_.push_back("nor do " + std::to_string(damaged - kDamagesTold) + " more lines");
  if (damaged > 0 && valid == 0) return no_results;
  if (torn == 0) return {};
  if (::ftruncate(fd_, static_cast<off_t>(end_)) != 0)
    return io_error("cut off its unfinished last line", errno);
  notes_.push_back("cut off an unfinished last line of " + std::to_string(torn) +
                   " bytes; its picture counts as not run");
  return {};
}

bool ResultsFile::has(const std::string& image) const {
  return done_.contains(json_text(image));
}

Status ResultsFile::append(const std::string& image, const std::string& object) {
  const std::string line = sealed_line(object, run_) + "\n";
  ssize_t written = 0;
  do {
    written = ::write(fd_, line.data(), line.size());
  } while (written < 0 && errno == EINTR);
  if (written == static_cast<ssize_t>(line.size())) {
    end_ += line.size();
    done_.insert(json_text(image));
    return {};
  }
  // A full disk takes a part of a line. Whatever cannot be cut off now is when the file is opened again.
  const int failed = written < 0 ? errno : ENOSPC;
  [[maybe_unused]] const int ignored = ::ftruncate(fd_, static_cast<off_t>(end_));
  return io_error("append a line", failed);
}

Status ResultsFile::flush() const {
  if (::fsync(fd_) == 0 || errno == EINVAL) return {};
  return io_error("flush to the disk", errno);
}

Error ResultsFile::io_error(const char* doing, int error_number) const {
  return {ErrorCode::io,
          std::string("cannot ") + doing + ": " + std::generic_category().message(error_number), path_};
}

}  // namespace fcn::tools
