// SPDX-License-Identifier: MIT
// fcn-infer as a worker: what its results file holds after every kind of end, and what it tells a scheduler.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/results/worker_scene.hpp"
#include "tools/results/result_line.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;
using nlohmann::json;

namespace {

/// The names of the pictures that have lines, without folders; "!" after those that failed.
std::string pictures_in(const std::string& path) {
  std::string names;
  for (const std::string& line : lines_of(text_in(path))) {
    const auto read = read_result_line(line);
    REQUIRE(read);
    const std::string image = json::parse(read->image).get<std::string>();
    names += image.substr(image.rfind('/') + 1) + (read->failed ? "! " : " ");
  }
  return names;
}

/// The list of a worker that waits: a pipe on its standard input, as a file name, and the end to write to.
class ListPipe {
 public:
  explicit ListPipe(const std::string& path) : path_(path) {
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    fd_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC);  // does not wait for the reader
    REQUIRE(fd_ >= 0);
  }
  ListPipe(const ListPipe&) = delete;
  ListPipe& operator=(const ListPipe&) = delete;
  ~ListPipe() { close(); }

  void write(const std::string& text) const {
    REQUIRE(::write(fd_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  int fd_ = -1;
};

/// Waits until the file has `count` lines; false if that takes minutes.
bool has_lines(const std::string& path, std::size_t count) {
  for (int i = 0; i < 20'000; ++i) {
    if (lines_of(text_in(path)).size() >= count) return true;
    ::usleep(10'000);
  }
  return false;
}

}  // namespace

TEST_CASE("a worker appends a line for each picture and goes on where it ended") {
  const WorkerScene scene;
  const std::string results = scene.folder / "results";
  const std::string a = scene.add_picture("a.ppm", 255), b = scene.add_picture("b.ppm", 0);
  const std::string c = scene.folder / "c.ppm";
  CHECK(scene.run({a, c, a, "--results", results}).exit_code == 1);
  CHECK(pictures_in(results) == "a.ppm c.ppm! ");
  const std::string before = text_in(results);
  CHECK(before.find("time_ms") == std::string::npos);
  CHECK(json::parse(lines_of(before)[0])["predicted"]["label"] == "red");
  CHECK(json::parse(lines_of(before)[1])["error"]["code"] == "input/output");

  const CommandResult kept = scene.run({a, b, c, "--results", results, "--resume", "--keep-failed"});
  CHECK(kept.exit_code == 0);
  CHECK(kept.err == "fcn-infer: 2 of 3 pictures left out, their results are there\n");
  CHECK(pictures_in(results) == "a.ppm c.ppm! b.ppm ");
  CHECK(text_in(results).starts_with(before));
  static_cast<void>(scene.add_picture("c.ppm", 128));
  CHECK(scene.run({a, b, c, "--results", results, "--resume"}).exit_code == 0);
  CHECK(pictures_in(results) == "a.ppm c.ppm! b.ppm c.ppm ");
  CHECK(scene.run({a, b, c, "--results", results, "--resume"}).out.empty());
  CHECK(scene.run({a, "--results", results}).exit_code == 0);  // without --resume it runs
  CHECK(pictures_in(results) == "a.ppm c.ppm! b.ppm c.ppm a.ppm ");
  CHECK(lines_of(text_in(results))[4] == lines_of(before)[0]);
}

TEST_CASE("results of other models and options are not mixed") {
  const WorkerScene scene;
  const std::string results = scene.folder / "results", a = scene.add_picture("a.ppm", 255);
  CHECK(scene.run({a, "--results", results}).exit_code == 0);
  const std::string before = text_in(results);
  for (const std::vector<std::string>& changed :
       std::vector<std::vector<std::string>>{{"--top", "2"},
                                             {"--class", "red"},
                                             {"--scores", "logits"},
                                             {"--activation", "sigmoid"},
                                             {"--regions", "all"},
                                             {"--resize", "20x20"},
                                             {"--no-exif"},
                                             {"--scales", "1,2"},
                                             {"--algorithm", "direct"},
                                             {"--placement", "stretch"}}) {
    std::vector<std::string> arguments = {a, "--results", results, "--resume"};
    arguments.insert(arguments.end(), changed.begin(), changed.end());
    const CommandResult result = scene.run(arguments);
    INFO(changed[0] << ": " << result.err);
    CHECK(result.exit_code == 2);
    CHECK(text_in(results) == before);
  }
  CHECK(scene.run({a, "--results", results, "--resume", "--quiet", "--json", "-"}).exit_code == 0);
  REQUIRE(write_tiny_pixel_model(scene.model));
  CHECK(scene.run({a, "--results", results, "--resume"}).exit_code == 2);
  CHECK(scene.run({a, "--results", scene.folder / "labels"}).exit_code == 0);
  CHECK(text_in(scene.folder / "labels").find("\"runs\":") != std::string::npos);
  CHECK(text_in(scene.folder / "labels").find("time_ms") == std::string::npos);
}

TEST_CASE("what --results cannot be combined with is refused") {
  const WorkerScene scene;
  const std::string a = scene.add_picture("a.ppm", 255), results = scene.folder / "results";
  const auto refused = [&](const std::vector<std::string>& arguments) {
    std::vector<std::string> all = {a};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const CommandResult result = scene.run(all);
    INFO(arguments.back() << ": " << result.err);
    CHECK(result.exit_code == 2);
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  };
  refused({"--resume"});
  refused({"--results", results, "--keep-failed"});
  refused({"--results", results, "--plan"});
  refused({"--results", results, "--profile"});
  refused({"--results", results, "--compare-windows"});
  refused({"--results", results, "--npy", scene.folder / "maps", "--skip-existing"});
  refused({"--results", "-"});
  refused({"--results", "/dev/null"});
  refused({"--results", a});
  refused({"--results", scene.model});
  refused({"--results", results, "--json", results});
  refused({"--results", results, "--npy", results});
  refused({"--results", results, "--retries", "21"});
  CHECK_FALSE(std::filesystem::exists(results));
}

TEST_CASE("a name that no line could hold fails, and costs only itself") {
  const WorkerScene scene;
  const std::string results = scene.folder / "results";
  const std::string a = scene.add_picture("a\xff.ppm", 255), b = scene.add_picture("b\n\"\\.ppm", 255);
  const CommandResult result = scene.run({a, b, "--results", results});
  CHECK(result.exit_code == 1);
  CHECK(result.err.find("not UTF-8") != std::string::npos);
  CHECK(pictures_in(results) == "b\n\"\\.ppm ");
  CHECK(scene.run({b, "--results", results, "--resume"}).out.empty());
}

TEST_CASE("two workers do not share a file, and a full disk ends a run with a code of its own") {
  const WorkerScene scene;
  const std::string a = scene.add_picture("a.ppm", 255), b = scene.add_picture("b.ppm", 9);
  const std::string results = scene.folder / "results";
  CHECK(scene.run({a, "--results", results}).exit_code == 0);
  const std::string before = text_in(results);
  const int fd = ::open(results.c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(::flock(fd, LOCK_EX) == 0);
  const CommandResult busy = scene.run({a, b, "--results", results, "--resume"});
  ::close(fd);
  CHECK(busy.exit_code == 5);
  CHECK(busy.err.find("another process is writing this file") != std::string::npos);
  CHECK(text_in(results) == before);
  CommandOptions full;
  full.file_size = before.size() + 100;
  full.output = full.error = "/dev/null";
  CHECK(scene.run({a, b, "--results", results, "--resume"}, full).exit_code == 6);
  CHECK(text_in(results) == before);
  CHECK(scene.run({a, b, "--results", results, "--resume"}).exit_code == 0);
  CHECK(pictures_in(results) == "a.ppm b.ppm ");
}

TEST_CASE("a picture that comes late is tried again") {
  const WorkerScene scene;
  const std::string late = scene.folder / "late.ppm", results = scene.folder / "results";
  const std::string other = scene.add_picture("other.ppm", 7);
  RunningCommand running(scene.command({late, other, "--results", results, "--retries", "9"}));
  ::usleep(300'000);
  static_cast<void>(scene.add_picture(".late", 255));
  std::filesystem::rename(scene.folder / ".late", late);
  CHECK(running.finish().exit_code == 0);
  CHECK(pictures_in(results) == "late.ppm other.ppm ");
  // What is no matter of time is not.
  write_text(scene.folder / "broken.ppm", "P6 9 9 255\nshort");
  CHECK(scene.run({scene.folder / "broken.ppm", "--retries", "20"}).exit_code == 1);
  // A signal ends the waiting.
  RunningCommand waiting(scene.command({scene.folder / "never.ppm", other, "--retries", "20"}));
  ::usleep(300'000);
  waiting.interrupt();
  CHECK(waiting.finish().exit_code == 130);
}

TEST_CASE("paths on standard input are run as they come") {
  const WorkerScene scene;
  const std::string results = scene.folder / "results";
  const std::string a = scene.add_picture("a.ppm", 255), b = scene.add_picture("b.ppm", 9);
  ListPipe list(scene.folder / "list");
  CommandOptions from_pipe;
  from_pipe.input = list.path();
  {
    RunningCommand worker(scene.command({"--list", "-", "--results", results, "--json", "-"}), from_pipe);
    list.write(a + "\n" + b.substr(0, 5));
    REQUIRE(has_lines(results, 1));  // the second is not there yet
    list.write(b.substr(5) + "\r\n\n/dev/zero\n-\n" + results + "\n");
    REQUIRE(has_lines(results, 2));
    REQUIRE(worker.says("which is an input"));
    // It waits, and a signal ends that; nothing is lost.
    worker.interrupt();
    const CommandResult result = worker.finish();
    CHECK(result.exit_code == 130);
    CHECK(lines_of(result.out).size() == 2);
    CHECK(result.err.find("/dev/zero: is not a regular file") != std::string::npos);
    CHECK(result.err.find("standard input is the list already") != std::string::npos);
    CHECK(result.err.find("interrupted after 2 pictures") != std::string::npos);
  }
  CHECK(pictures_in(results) == "a.ppm b.ppm ");
}

TEST_CASE("a list on standard input ends with it, its names with newlines or NULs") {
  const WorkerScene scene;
  const std::string results = scene.folder / "results";
  const std::string a = scene.add_picture("a.ppm", 255), b = scene.add_picture("b\n.ppm", 9);
  const auto run = [&](const std::string& list) {
    write_text(scene.folder / "list", list);
    CommandOptions from_list;
    from_list.input = scene.folder / "list";
    std::filesystem::remove(results);
    return scene.run({"--list", "-", "--results", results}, from_list);
  };
  CHECK(run(a + "\n" + a).exit_code == 0);
  CHECK(pictures_in(results) == "a.ppm ");
  CHECK(run(a + std::string(1, '\0') + b + std::string(1, '\0')).exit_code == 0);
  CHECK(pictures_in(results) == "a.ppm b\n.ppm ");
  CHECK(run("").exit_code == 1);
  CHECK(run("\n\n").exit_code == 1);
  // A NUL that comes when lines were read already is not guessed about.
  std::string much = a + "\n";
  while (much.size() < 200'000) much += "\n";
  const CommandResult mixed = run(much + b + std::string(1, '\0') + "\n" + a + "\n");
  CHECK(mixed.exit_code == 1);
  CHECK(mixed.err.find("and then a NUL") != std::string::npos);
  const CommandResult endless = run(a + "\n" + std::string(3 << 20, 'x'));
  CHECK(endless.exit_code == 1);
  CHECK(endless.err.find("longer than 1 MiB") != std::string::npos);
  CHECK(pictures_in(results) == "a.ppm ");
}
