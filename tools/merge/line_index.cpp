// SPDX-License-Identifier: MIT
#include "tools/merge/line_index.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "tools/results/line_scan.hpp"
#include "tools/results/result_line.hpp"

namespace fcn::tools {
namespace {

constexpr std::uint64_t kNotesOfAKind = 10;
constexpr std::size_t kMostOpenFiles = 200;

Error io_error(const char* doing, const std::string& path) {
  return {ErrorCode::io, std::string("cannot ") + doing + ": " + std::generic_category().message(errno),
          path};
}

/// A results file, open for reading, which no worker writes at this moment.
Result<int> open_finished(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return io_error("open", path);
  Status usable;
  struct stat info {};
  if (::fstat(fd, &info) != 0)
    usable = io_error("read", path);
  else if (!S_ISREG(info.st_mode))
    usable = Error{ErrorCode::io, "is not a regular file, and results files are", path};
  else if (::flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    usable = Error{ErrorCode::busy, "a worker is writing this file; merge when it has ended", path};
  if (usable) return fd;
  ::close(fd);
  return usable.error();
}

}  // namespace

void note(MergeReport& report, std::uint64_t count, const std::string& text) {
  if (count <= kNotesOfAKind) report.notes.push_back(text);
  if (count == kNotesOfAKind + 1) report.notes.push_back("... and more of that kind");
}

std::string LineIndex::name(const Place& place) const {
  return files_[place.file] + ": line " + std::to_string(place.number);
}

Status LineIndex::add(const std::string& file, MergeReport& report) {
  const auto fd = open_finished(file);
  if (!fd) return fd.error();
  const auto index = static_cast<std::uint32_t>(files_.size());
  files_.push_back(file);
  Status scanned = scan_lines(*fd, file, [&](const ScannedLine& line) -> Status {
    const Place place{index, static_cast<std::uint32_t>(line.text.size()), line.offset, line.number, false};
    if (line.whole) return add_line(std::string(line.text), place, report);
    note(report, ++report.damaged, name(place) + " is not finished; run its worker again with --resume");
    return {};
  });
  ::close(*fd);
  return scanned;
}

Status LineIndex::add_line(const std::string& text, Place place, MergeReport& report) {
  const auto line = read_result_line(text);
  if (!line) {
    note(report, ++report.damaged, name(place) + " does not count: " + line.error().message);
    return {};
  }
  if (run_.empty()) run_ = line->run;
  if (line->run != run_) {
    note(report, ++report.conflicts,
         name(place) + " was made by another model, version or options than the first line (run " +
             std::string(line->run) + ", expected " + run_ + ")");
    return {};
  }
  place.failed = line->failed;
  const auto [found, fresh] = lines_.emplace(line->image, place);
  if (fresh) return {};
  Place& before = found->second;
  ++report.repeated;
  if (before.failed || place.failed) {  // a result beats a failure, and the last of several failures counts
    if (before.failed) before = place;
    return {};
  }
  const auto other = read(before);
  if (!other) return other.error();
  if (*other != text)
    note(report, ++report.conflicts,
         name(place) + " says something else of " + std::string(line->image) + " than " + name(before) +
             "; remove the one that is wrong");
  return {};
}

Result<int> LineIndex::file_at(std::uint32_t file) {
  if (const auto found = open_.find(file); found != open_.end()) return found->second;
  if (open_.size() >= kMostOpenFiles) close_files();
  const int fd = ::open(files_[file].c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return io_error("open it again", files_[file]);
  open_.emplace(file, fd);
  return fd;
}

void LineIndex::close_files() {
  for (const auto& [file, fd] : open_) ::close(fd);
  open_.clear();
}

Result<std::string> LineIndex::read(const Place& place) {
  const auto fd = file_at(place.file);
  if (!fd) return fd.error();
  std::string text(place.size, '\0');
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t count =
        ::pread(*fd, text.data() + done, text.size() - done, static_cast<off_t>(place.offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_error("read", files_[place.file]);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  if (const auto line = read_result_line(text); !line)
    return Error{ErrorCode::io, "the file changed while it was merged; merge again", name(place)};
  return text;
}

}  // namespace fcn::tools
