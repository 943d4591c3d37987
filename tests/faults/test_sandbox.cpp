// SPDX-License-Identifier: MIT
// The sandbox from inside: what a process can still do; and fcn-infer in it, whose results must not change.
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <string>
#include <thread>

#include "tests/tools/infer_scene.hpp"
#include "tools/shell/sandbox.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;

namespace {

bool no_sandbox_here() {
  constexpr long kCreateRuleset = 444, kAskVersion = 1;
  if (::syscall(kCreateRuleset, nullptr, 0, kAskVersion) > 0) return false;
  WARN("SKIPPED: this kernel has no Landlock");
  return true;
}

/// What `act` returns in a child that is in the sandbox; "refused: ..." if it cannot get there.
std::string in_sandbox(const SandboxFiles& files, const std::function<std::string()>& act) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);  // not this test program's own handler
    const Status entered = enter_sandbox(files);
    const std::string found = entered ? act() : "refused: " + entered.error().to_string();
    ::_exit(::write(ends[1], found.data(), found.size()) == static_cast<ssize_t>(found.size()) ? 0 : 1);
  }
  ::close(ends[1]);
  std::string found;
  char piece[4096];
  for (ssize_t count = 0; (count = ::read(ends[0], piece, sizeof piece)) > 0;)
    found.append(piece, static_cast<std::size_t>(count));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) found += std::string(" signal ") + ::strsignal(WTERMSIG(status));
  return found;
}

/// "NAME ok" or "NAME Permission denied", for a call that returned `result`.
std::string told(const std::string& name, long result) {
  return name + " " + (result >= 0 ? "ok" : std::strerror(errno)) + "\n";
}

std::string joined(std::initializer_list<std::string> texts) {
  std::string all;
  for (const std::string& text : texts) all += text;
  return all;
}

std::string opened(const std::string& name, const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  std::string text = told(name, fd);
  if (fd >= 0) ::close(fd);
  return text;
}

}  // namespace

TEST_CASE("a process in the sandbox opens its files and no others") {
  if (no_sandbox_here()) return;
  const TemporaryFolder folder;
  for (const char* name : {"in", "other", "replaced"}) write_file(folder / name, {'x'});
  for (const char* name : {"out", "secret"}) std::filesystem::create_directory(folder / name);
  write_file(folder / "out/old", {'x'});
  SandboxFiles files;
  files.may_read(folder / "in");
  files.may_read(folder / "missing");
  files.may_write(folder / "out/new");
  files.may_write("/dev/null");
  const std::string found = in_sandbox(files, [&] {
    // In this order: elements of a braced list are evaluated one after the other.
    return joined({opened("given", folder / "in", O_RDONLY),
                   opened("missing", folder / "missing", O_RDONLY),
                   opened("device", "/dev/null", O_WRONLY),
                   opened("output", folder / "out/new", O_WRONLY | O_CREAT | O_EXCL),
                   told("rename", ::rename((folder / "out/new").c_str(), (folder / "out/old").c_str())),
                   told("remove", ::unlink((folder / "out/old").c_str())),
                   opened("passwd", "/etc/passwd", O_RDONLY),
                   opened("other", folder / "other", O_RDONLY),
                   opened("folder", folder.path().string(), O_RDONLY | O_DIRECTORY),
                   opened("input", folder / "in", O_WRONLY),
                   opened("full", "/dev/full", O_WRONLY),
                   opened("memory", "/proc/self/mem", O_RDWR),
                   opened("create", folder / "secret/a", O_WRONLY | O_CREAT),
                   opened("hide", folder / "out/x", O_WRONLY | O_CREAT),
                   told("move out", ::rename((folder / "out/x").c_str(), (folder / "secret/x").c_str())),
                   told("move in", ::rename((folder / "other").c_str(), (folder / "out/y").c_str())),
                   told("delete", ::unlink((folder / "other").c_str())),
                   told("cut", ::truncate((folder / "in").c_str(), 0)),
                   told("mode", ::chmod((folder / "in").c_str(), 0777)),
                   told("link", ::symlink("/etc/passwd", (folder / "out/l").c_str()))});
  });
  CHECK(found ==
        "given ok\nmissing No such file or directory\ndevice ok\noutput ok\nrename ok\nremove ok\n"
        "passwd Permission denied\nother Permission denied\nfolder Permission denied\n"
        "input Permission denied\nfull Permission denied\nmemory Permission denied\n"
        "create Permission denied\nhide ok\nmove out Permission denied\nmove in Permission denied\n"
        "delete Permission denied\ncut Operation not permitted\nmode Operation not permitted\n"
        "link Operation not permitted\n");
  CHECK(read_file(folder / "in") == Bytes{'x'});
  CHECK(std::filesystem::exists(folder / "other"));
}

