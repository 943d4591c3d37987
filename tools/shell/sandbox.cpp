// SPDX-License-Identifier: MIT
// The Landlock half, by the kernel's own interface: headers of a distribution may be older than its kernel.
// Rights that this kernel does not know are left out; without any Landlock there is no sandbox.
#include "tools/shell/sandbox.hpp"

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <system_error>

#include "tools/shell/system_calls.hpp"

#if defined(__linux__)
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace fcn::tools {
namespace {

namespace fs = std::filesystem;

Error no_sandbox(const std::string& why) {
  return {ErrorCode::unsupported, why + "; nothing was run", "--sandbox"};
}

}  // namespace

void SandboxFiles::may_write(const std::string& path) {
  std::error_code unknown;
  const fs::file_status status = fs::status(path, unknown);
  if (fs::is_directory(status)) return output_folders_.push_back(path);
  if (fs::exists(status) && !fs::is_regular_file(status)) return devices_.push_back(path);
  fs::path target = path;
  if (fs::exists(status)) target = fs::canonical(path, unknown);  // a link's target is what gets replaced
  const std::string folder = target.parent_path().string();
  output_folders_.push_back(folder.empty() ? "." : folder);
}

#if defined(__linux__)
namespace {

// Numbers that are the same on all processors, and rights in the order of linux/landlock.h.
constexpr long kCreateRuleset = 444, kAddRule = 445, kRestrictSelf = 446;
constexpr std::uint64_t kWriteFile = 1u << 1, kReadFile = 1u << 2, kReadFolder = 1u << 3,
                        kRemoveFile = 1u << 5, kMakeFolder = 1u << 7, kMakeFile = 1u << 8,
                        kTruncate = 1u << 14;
constexpr int kRightsOfVersion[] = {0, 13, 14, 15, 15, 16};  // how many each version knows

struct Ruleset {
  std::uint64_t files;
  std::uint64_t network;
  std::uint64_t scope;
};
struct [[gnu::packed]] PathRule {
  std::uint64_t allowed;
  std::int32_t parent;
};
constexpr std::uint32_t kPathRule = 1;

class Landlock {
 public:
  ~Landlock() {
    if (fd_ >= 0) ::close(fd_);
  }
  Landlock() = default;
  Landlock(const Landlock&) = delete;
  Landlock& operator=(const Landlock&) = delete;

  Status create() {
    constexpr std::uint32_t kAskVersion = 1;
    const long version = ::syscall(kCreateRuleset, nullptr, std::size_t{0}, kAskVersion);
    if (version < 1)
      return no_sandbox("this system's kernel has no Landlock (Linux 5.13 or later, enabled at boot)");
    constexpr auto kNewest = static_cast<long>(std::size(kRightsOfVersion)) - 1;
    known_ = (std::uint64_t{1} << kRightsOfVersion[version < kNewest ? version : kNewest]) - 1;
    // Version 4 can refuse TCP, version 6 signals and abstract sockets beyond the sandbox; seccomp does so
    // too.
    const Ruleset rules{known_, version >= 4 ? 3u : 0u, version >= 6 ? 3u : 0u};
    const std::size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
    fd_ = static_cast<int>(::syscall(kCreateRuleset, &rules, size, 0));
    return fd_ >= 0 ? Status() : no_sandbox("Landlock: " + std::generic_category().message(errno));
  }

  Status allow(const std::string& path, std::uint64_t rights) const {
    const int fd = ::open(path.c_str(), O_PATH | O_CLOEXEC);
    if (fd < 0) return {};  // it cannot be opened later either
    struct stat info {};
    if (::fstat(fd, &info) == 0 && !S_ISDIR(info.st_mode)) rights &= kReadFile | kWriteFile | kTruncate;
    const PathRule rule{rights & known_, fd};
    const bool added = ::syscall(kAddRule, fd_, kPathRule, &rule, 0) == 0;
    const int failed = errno;
    ::close(fd);
    // EBADFD: a pipe without a name, such as /dev/stdout may be, which Landlock never refuses.
    if (added || failed == EBADFD) return {};
    return no_sandbox("Landlock refuses " + path + ": " + std::generic_category().message(failed));
  }

  Status enter() const {
    if (::syscall(kRestrictSelf, fd_, 0) == 0) return {};
    return no_sandbox("Landlock: " + std::generic_category().message(errno));
  }

 private:
  int fd_ = -1;
  std::uint64_t known_ = 0;
};

/// Landlock binds the calling thread and those that it starts.
bool has_one_thread() {
  std::error_code failed;
  const fs::directory_iterator threads("/proc/self/task", failed);
  return !failed && std::distance(begin(threads), end(threads)) == 1;
}

}  // namespace

Status enter_sandbox(const SandboxFiles& files) {
  if (!has_one_thread())
    return no_sandbox("cannot make sure that no thread runs outside it (/proc/self/task)");
  Landlock landlock;
  if (Status created = landlock.create(); !created) return created;
  for (const std::string& path : files.readable_)
    if (Status allowed = landlock.allow(path, kReadFile | kReadFolder); !allowed) return allowed;
  for (const std::string& folder : files.output_folders_)
    if (Status allowed = landlock.allow(
            folder, kWriteFile | kReadFolder | kRemoveFile | kMakeFile | kMakeFolder | kTruncate);
        !allowed)
      return allowed;
  for (const std::string& device : files.devices_)
    if (Status allowed = landlock.allow(device, kWriteFile); !allowed) return allowed;
  // What available processors are counted by.
  for (const char* const path : {"/proc/self/cgroup", "/sys/fs/cgroup"})
    if (Status allowed = landlock.allow(path, kReadFile | kReadFolder); !allowed) return allowed;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return no_sandbox("no_new_privs: " + std::generic_category().message(errno));
  if (Status entered = landlock.enter(); !entered) return entered;
  if (Status limited = limit_system_calls(); !limited) return no_sandbox(limited.error().message);
  return {};
}
#else
Status enter_sandbox(const SandboxFiles& /*files*/) {
  return no_sandbox("is made of Linux's seccomp and Landlock, which this system does not have");
}
#endif

}  // namespace fcn::tools
