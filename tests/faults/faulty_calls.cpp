// SPDX-License-Identifier: MIT
// Preloaded into a program (LD_PRELOAD), it lets one of the C library's calls fail: FCN_FAULT is "CALL NUMBER
// HOW", the number'th call after the start of main, or with NUMBER+ all from it on. HOW is an errno, or
// "short" for half as many bytes as asked for, or "end" for none. FCN_FAULT_COUNT names a file that gets the
// number of calls. With FCN_FAULT=serve main runs many times, each with its own fault (serve() below).
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

enum class How { error, shorter, end };

bool armed = false;  // from the start of main on
char call_name[16] = "";
long first = 0;
bool lasting = false;
How how = How::error;
int error_number = 0;
std::atomic<long> calls{0};

/// Whether this call is to fail.
bool fails(const char* name) {
  if (!armed || std::strcmp(name, call_name) != 0) return false;
  const long number = ++calls;
  return first > 0 && (lasting ? number >= first : number == first);
}

/// The C library's own function.
template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

/// -1 with errno set, for calls that know no other failure.
int failed() {
  errno = error_number;
  return -1;
}

/// What malloc returns then.
void* no_memory() {
  errno = ENOMEM;
  return nullptr;
}

void read_plan(const char* plan) {
  if (plan == nullptr) return;
  char number[16] = "", kind[16] = "";
  if (std::sscanf(plan, "%15s %15s %15s", call_name, number, kind) != 3) std::abort();
  first = std::atol(number);
  lasting = std::strchr(number, '+') != nullptr;
  error_number = std::atoi(kind);
  if (std::strcmp(kind, "short") == 0) how = How::shorter;
  if (std::strcmp(kind, "end") == 0) how = How::end;
}

void write_count() {
  armed = false;
  const char* const path = std::getenv("FCN_FAULT_COUNT");
  if (path == nullptr) return;
  const int fd = ::open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  char text[24];
  const int length = std::snprintf(text, sizeof text, "%ld", calls.load());
  if (::write(fd, text, static_cast<std::size_t>(length)) != length) std::abort();
  ::close(fd);
}

/// The standard streams of a run: nothing to read, nobody to write to, and errors to the file at `errors`.
void redirect(const char* errors) {
  const int streams[] = {::open("/dev/null", O_RDONLY), ::open("/dev/null", O_WRONLY),
                         ::open(errors, O_WRONLY | O_CREAT | O_TRUNC, 0600)};
  for (int stream = 0; stream < 3; ++stream) {
    if (::dup2(streams[stream], stream) != stream) std::abort();
    ::close(streams[stream]);
  }
}

/// In this process, which loaded the program once and has one thread: reads requests from standard input,
/// each "ERRORS CALL NUMBER HOW" in one piece, and answers each with the wait status of a child. Returns in
/// the children, where errors go to the file ERRORS and the fault is set. So a run costs what main does.
void serve(char (&plan)[512]) {
  for (;;) {
    const ssize_t length = ::read(0, plan, sizeof plan - 1);
    if (length <= 0) ::_exit(0);
    plan[length] = '\0';
    const pid_t child = ::fork();
    if (child == 0) {
      char* const fault = std::strchr(plan, ' ');
      if (fault == nullptr) std::abort();
      *fault = '\0';
      redirect(plan);
      read_plan(fault + 1);
      return;
    }
    int status = 0;
    if (::waitpid(child, &status, 0) != child || ::write(1, &status, sizeof status) != sizeof status)
      std::abort();
  }
}

int (*real_main)(int, char**, char**) = nullptr;
int armed_main(int argc, char** argv, char** environment) {
  const char* const fault = std::getenv("FCN_FAULT");
  static char plan[512];
  if (fault != nullptr && std::strcmp(fault, "serve") == 0)
    serve(plan);
  else
    read_plan(fault);
  std::atexit(write_count);
  armed = true;
  return real_main(argc, argv, environment);
}

}  // namespace

extern "C" {

void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* memory, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);

int __libc_start_main(int (*main)(int, char**, char**), int argc, char** argv, void (*init)(), void (*fini)(),
                      void (*loader_fini)(), void* stack_end) {
  real_main = main;
  return next<int(int (*)(int, char**, char**), int, char**, void (*)(), void (*)(), void (*)(), void*)>(
      "__libc_start_main")(armed_main, argc, argv, init, fini, loader_fini, stack_end);
}

void* malloc(std::size_t bytes) {
  return fails("malloc") ? no_memory() : __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) {
  return fails("malloc") ? no_memory() : __libc_calloc(count, bytes);
}
void* realloc(void* memory, std::size_t bytes) {
  return fails("malloc") ? no_memory() : __libc_realloc(memory, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  return fails("malloc") ? no_memory() : __libc_memalign(alignment, bytes);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) {
  *memory = fails("malloc") ? nullptr : __libc_memalign(alignment, bytes);
  return *memory != nullptr ? 0 : ENOMEM;
}
void* mmap(void* address, std::size_t bytes, int protection, int flags, int fd, off_t offset) {
  if (fails("mmap")) {
    errno = ENOMEM;
    return reinterpret_cast<void*>(-1);
  }
  return next<void*(void*, std::size_t, int, int, int, off_t)>("mmap")(address, bytes, protection, flags, fd,
                                                                       offset);
}

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return fails("open") ? failed() : next<int(const char*, int, ...)>("open")(path, flags, mode);
}
ssize_t read(int fd, void* bytes, std::size_t count) {
  if (!fails("read")) return next<ssize_t(int, void*, std::size_t)>("read")(fd, bytes, count);
  if (how == How::error) return failed();
  return how == How::end ? 0 : next<ssize_t(int, void*, std::size_t)>("read")(fd, bytes, (count + 1) / 2);
}
ssize_t pread(int fd, void* bytes, std::size_t count, off_t offset) {
  const auto real = next<ssize_t(int, void*, std::size_t, off_t)>("pread");
  if (!fails("read")) return real(fd, bytes, count, offset);
  if (how == How::error) return failed();
  return how == How::end ? 0 : real(fd, bytes, (count + 1) / 2, offset);
}
ssize_t pread64(int fd, void* bytes, std::size_t count, off_t offset) {
  return pread(fd, bytes, count, offset);
}
ssize_t write(int fd, const void* bytes, std::size_t count) {
  const auto real = next<ssize_t(int, const void*, std::size_t)>("write");
  if (!fails("write")) return real(fd, bytes, count);
  return how == How::error ? failed() : real(fd, bytes, (count + 1) / 2);
}
int fsync(int fd) {
  return fails("fsync") ? failed() : next<int(int)>("fsync")(fd);
}
int close(int fd) {
  const int result = next<int(int)>("close")(fd);
  return fails("close") ? failed() : result;
}
int rename(const char* from, const char* to) {
  return fails("rename") ? failed() : next<int(const char*, const char*)>("rename")(from, to);
}
int fstat(int fd, struct stat* info) {
  return fails("fstat") ? failed() : next<int(int, struct stat*)>("fstat")(fd, info);
}
}
