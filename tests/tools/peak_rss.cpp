// SPDX-License-Identifier: MIT
// Runs a command and writes the most memory it had, in KiB, into a file: peak_rss FILE COMMAND [ARGUMENT...].
// A program of its own, because a process starts with the peak of the one it was forked from.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const pid_t child = ::fork();
  if (child == 0) {
    ::execv(argv[2], argv + 2);
    ::_exit(127);
  }
  int status = 0;
  rusage usage{};
  if (::wait4(child, &status, 0, &usage) != child) return 2;
  std::FILE* const file = std::fopen(argv[1], "w");
  if (file == nullptr) return 2;
  std::fprintf(file, "%ld\n", usage.ru_maxrss);
  if (std::fclose(file) != 0) return 2;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