TEST_CASE("a process in the sandbox reaches no network and no other process") {
  if (no_sandbox_here()) return;
  const pid_t parent = ::getpid();
  const std::string found = in_sandbox({}, [parent] {
    const auto any = [](const char* name, long call, auto... arguments) {
      return told(name, ::syscall(call, arguments...));
    };
    char program[] = "/bin/true";
    char* const arguments[] = {program, nullptr};
    std::string text = joined(
        {told("socket", ::socket(AF_INET, SOCK_STREAM, 0)), told("local", ::socket(AF_UNIX, SOCK_STREAM, 0)),
         any("connect", SYS_connect, 0, nullptr, 0), any("bpf", SYS_bpf, 0, nullptr, 0),
         told("exec", ::execv(program, arguments)), any("clone", SYS_clone, SIGCHLD, 0, 0, 0, 0),
         any("trace", SYS_ptrace, PTRACE_ATTACH, parent, 0, 0), told("kill", ::kill(parent, 0)),
         any("tgkill", SYS_tgkill, parent, parent, 0), any("ring", SYS_io_uring_setup, 1, nullptr),
         any("unshare", SYS_unshare, 0), any("mount", SYS_mount, "a", "b", "c", 0, nullptr)});
    void* const page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    text += joined({told("memory", page == MAP_FAILED ? -1 : 0),
                    told("code", ::mprotect(page, 4096, PROT_READ | PROT_EXEC))});
#if defined(__x86_64__)
    constexpr long kOtherInterface = 0x40000000;
    text += any("x32", kOtherInterface | SYS_getpid);
#endif
    std::string thread;
    std::thread([&] { thread = opened("thread", "/etc/passwd", O_RDONLY); }).join();
    return text + thread;
  });
  std::string expected;
  for (const char* name : {"socket", "local", "connect", "bpf", "exec", "clone", "trace", "kill", "tgkill",
                           "ring", "unshare", "mount"})
    expected += std::string(name) + " Operation not permitted\n";
  expected += "memory ok\ncode Operation not permitted\n";
#if defined(__x86_64__)
  expected += "x32 Operation not permitted\n";
#endif
  CHECK(found == expected + "thread Permission denied\n");
  CHECK(in_sandbox({}, []() -> std::string { std::abort(); }) == " signal Aborted");
}

