// SPDX-License-Identifier: MIT
// Outputs are complete or absent.
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "tests/tools/picture_files.hpp"
#include "tools/shell/atomic_file.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;

namespace {

std::string content(const std::string& path) {
  const Bytes bytes = read_file(path);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("a committed file is there, an abandoned one is not") {
  const TemporaryFolder folder;
  {
    auto file = AtomicFile::create(folder / "a");
    REQUIRE(file);
    REQUIRE(file->write("one "));
    CHECK_FALSE(std::filesystem::exists(folder / "a"));
    REQUIRE(file->write("two"));
    REQUIRE(file->commit());
  }
  CHECK(content(folder / "a") == "one two");
  {
    auto file = AtomicFile::create(folder / "a");
    REQUIRE(file);
    REQUIRE(file->write("never seen"));
    AtomicFile moved = *std::move(file);
  }
  CHECK(content(folder / "a") == "one two");
  CHECK(folder.names() == std::vector<std::string>{"a"});
}

TEST_CASE("a replaced file keeps its mode, a link its target") {
  const TemporaryFolder folder;
  write_file(folder / "real", {'x'});
  REQUIRE(::chmod((folder / "real").c_str(), 0640) == 0);
  std::filesystem::create_symlink("real", folder / "link");
  auto file = AtomicFile::create(folder / "link");
  REQUIRE(file);
  REQUIRE(file->write("new"));
  REQUIRE(file->commit());
  CHECK(std::filesystem::is_symlink(folder / "link"));
  CHECK(content(folder / "real") == "new");
  struct stat info {};
  REQUIRE(::stat((folder / "real").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0640);
}

TEST_CASE("a place that cannot be written is an error from the start") {
  const TemporaryFolder folder;
  write_file(folder / "file", {'x'});
  for (const std::string& path : {folder / "missing/a", folder / "file/a", folder.path().string(),
                                  std::string("/proc/a"), std::string()}) {
    CAPTURE(path);
    const auto file = AtomicFile::create(path);
    REQUIRE_FALSE(file);
    CHECK(file.error().code == ErrorCode::io);
    CHECK(file.error().where == path);
  }
  if (::geteuid() != 0) {  // root may write anywhere
    REQUIRE(::chmod(folder.path().c_str(), 0555) == 0);
    CHECK_FALSE(AtomicFile::create(folder / "a"));
    REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
  }
  CHECK(folder.names() == std::vector<std::string>{"file"});
}

TEST_CASE("devices are written to, not replaced") {
  auto null = AtomicFile::create("/dev/null");
  REQUIRE(null);
  CHECK(null->write("gone"));
  CHECK(null->commit());
  CHECK(std::filesystem::is_character_file("/dev/null"));
  auto full = AtomicFile::create("/dev/full");
  REQUIRE(full);
  CHECK_FALSE(full->write("no room"));
}

TEST_CASE("a write that fails half-way leaves nothing") {
  const TemporaryFolder folder;
  struct rlimit before {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  struct rlimit low = before;
  low.rlim_cur = 1000;
  const auto previous = std::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &low) == 0);
  {
    auto file = AtomicFile::create(folder / "a");
    const Status written = file ? file->write(std::string(5000, 'x')) : Status();
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    std::signal(SIGXFSZ, previous);
    REQUIRE(file);
    REQUIRE_FALSE(written);
    CHECK(written.error().code == ErrorCode::io);
  }
  CHECK(folder.names().empty());
}
