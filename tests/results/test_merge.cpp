// SPDX-License-Identifier: MIT
// fcn-merge: what it joins, what it refuses, and that the joined file does not depend on how the work was
// divided and killed.
#include <sys/file.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "tests/results/worker_scene.hpp"
#include "tools/merge/merge_results.hpp"
#include "tools/results/result_line.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;

namespace {

const std::string kRun = "0123456789abcdef";

std::string result_of(const std::string& image, int value = 1, const std::string& run = kRun) {
  return sealed_line(
             R"({"schema":"fcn-infer/1","image":")" + image + R"(","value":)" + std::to_string(value) + "}",
             run) +
         "\n";
}

std::string failure_of(const std::string& image, const std::string& why = "gone") {
  return sealed_line(error_object(image, {ErrorCode::io, why, ""}), kRun) + "\n";
}

std::uintmax_t size_of(const std::string& path) {
  std::error_code missing;
  const std::uintmax_t size = std::filesystem::file_size(path, missing);
  return missing ? 0 : size;
}

struct MergeScene {
  TemporaryFolder folder;
  std::string out = folder / "out";

  [[nodiscard]] CommandResult merge(const std::vector<std::string>& files,
                                    const std::vector<std::string>& options = {}) const {
    std::vector<std::string> words = {FCN_MERGE, "-o", out};
    for (const std::string& file : files) words.push_back(folder / file);
    words.insert(words.end(), options.begin(), options.end());
    std::filesystem::remove(out);
    return run_command(words);
  }
  [[nodiscard]] bool wrote_nothing() const { return !std::filesystem::exists(out); }
};

}  // namespace

TEST_CASE("lines of all files are joined in the order of their names") {
  const MergeScene scene;
  write_text(scene.folder / "1", result_of("b") + result_of("d"));
  write_text(scene.folder / "2", result_of("c") + result_of("a") + result_of("b"));
  write_text(scene.folder / "3", "");
  const CommandResult merged = scene.merge({"1", "2", "3"});
  CHECK(merged.exit_code == 0);
  CHECK(merged.out == "4 pictures in 3 files: 4 results, 0 failures; 1 repeated lines\n");
  const std::string all = result_of("a") + result_of("b") + result_of("c") + result_of("d");
  CHECK(text_in(scene.out) == all);
  // Any order, the joined file once more, a folder, and many at once.
  write_text(scene.folder / "all", all);
  CHECK(scene.merge({"3", "2", "1", "all"}).exit_code == 0);
  CHECK(text_in(scene.out) == all);
  std::filesystem::create_directory(scene.folder / "many");
  for (int i = 0; i < 500; ++i)
    write_text(scene.folder / ("many/" + std::to_string(i)), result_of(std::to_string(1000 + i)));
  CHECK(scene.merge({"many"}).exit_code == 0);
  REQUIRE(lines_of(text_in(scene.out)).size() == 500);
  CHECK(lines_of(text_in(scene.out))[77] + "\n" == result_of("1077"));
}

TEST_CASE("a result beats failures, and failures alone are told") {
  const MergeScene scene;
  write_text(scene.folder / "1", failure_of("a") + failure_of("b", "once") + result_of("c"));
  write_text(scene.folder / "2", failure_of("b", "twice") + failure_of("c") + result_of("a"));
  const CommandResult merged = scene.merge({"1", "2"});
  CHECK(merged.exit_code == 1);
  CHECK(text_in(scene.out) == result_of("a") + failure_of("b", "twice") + result_of("c"));
}