TEST_CASE("without Landlock a sandbox is refused, and nothing runs") {
  if (no_sandbox_here()) return;
  const InferScene scene;
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr std::uint32_t kCreateRuleset = 444;
    sock_filter code[] = {{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
                          {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, kCreateRuleset},
                          {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENOSYS},
                          {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
    const sock_fprog filter{4, code};
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter);
    const CommandResult result = scene.run({"--sandbox", scene.picture, "--npy", scene.folder / "a.npy"});
    ::_exit(result.exit_code == 2 && result.out.empty() && one_line(result.err) &&
                    result.err.find("no Landlock") != std::string::npos && scene.untouched()
                ? 0
                : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
}

TEST_CASE("a process with several threads does not enter the sandbox") {
  if (no_sandbox_here()) return;
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    std::thread waiting([] { ::pause(); });
    const Status entered = enter_sandbox({});
    ::_exit(!entered && entered.error().code == ErrorCode::unsupported ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(ends[0]);
  ::close(ends[1]);
  CHECK(status == 0);
}

TEST_CASE("fcn-infer writes the same files in the sandbox") {
  if (no_sandbox_here()) return;
  const InferScene scene;
  scene.write_ppm("second.ppm", 33, 21);
  const std::string second = scene.folder / "second.ppm", list = scene.folder / "list";
  const std::string lines = scene.picture + "\n" + second + "\n";
  write_file(list, Bytes(lines.begin(), lines.end()));
  std::vector<std::string> kinds = {"--npy",    "--csv",   "--overlay",      "--heat", "--masked", "--mask",
                                    "--argmax", "--sheet", "--side-by-side", "--html", "--layers"};
  const auto outputs = [&](const std::string& folder, bool folders) {
    std::vector<std::string> arguments = {"-t", "3", "--json", folder + "/lines.json"};
    for (const std::string& kind : kinds)
      arguments.insert(arguments.end(), {kind, folder + "/" + (folders ? "each" : "") + kind});
    return arguments;
  };
  for (const bool several : {false, true}) {
    const std::string plain = scene.folder / (several ? "plain2" : "plain"),
                      boxed = scene.folder / (several ? "boxed2" : "boxed");
    for (const std::string& folder : {plain, boxed}) {
      std::filesystem::create_directory(folder);
      auto arguments = outputs(folder, several);
      if (folder == boxed) arguments.emplace_back("--sandbox");
      if (several) arguments.emplace_back("--list");
      arguments.push_back(several ? list : scene.picture);
      const CommandResult result = scene.run(arguments);
      CAPTURE(result.err);
      CHECK(result.exit_code == 0);
    }
    int compared = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(plain)) {
      const auto other = boxed / entry.path().lexically_relative(plain);
      CAPTURE(other);
      REQUIRE(std::filesystem::exists(other));
      if (!entry.is_regular_file() || other.filename() == "lines.json") continue;  // whose times differ
      CHECK(read_file(entry.path()) == read_file(other));
      ++compared;
    }
    CHECK(compared >= (several ? 26 : 13));
    const auto count = [](const std::string& folder) {
      const Bytes text = read_file(folder + "/lines.json");
      return std::count(text.begin(), text.end(), '\n');
    };
    CHECK(count(boxed) == count(plain));
  }
  // A run that was there already is continued.
  const std::string boxed = scene.folder / "boxed2";
  CHECK(scene.run({"--sandbox", "--skip-existing", "--json", boxed + "/lines.json", scene.picture, second})
            .err.find("2 of 2 pictures left out") != std::string::npos);
  for (const char* const more : {"--quiet", "--resume"})
    CHECK(scene.run({"--sandbox", "--results", boxed + "/results", more, scene.picture}).exit_code == 0);
  CHECK(scene.run({"--sandbox", "--list", "-"}, CommandOptions{.input = list}).exit_code == 0);
}

TEST_CASE("fcn-infer has the same errors in the sandbox") {
  if (no_sandbox_here()) return;
  const InferScene scene;
  CHECK(scene.run({"--sandbox", scene.folder / "none.png"}).err.find("No such file") != std::string::npos);
  CHECK(scene.run({"--sandbox", scene.picture, "--npy", scene.folder / "none/a"}).exit_code == 1);
  CHECK(scene.run({"--sandbox", scene.picture, "--npy", "/dev/full"}).exit_code == 1);
  CHECK(scene.run({"--sandbox", "-m", scene.folder / "none", scene.picture}).exit_code == 3);
  CHECK(scene.run({"--sandbox", scene.picture, "--overlay", scene.picture}).exit_code == 2);
  CHECK(scene.run({"--sandbox", scene.picture, "--npy", "/dev/null", "--json", "-"}).exit_code == 0);
  CHECK(scene.run({"--sandbox", "-"}, CommandOptions{.input = scene.picture}).exit_code == 0);
  CHECK(scene.untouched());
}
