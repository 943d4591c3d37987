// SPDX-License-Identifier: MIT
// Lines of results and the file that holds them: what a reader can tell from a line, and what is left of a
// file that was cut anywhere.
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>

#include "tests/results/worker_scene.hpp"
#include "tools/results/crc32.hpp"
#include "tools/results/line_scan.hpp"
#include "tools/results/result_line.hpp"
#include "tools/results/results_file.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;

namespace {

const std::string kRun = "0123456789abcdef";

std::string object_of(const std::string& image, int value = 1) {
  return R"({"schema":"fcn-infer/1","image":")" + image + R"(","value":)" + std::to_string(value) + "}";
}

Result<ResultsFile> open_for(const std::string& path, Standing standing = Standing::results) {
  return ResultsFile::open(path, kRun, standing);
}

}  // namespace

TEST_CASE("a sealed line says its picture, its run and whether it failed") {
  const std::string line = sealed_line(object_of("a\\\"b.ppm"), kRun);
  const std::string body = R"({"schema":"fcn-infer/1","image":"a\"b.ppm","value":1,"run":"0123456789abcdef")";
  char digits[9];
  std::snprintf(digits, sizeof digits, "%08x", crc32_of(body));
  CHECK(line == body + R"(,"crc32":")" + digits + "\"}");
  const auto read = read_result_line(line);
  REQUIRE(read);
  CHECK(read->image == R"("a\"b.ppm")");
  CHECK(read->run == kRun);
  CHECK_FALSE(read->failed);

  const std::string failed = sealed_line(error_object("x\n", {ErrorCode::io, "cannot open", "x"}), kRun);
  const auto failure = read_result_line(failed);
  REQUIRE(failure);
  CHECK(failure->failed);
  CHECK(failure->image == R"("x\n")");
  CHECK(failed.find(R"("error":{"code":"input/output","message":"x: cannot open"})") != std::string::npos);
}

TEST_CASE("no changed, shortened or lengthened line is taken for a result") {
  const std::string line = sealed_line(object_of("a.ppm"), kRun);
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (read_result_line(line.substr(0, i))) FAIL("the first " << i << " bytes pass");
    if (i > 0 && read_result_line(line.substr(i))) FAIL("the bytes from " << i << " pass");
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = line;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      if (read_result_line(changed)) FAIL("bit " << bit << " of byte " << i << " may change");
    }
  }
  CHECK_FALSE(read_result_line(line + " "));
  CHECK_FALSE(read_result_line(line + "\r"));
  // Lines with a right checksum that are no results.
  for (const char* const object :
       {R"({"schema":"fcn-infer/2","image":"a"})", R"({"image":"a"})", "{}",
        R"({"schema":"fcn-infer/1","image":null})", R"({"schema":"fcn-infer/1","image":"a})"})
    CHECK_FALSE(read_result_line(sealed_line(object, kRun)));
  const std::string bare = R"({"schema":"fcn-infer/1","image":"a")";
  char digits[9];
  std::snprintf(digits, sizeof digits, "%08x", crc32_of(bare));
  CHECK_FALSE(read_result_line(bare + R"(,"crc32":")" + digits + "\"}"));
}

TEST_CASE("lines are read whole, wherever pieces of the file end") {
  const TemporaryFolder folder;
  std::string text;
  for (const std::size_t size : {0u, 1u, (1u << 20) - 1u, 1u << 20, 5u, (3u << 20) + 7u, 0u})
    text += std::string(size, 'x') + "\n";
  text += "rest";
  write_text(folder / "file", text);
  const int fd = ::open((folder / "file").c_str(), O_RDONLY);
  std::string again;
  std::uint64_t count = 0;
  REQUIRE(scan_lines(fd, "file", [&](const ScannedLine& line) -> Status {
    CHECK(line.offset == again.size());
    CHECK(line.number == ++count);
    CHECK(line.whole == (line.text != "rest"));
    again += line.text;
    if (line.whole) again += '\n';
    return {};
  }));
  ::close(fd);
  CHECK(count == 8);
  CHECK(again == text);
}

TEST_CASE("a file cut after any byte keeps its whole lines and takes the others again") {
  const TemporaryFolder folder;
  const std::string path = folder / "results";
  const std::vector<std::string> images = {"a", "b", "c"};
  {
    auto file = open_for(path);
    REQUIRE(file);
    for (const std::string& image : images) REQUIRE(file->append(image, object_of(image)));
  }
  const std::string whole = text_in(path);
  REQUIRE(lines_of(whole).size() == 3);
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    const std::string left = whole.substr(0, cut);
    write_text(path, left);
    const auto lines = static_cast<std::size_t>(std::count(left.begin(), left.end(), '\n'));
    {
      auto file = open_for(path);
      REQUIRE(file);
      const std::string kept = text_in(path);
      CHECK(kept == left.substr(0, left.rfind('\n') + 1));
      CHECK(file->notes().size() == (kept.size() == left.size() ? 0 : 1));
      for (std::size_t i = 0; i < images.size(); ++i) {
        CHECK(file->has(images[i]) == (i < lines));
        if (!file->has(images[i])) REQUIRE(file->append(images[i], object_of(images[i])));
        CHECK(file->has(images[i]));
      }
    }
    CHECK(text_in(path) == whole);
  }
}

