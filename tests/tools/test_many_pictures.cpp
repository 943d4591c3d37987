// SPDX-License-Identifier: MIT
// fcn-infer on many pictures: where they come from, how far it is, what an interruption leaves, and how it
// goes on from there.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/tools/run_command.hpp"
#include "tests/tools/tiny_model.hpp"
#include "tools/infer/input_list.hpp"
#include "tools/outputs/json_lines_file.hpp"
#include "tools/shell/progress.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;
using nlohmann::json;

namespace {

Bytes bytes_of(const std::string& text) {
  return {text.begin(), text.end()};
}

/// A red picture of 9 x 9.
Bytes red_ppm() {
  Bytes bytes = bytes_of("P6 9 9 255\n");
  for (int i = 0; i < 81; ++i) bytes.insert(bytes.end(), {255, 0, 0});
  return bytes;
}

/// A folder with the tiny model and pictures, and what to run on them.
struct Scene {
  TemporaryFolder folder;

  Scene() {
    REQUIRE(write_tiny_model(folder / "tiny.safetensors"));
    for (const char* const name : {"a.ppm", "b.ppm", "c.ppm"}) write_file(folder / name, red_ppm());
  }
  [[nodiscard]] std::vector<std::string> command(const std::vector<std::string>& arguments) const {
    std::vector<std::string> words = {FCN_INFER, "-m", folder / "tiny.safetensors"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return words;
  }
  [[nodiscard]] CommandResult run(const std::vector<std::string>& arguments,
                                  const CommandOptions& options = {}) const {
    return run_command(command(arguments), options);
  }
  /// The pictures that a JSON file or text has lines of, without their folder.
  [[nodiscard]] std::string images_in(const std::string& lines) const {
    std::string names;
    std::istringstream in(lines);
    for (std::string line; std::getline(in, line);)
      names += std::filesystem::path(json::parse(line)["image"].get<std::string>()).filename().string() + " ";
    return names;
  }
  [[nodiscard]] std::string images_in_file(const std::string& name) const {
    const Bytes bytes = read_file(folder / name);
    return images_in({bytes.begin(), bytes.end()});
  }
  [[nodiscard]] bool no_temporary_file() const {
    const auto names = folder.names();
    return std::none_of(names.begin(), names.end(),
                        [](const auto& name) { return name.starts_with(".fcn-"); });
  }
};

/// The writing end of a named pipe, once somebody reads it.
class PipeEnd {
 public:
  explicit PipeEnd(const std::string& path) {
    for (int i = 0; i < 20'000 && fd_ < 0; ++i) {
      fd_ = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
      if (fd_ < 0) ::usleep(10'000);
    }
    REQUIRE(fd_ >= 0);
  }
  PipeEnd(const PipeEnd&) = delete;
  PipeEnd& operator=(const PipeEnd&) = delete;
  ~PipeEnd() { ::close(fd_); }

  void write(const Bytes& bytes) const {
    REQUIRE(::write(fd_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }

 private:
  int fd_ = -1;
};

}  // namespace

TEST_CASE("patterns are expanded, unless they are names") {
  const Scene scene;
  const auto listed = [&](const std::string& pattern) {
    std::string names;
    const InputList list = list_inputs({scene.folder / pattern});
    for (const std::string& path : list.images)
      names += std::filesystem::path(path).filename().string() + " ";
    return names + std::to_string(list.errors.size());
  };
  CHECK(listed("*.ppm") == "a.ppm b.ppm c.ppm 0");
  CHECK(listed("[ac].ppm") == "a.ppm c.ppm 0");
  CHECK(listed("?.ppm") == "a.ppm b.ppm c.ppm 0");
  CHECK(listed("*.jpg") == "1");
  CHECK(listed("missing.jpg") == "missing.jpg 0");
  write_file(scene.folder / "[ac].ppm", red_ppm());
  CHECK(listed("[ac].ppm") == "[ac].ppm 0");
}

TEST_CASE("lists have lines, of any kind, or names ended by NUL") {
  const TemporaryFolder folder;
  const auto listed = [&](const std::string& text) {
    write_file(folder / "list", bytes_of(text));
    InputList list;
    add_listed_inputs(folder / "list", list);
    CHECK(list.errors.size() == (list.images.empty() ? 1 : 0));
    return list.images;
  };
  using Names = std::vector<std::string>;
  CHECK(listed("a\nb*\n\n c \r\nd") == Names{"a", "b*", " c ", "d"});
  CHECK(listed(std::string("a\nb\0c\r\0", 7)) == Names{"a\nb", "c\r"});
  CHECK(listed("").empty());
  CHECK(listed("\n\n").empty());
  InputList missing;
  add_listed_inputs(folder / "none", missing);
  CHECK(missing.errors.size() == 1);
}

TEST_CASE("pictures come from lists and patterns, and a bad one costs only itself") {
  const Scene scene;
  write_file(scene.folder / "list", bytes_of((scene.folder / "c.ppm") + "\n" + (scene.folder / "gone.ppm") +
                                             "\n" + (scene.folder / "a.ppm")));
  CommandOptions from_list;
  from_list.input = scene.folder / "list";
  const CommandResult listed = scene.run({"--list", "-", "--json", "-"}, from_list);
  CHECK(listed.exit_code == 1);
  CHECK(scene.images_in(listed.out) == "c.ppm a.ppm ");
  const CommandResult matched = scene.run({scene.folder / "*.ppm", "--json", "-"});
  CHECK(matched.exit_code == 0);
  CHECK(scene.images_in(matched.out) == "a.ppm b.ppm c.ppm ");
  CHECK(scene.run({scene.folder / "*.jpg"}).exit_code == 1);
  CHECK(scene.run({"-", "--list", "-"}).exit_code == 2);
  CHECK(scene.run({"--list", scene.folder / "none"}).exit_code == 1);
}

TEST_CASE("progress says the rate and the time left in 79 columns") {
  CHECK(progress_line(0, 40, 0, 0, "a.png").starts_with("╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 0/40  a.png"));
  CHECK(
      progress_line(20, 40, 20, 10, "a.png").starts_with("━━━━━━━━╌╌╌╌╌╌╌╌ 20/40, 2.0/s, 10 s left  a.png"));
  // Half were there before: they tell nothing about the rate.
  CHECK(progress_line(20, 40, 10, 30, "a").find("20.0/min, 1 min 00 s left") != std::string::npos);
  CHECK(progress_line(1, 7201, 1, 1, "a").find("1.0/s, 2 h 00 min left") != std::string::npos);
  for (const std::size_t total : {2u, 1'000u, 4'000'000'000u}) {
    const std::string line = progress_line(1, total, 1, 1000, std::string(200, 'x') + "\x1b");
    CHECK(std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xc0) != 0x80; }) <= 79);
    CHECK(line.find('\x1b') == std::string::npos);
  }
}

TEST_CASE("Ctrl-C finishes the picture in hand, and a second one does not") {
  const Scene scene;
  // The second picture comes through a pipe, so that the test decides when it is there.
  REQUIRE(::mkfifo((scene.folder / "pipe").c_str(), 0600) == 0);
  const auto command = scene.command({scene.folder / "a.ppm", scene.folder / "pipe", scene.folder / "c.ppm",
                                      "--json", scene.folder / "all.json", "--npy", scene.folder / "maps"});
  {
    RunningCommand running(command);
    {
      const PipeEnd pipe(scene.folder / "pipe");
      running.interrupt();
      REQUIRE(running.says("finishing this picture"));
      pipe.write(red_ppm());
    }
    const CommandResult result = running.finish();
    CHECK(result.exit_code == 130);
    CHECK(result.err.find("interrupted after 2 of 3 pictures") != std::string::npos);
    CHECK(std::count(result.out.begin(), result.out.end(), '\n') == 2);
    CHECK(scene.images_in_file("all.json") == "a.ppm pipe ");
    CHECK(std::filesystem::exists(scene.folder / "maps/pipe.npy"));
    CHECK_FALSE(std::filesystem::exists(scene.folder / "maps/c.npy"));
  }
  std::filesystem::remove(scene.folder / "all.json");
  {
    RunningCommand running(command);
    const PipeEnd pipe(scene.folder / "pipe");
    running.interrupt();
    REQUIRE(running.says("finishing this picture"));
    running.interrupt();
    CHECK(running.finish().exit_code == 130);
    CHECK_FALSE(std::filesystem::exists(scene.folder / "all.json"));
  }
  CHECK(scene.no_temporary_file());
}

TEST_CASE("one picture is not waited for") {
  const Scene scene;
  REQUIRE(::mkfifo((scene.folder / "pipe").c_str(), 0600) == 0);
  RunningCommand running(scene.command({scene.folder / "pipe", "--json", scene.folder / "all.json"}));
  const PipeEnd pipe(scene.folder / "pipe");
  running.interrupt();
  CHECK(running.finish().exit_code == 130);
  CHECK_FALSE(std::filesystem::exists(scene.folder / "all.json"));
  CHECK(scene.no_temporary_file());
}

TEST_CASE("a run with --skip-existing goes on where a run ended and loses nothing") {
  const Scene scene;
  const std::vector<std::string> outputs = {"--json", scene.folder / "all.json", "--npy",
                                            scene.folder / "maps", "--skip-existing"};
  const auto run = [&](std::vector<std::string> pictures) {
    for (std::string& name : pictures) name = scene.folder / name;
    pictures.insert(pictures.end(), outputs.begin(), outputs.end());
    return scene.run(pictures);
  };
  CHECK(run({"a.ppm", "gone.ppm"}).exit_code == 1);
  CHECK(scene.images_in_file("all.json") == "a.ppm ");
  const CommandResult second = run({"a.ppm", "b.ppm", "c.ppm"});
  CHECK(second.exit_code == 0);
  CHECK(std::count(second.out.begin(), second.out.end(), '\n') == 2);
  CHECK(second.err == "fcn-infer: 1 of 3 pictures left out, their outputs are there\n");
  CHECK(scene.images_in_file("all.json") == "a.ppm b.ppm c.ppm ");
  // A picture lacks one of its files, another its line.
  std::filesystem::remove(scene.folder / "maps/b.npy");
  CHECK(run({"a.ppm", "b.ppm", "c.ppm"}).out.find("b.ppm") != std::string::npos);
  CHECK(scene.images_in_file("all.json") == "a.ppm b.ppm c.ppm b.ppm ");
  const CommandResult nothing_left = run({"a.ppm", "b.ppm", "c.ppm"});
  CHECK(nothing_left.exit_code == 0);
  CHECK(nothing_left.out.empty());
  CHECK(scene.images_in_file("all.json") == "a.ppm b.ppm c.ppm b.ppm ");
  // What is no result is neither kept nor overwritten.
  const Bytes torn = bytes_of("{\"schema\": \"fcn-infer/1\", \"image\": \"a\"}\n{\"torn");
  write_file(scene.folder / "all.json", torn);
  const CommandResult refused = run({"a.ppm"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.err.find("line 2") != std::string::npos);
  CHECK(read_file(scene.folder / "all.json") == torn);
  CHECK(scene.run({scene.folder / "a.ppm", "--skip-existing"}).exit_code == 2);
}

TEST_CASE("results of either kind of model are taken over, with names that are not UTF-8") {
  const TemporaryFolder folder;
  write_file(folder / "all.json",
             bytes_of("{\"schema\":\"fcn-infer-labels/1\",\"image\":\"a\\u0001\xef\xbf\xbd\"}\n"
                      "{\"image\":\"b\",\"schema\":\"fcn-infer/1\"}\n"));
  auto file = JsonLinesFile::resume(folder / "all.json");
  REQUIRE(file);
  CHECK(file->has("a\x01\xff"));
  CHECK(file->has("b"));
  CHECK_FALSE(file->has("c"));
  write_file(folder / "all.json", bytes_of("{\"schema\":\"fcn-infer-plan/1\",\"image\":\"a\"}\n"));
  CHECK_FALSE(JsonLinesFile::resume(folder / "all.json"));
}

TEST_CASE("a JSON file that would have no line does not appear, nor does it replace another") {
  const Scene scene;
  const std::string all = scene.folder / "all.json";
  const std::string gone = scene.folder / "gone.ppm", other = scene.folder / "other.ppm";
  CHECK(scene.run({gone, "--json", all}).exit_code == 1);
  CHECK_FALSE(std::filesystem::exists(all));
  CHECK(scene.run({gone, other, "--json", all}).exit_code == 1);
  CHECK_FALSE(std::filesystem::exists(all));
  CHECK(scene.no_temporary_file());
  CHECK(scene.run({scene.folder / "a.ppm", gone, "--json", all}).exit_code == 1);
  CHECK(scene.images_in_file("all.json") == "a.ppm ");
  CHECK(scene.run({gone, "--json", all}).exit_code == 1);
  CHECK(scene.images_in_file("all.json") == "a.ppm ");
  CHECK(scene.run({gone, "--json", all, "--skip-existing"}).exit_code == 1);
  CHECK(scene.images_in_file("all.json") == "a.ppm ");
}
