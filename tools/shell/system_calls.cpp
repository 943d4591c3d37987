// SPDX-License-Identifier: MIT
// A seccomp filter: a small program that the kernel runs before each system call, on its number and
// arguments. What is not listed is refused, so that calls of later kernels are too.
#include "tools/shell/system_calls.hpp"

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))
#define FCN_HAS_SECCOMP 1
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <system_error>
#include <vector>
#endif

namespace fcn::tools {

#if defined(FCN_HAS_SECCOMP)
namespace {

// clang-format off
/// Allowed whatever their arguments: memory, threads, time, and files as far as Landlock lets them be opened.
constexpr long kAllowed[] = {
    SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_pwrite64, SYS_lseek, SYS_close, SYS_fstat,
    SYS_newfstatat, SYS_statx, SYS_openat, SYS_faccessat, SYS_faccessat2, SYS_readlinkat, SYS_getcwd,
    SYS_getdents64, SYS_ppoll, SYS_flock, SYS_pipe2, SYS_fsync, SYS_fdatasync, SYS_ftruncate, SYS_fallocate,
    SYS_fchmod, SYS_renameat, SYS_renameat2, SYS_unlinkat, SYS_mkdirat, SYS_munmap, SYS_mremap, SYS_madvise, SYS_brk,
    SYS_futex, SYS_membarrier, SYS_sched_yield, SYS_sched_getaffinity, SYS_set_robust_list,
    SYS_set_tid_address, SYS_rseq, SYS_gettid, SYS_getpid, SYS_exit, SYS_exit_group, SYS_rt_sigaction,
    SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_rt_sigtimedwait, SYS_sigaltstack, SYS_restart_syscall,
    SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep, SYS_nanosleep, SYS_gettimeofday, SYS_getrandom,
    SYS_getrusage, SYS_sysinfo, SYS_uname, SYS_getuid, SYS_geteuid, SYS_getcpu,
#if defined(__x86_64__)
    SYS_open, SYS_poll, SYS_stat, SYS_lstat, SYS_access, SYS_readlink, SYS_rename, SYS_unlink, SYS_mkdir,
    SYS_time,
#endif
};
// clang-format on

/// The filter being written. Each block ends in a verdict or passes on with the number of the call loaded.
class Filter {
 public:
  Filter() {
#if defined(__x86_64__)
    constexpr std::uint32_t kArch = AUDIT_ARCH_X86_64;
#else
    constexpr std::uint32_t kArch = AUDIT_ARCH_AARCH64;
#endif
    load(offsetof(seccomp_data, arch));
    jump(BPF_JEQ, kArch, 1, 0);
    verdict(SECCOMP_RET_KILL_PROCESS);
    load(offsetof(seccomp_data, nr));
  }

  void allow(long call) {
    jump(BPF_JEQ, static_cast<std::uint32_t>(call), 0, 1);
    verdict(SECCOMP_RET_ALLOW);
  }
  void refuse(long call, int error_number) {
    jump(BPF_JEQ, static_cast<std::uint32_t>(call), 0, 1);
    verdict(refusal(error_number));
  }
  /// Allows it if argument `index` is one of these values.
  void allow_if_one_of(long call, unsigned index, std::initializer_list<std::uint32_t> values) {
    const auto count = static_cast<std::uint8_t>(values.size());
    jump(BPF_JEQ, static_cast<std::uint32_t>(call), 0, static_cast<std::uint8_t>(count + 5));
    load(high(index));
    jump(BPF_JEQ, 0, 0, static_cast<std::uint8_t>(count + 1));
    load(low(index));
    std::uint8_t left = count;
    for (const std::uint32_t value : values) jump(BPF_JEQ, value, left--, 0);
    verdict(refusal(EPERM));
    verdict(SECCOMP_RET_ALLOW);
  }
  /// Allows it if argument `index` has a bit of `mask` set, or none of them.
  void allow_if_bits(long call, unsigned index, std::uint32_t mask, bool set) {
    jump(BPF_JEQ, static_cast<std::uint32_t>(call), 0, 4);
    load(low(index));
    jump(BPF_JSET, mask, set ? 1 : 0, set ? 0 : 1);
    verdict(refusal(EPERM));
    verdict(SECCOMP_RET_ALLOW);
  }
  void finish() {
    verdict(refusal(EPERM));
  }

  [[nodiscard]] bool install() {
    const sock_fprog program{static_cast<unsigned short>(code_.size()), code_.data()};
    return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
  }

 private:
  static std::uint32_t refusal(int error_number) {
    return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error_number);
  }
  // Both processor families are little-endian.
  static std::size_t low(unsigned index) {
    return offsetof(seccomp_data, args) + 8 * std::size_t{index};
  }
  static std::size_t high(unsigned index) {
    return low(index) + 4;
  }

  void add(int code, std::uint32_t value, std::uint8_t if_true = 0, std::uint8_t if_false = 0) {
    code_.push_back({static_cast<std::uint16_t>(code), if_true, if_false, value});
  }
  void load(std::size_t offset) {
    add(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
  }
  void jump(int test, std::uint32_t value, std::uint8_t if_true, std::uint8_t if_false) {
    add(BPF_JMP | test | BPF_K, value, if_true, if_false);
  }
  void verdict(std::uint32_t value) {
    add(BPF_RET | BPF_K, value);
  }

  std::vector<sock_filter> code_;
};

}  // namespace

Status limit_system_calls() {
  Filter filter;
  for (const long call : kAllowed) filter.allow(call);
  filter.allow_if_bits(SYS_mmap, 2, PROT_EXEC, false);
  filter.allow_if_bits(SYS_mprotect, 2, PROT_EXEC, false);
  // Threads, but no processes. The C library takes the older call where the newer, whose flags are in memory
  // that a filter cannot read, seems not to exist.
  filter.allow_if_bits(SYS_clone, 0, CLONE_THREAD, true);
  filter.refuse(SYS_clone3, ENOSYS);
  filter.allow_if_one_of(SYS_tgkill, 0, {static_cast<std::uint32_t>(::getpid())});  // abort()
  filter.allow_if_one_of(SYS_ioctl, 1, {TCGETS, TIOCGWINSZ});  // is it a terminal, how wide
  filter.allow_if_one_of(SYS_fcntl, 1, {F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC});
  filter.allow_if_one_of(SYS_prlimit64, 2, {0});  // read limits, set none
  filter.finish();
  if (filter.install()) return {};
  return Error{ErrorCode::unsupported,
               "this system's kernel accepts no seccomp filter: " + std::generic_category().message(errno),
               ""};
}
#else
Status limit_system_calls() {
  return Error{ErrorCode::unsupported,
               "the sandbox knows the system calls of Linux on x86-64 and 64-bit ARM only", ""};
}
#endif

}  // namespace fcn::tools