TEST_CASE("a damaged line is named, stays where it is and does not count") {
  const TemporaryFolder folder;
  const std::string path = folder / "results";
  const std::string a = sealed_line(object_of("a"), kRun), c = sealed_line(object_of("c"), kRun);
  std::string b = sealed_line(object_of("b"), kRun);
  b[b.find("value")] = 'V';
  write_text(path, a + "\n" + b + "\n" + c + "\n");
  auto file = open_for(path);
  REQUIRE(file);
  REQUIRE(file->notes().size() == 1);
  CHECK(file->notes()[0].find("line 2") != std::string::npos);
  CHECK(file->notes()[0].find("CRC-32") != std::string::npos);
  CHECK(file->has("a"));
  CHECK_FALSE(file->has("b"));
  CHECK(file->has("c"));
  REQUIRE(file->append("b", object_of("b")));
  CHECK(lines_of(text_in(path)).size() == 4);
}

TEST_CASE("what counts is chosen: nothing, results, or failures too") {
  const TemporaryFolder folder;
  const std::string path = folder / "results";
  const std::string good = sealed_line(object_of("good"), kRun);
  const std::string bad = sealed_line(error_object("bad", {ErrorCode::io, "gone", ""}), kRun);
  const std::string mended_before = sealed_line(error_object("mended", {ErrorCode::io, "gone", ""}), kRun);
  const std::string mended = sealed_line(object_of("mended"), kRun);
  write_text(path, good + "\n" + bad + "\n" + mended_before + "\n" + mended + "\n");
  const auto counts = [&](Standing standing) {
    const auto file = open_for(path, standing);
    REQUIRE(file);
    return std::to_string(file->has("good")) + std::to_string(file->has("bad")) +
           std::to_string(file->has("mended"));
  };
  CHECK(counts(Standing::none) == "000");
  CHECK(counts(Standing::results) == "101");
  CHECK(counts(Standing::all_outcomes) == "111");
}

TEST_CASE("files of other runs and of other kinds are left as they are") {
  const TemporaryFolder folder;
  const std::string path = folder / "results";
  const auto refused = [&](const std::string& text) {
    write_text(path, text);
    const auto file = open_for(path);
    CHECK(text_in(path) == text);
    REQUIRE_FALSE(file);
    CHECK(file.error().code == ErrorCode::invalid_argument);
    CHECK(file.error().where == path);
    return file.error().message;
  };
  CHECK(refused(sealed_line(object_of("a"), "ffffffffffffffff") + "\n{\"torn").find("line 1") == 0);
  CHECK(refused("my shopping list").find("is not a results file") == 0);
  CHECK(refused("name,score\na,1\n").find("is not a results file") == 0);
  CHECK(refused("{\"schema\":\"fcn-infer/1\",\"image\":\"a\"}\n").find("is not a results file") == 0);
  CHECK_FALSE(open_for(folder / ""));
  CHECK_FALSE(open_for("/dev/null"));
  CHECK_FALSE(open_for(folder / "none/results"));
  write_text(path, std::string(40, '\0'));  // what a power failure leaves
  CHECK(open_for(path));
  CHECK(text_in(path).empty());
}

TEST_CASE("a file has one writer") {
  const TemporaryFolder folder;
  {
    const auto first = open_for(folder / "results");
    REQUIRE(first);
    const auto second = open_for(folder / "results");
    REQUIRE_FALSE(second);
    CHECK(second.error().code == ErrorCode::busy);
  }
  CHECK(open_for(folder / "results"));
}

TEST_CASE("a full disk leaves no part of a line") {
  const TemporaryFolder folder;
  const std::string path = folder / "results";
  const std::string line = sealed_line(object_of("a"), kRun) + "\n";
  auto file = open_for(path);
  REQUIRE(file);
  REQUIRE(file->append("a", object_of("a")));
  struct rlimit before {};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const struct rlimit tight { line.size() + 10, before.rlim_max };
  std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &tight);
  const Status appended = file->append("b", object_of("b"));
  ::setrlimit(RLIMIT_FSIZE, &before);
  REQUIRE_FALSE(appended);
  CHECK(appended.error().code == ErrorCode::io);
  CHECK_FALSE(file->has("b"));
  CHECK(text_in(path) == line);
}