TEST_CASE("gaps are named if the list is given, and nothing is written") {
  const MergeScene scene;
  write_text(scene.folder / "1", result_of("a") + result_of("b"));
  const auto with_list = [&](const std::string& list, std::vector<std::string> options = {}) {
    write_text(scene.folder / "list", list);
    options.insert(options.end(), {"--list", scene.folder / "list"});
    return scene.merge({"1"}, options);
  };
  CHECK(with_list("b\na\na\n").exit_code == 0);
  CHECK(text_in(scene.out) == result_of("a") + result_of("b"));
  const CommandResult gap = with_list("a\nb\nc\nd\n");
  CHECK(gap.exit_code == 3);
  CHECK(gap.err.find("c has no line") != std::string::npos);
  CHECK(gap.out.find("2 pictures missing") != std::string::npos);
  CHECK(scene.wrote_nothing());
  CHECK(with_list("a\nb\nc\n", {"--partial"}).exit_code == 3);
  CHECK(text_in(scene.out) == result_of("a") + result_of("b"));
  const CommandResult extra = with_list("a\n");
  CHECK(extra.exit_code == 3);
  CHECK(extra.err.find("\"b\" has a line, but the list does not name it") != std::string::npos);
  CHECK(scene.wrote_nothing());
  CHECK(with_list("a\nb\n\xff\n").exit_code == 3);
  // CRC-32: a is 0xe8b7be43 and in the second of two shares, b is 0x71beeff9 and in the second, too; c is
  // 0x06b9df6f and in the second, d is 0x98dd4acc and in the first.
  CHECK(with_list("a\nb\nd\n", {"--shard", "2/2"}).exit_code == 0);
  CHECK(with_list("a\nb\nc\n", {"--shard", "2/2"}).exit_code == 3);
  CHECK(with_list("a\nb\n", {"--shard", "1/2"}).exit_code == 3);
  CHECK(scene.merge({"1"}, {"--shard", "1/2"}).exit_code == 2);
  std::string many;
  for (int i = 0; i < 100; ++i) many += "x" + std::to_string(i) + "\n";
  CHECK(lines_of(with_list(many).err).size() < 20);
  CHECK(scene.merge({"1"}, {"--list", scene.folder / "none"}).exit_code == 6);
}

TEST_CASE("what contradicts itself or is damaged is not joined") {
  const MergeScene scene;
  write_text(scene.folder / "1", result_of("a") + result_of("b"));
  write_text(scene.folder / "other", result_of("c") + result_of("b", 2));
  const CommandResult differs = scene.merge({"1", "other"}, {"--partial"});
  CHECK(differs.exit_code == 4);
  CHECK(differs.err.find("other: line 2 says something else of \"b\"") != std::string::npos);
  CHECK(scene.wrote_nothing());
  write_text(scene.folder / "run", result_of("c", 1, "ffffffffffffffff"));
  CHECK(scene.merge({"1", "run"}).exit_code == 4);

  std::string bits = result_of("c");
  bits[40] = '?';
  for (const std::string& damage : {bits, result_of("c").substr(0, 30), std::string("\n")}) {
    write_text(scene.folder / "damaged", damage);
    const CommandResult damaged = scene.merge({"1", "damaged"});
    CHECK(damaged.exit_code == 4);
    CHECK(damaged.err.find("damaged: line 1") != std::string::npos);
    CHECK(scene.wrote_nothing());
    // With the list it is known whether anything is missing.
    write_text(scene.folder / "list", "a\nb\n");
    CHECK(scene.merge({"1", "damaged"}, {"--list", scene.folder / "list"}).exit_code == 0);
    write_text(scene.folder / "list", "a\nb\nc\n");
    CHECK(scene.merge({"1", "damaged"}, {"--list", scene.folder / "list"}).exit_code == 3);
    CHECK(scene.merge({"1", "damaged"}, {"--partial"}).exit_code == 4);
    CHECK(text_in(scene.out) == result_of("a") + result_of("b"));
  }
}

TEST_CASE("every way to cut a worker's file is noticed") {
  const MergeScene scene;
  const std::string whole = failure_of("a") + result_of("b");
  write_text(scene.folder / "list", "a\nb\n");
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    write_text(scene.folder / "1", whole.substr(0, cut));
    MergeRequest request;
    request.files = {scene.folder / "1"};
    request.list = scene.folder / "list";
    const auto report = merge_results(request);
    REQUIRE(report);
    CHECK(report->is_complete() == (cut == whole.size()));
    CHECK(report->failures + report->results + report->missing == 2);
    const std::string left = whole.substr(0, cut);
    CHECK((report->damaged == 0) == (left.empty() || left.back() == '\n'));
  }
}

TEST_CASE("the command refuses what it cannot use") {
  const MergeScene scene;
  write_text(scene.folder / "1", result_of("a"));
  CHECK(run_command({FCN_MERGE}).exit_code == 2);
  CHECK(run_command({FCN_MERGE, "--help"}).exit_code == 0);
  CHECK(run_command({FCN_MERGE, scene.folder / "1"}).exit_code == 0);
  CHECK(run_command({FCN_MERGE, scene.folder / "none"}).exit_code == 6);
  CHECK(run_command({FCN_MERGE, "/dev/null"}).exit_code == 6);
  CHECK(run_command({FCN_MERGE, scene.folder / "1", "-o", scene.folder / "1"}).exit_code == 2);
  CHECK(text_in(scene.folder / "1") == result_of("a"));
  CHECK(run_command({FCN_MERGE, scene.folder / "1", "-o", scene.folder / "none/out"}).exit_code == 6);
  const int fd = ::open((scene.folder / "1").c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(::flock(fd, LOCK_EX) == 0);
  CHECK(scene.merge({"1"}).exit_code == 5);
  ::close(fd);
  CHECK(scene.merge({"1"}).exit_code == 0);
}

TEST_CASE("a joined file that does not fit on the disk leaves nothing, and has its exit code") {
  const MergeScene scene;
  write_text(scene.folder / "1", result_of("a") + result_of("b"));
  CommandOptions full;
  full.file_size = 100;
  full.output = full.error = "/dev/null";
  CHECK(run_command({FCN_MERGE, "-o", scene.out, scene.folder / "1"}, full).exit_code == 6);
  CHECK(scene.folder.names() == std::vector<std::string>{"1"});
}

TEST_CASE("workers that are killed at any moment end with what one worker makes") {
  const WorkerScene scene;
  std::string list;
  for (int i = 0; i < 40; ++i)
    list += scene.add_picture("p" + std::to_string(i) + ".ppm", (i * 37) % 256) + "\n";
  write_text(scene.folder / "broken.ppm", "P6 9 9 255\nshort");
  for (int twice = 0; twice < 2; ++twice) list += (scene.folder / "broken.ppm") + "\n";
  const std::string paths = scene.folder / "list";
  write_text(paths, list);
  const auto merged = [&](const std::vector<std::string>& files, const std::string& out) {
    std::vector<std::string> words = {FCN_MERGE, "-q", "--list", paths, "-o", out};
    words.insert(words.end(), files.begin(), files.end());
    CHECK(run_command(words).exit_code == 1);  // one picture fails
    return text_in(out);
  };
  CHECK(scene.run({"--list", paths, "--results", scene.folder / "one"}).exit_code == 1);
  const std::string expected = merged({scene.folder / "one"}, scene.folder / "one.merged");
  REQUIRE(lines_of(expected).size() == 41);

  std::mt19937 random(17);
  int killed = 0;
  for (int round = 0; round < 6; ++round) {
    std::vector<std::string> files;
    for (int number = 1; number <= 2; ++number) {
      const std::string file = scene.folder / ("r" + std::to_string(round) + "." + std::to_string(number));
      files.push_back(file);
      const auto command = scene.command({"--list", paths, "--shard", std::to_string(number) + "/2",
                                          "--results", file, "--resume", "--keep-failed", "-q"});
      for (int attempt = 0;; ++attempt) {
        RunningCommand worker(command);
        // The first attempts die when they have written so many bytes, or a little later.
        if (attempt < 4) {
          const auto enough = size_of(file) + 1 + random() % 6000;
          for (int i = 0; i < 2000 && size_of(file) < enough && worker.is_running(); ++i) ::usleep(200);
          ::usleep(static_cast<useconds_t>(random() % 1000));
          worker.kill();
        }
        const int code = worker.finish().exit_code;
        killed += code == 128 + SIGKILL ? 1 : 0;
        if (code != 128 + SIGKILL) {
          CHECK((code == 0 || code == 1));
          break;
        }
        // A torn line of the kill is rare; here is one.
        if (attempt == 1 && size_of(file) > 20) std::filesystem::resize_file(file, size_of(file) - 17);
      }
    }
    CHECK(merged(files, scene.folder / "merged") == expected);
  }
  CHECK(killed >= 6);
}
