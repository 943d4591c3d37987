// SPDX-License-Identifier: MIT
// fcn-infer where something is wrong: exit codes, one line on stderr, and nothing left on the disk.
#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/tools/infer_scene.hpp"

using namespace fcn;
using namespace fcn::tools::test;
using nlohmann::json;

TEST_CASE("a bad picture among good ones costs only itself") {
  const InferScene scene;
  write_file(scene.folder / "bad.png", {1, 2, 3});
  const CommandResult result = scene.run(
      {scene.picture, scene.folder / "bad.png", scene.folder / "missing.jpg", scene.picture, "--json", "-"});
  CHECK(result.exit_code == 1);
  CHECK(std::count(result.out.begin(), result.out.end(), '\n') == 2);
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 2);
}

TEST_CASE("what cannot be run has its exit code and one line") {
  const InferScene scene;
  const std::string folder = scene.folder / "empty";
  std::filesystem::create_directory(folder);
  scene.write_ppm("small.ppm", 7, 20);
  const auto text = [](const std::string& content) { return Bytes(content.begin(), content.end()); };
  write_file(scene.folder / "huge.ppm", text("P6 300000 300000 255\n"));
  write_file(scene.folder / "zero.ppm", text("P6 0 0 255\n"));
  write_file(scene.folder / "text.model", text("not a model"));
  const auto expect = [&](int exit_code, const std::vector<std::string>& arguments) {
    CAPTURE(arguments);
    const CommandResult result = scene.run(arguments);
    CAPTURE(result.err);
    CHECK(result.exit_code == exit_code);
    CHECK(result.out.empty());
    CHECK(one_line(result.err));
  };
  expect(1, {scene.folder / "missing.png"});
  expect(1, {folder});
  expect(1, {scene.folder / "small.ppm"});
  expect(1, {scene.folder / "zero.ppm"});
  expect(4, {scene.folder / "huge.ppm"});
  expect(4, {scene.picture, "--resize", "60000x60000"});
  for (const std::vector<std::string>& usage :
       std::vector<std::vector<std::string>>{{},
                                             {"--nonsense"},
                                             {scene.picture, "-t", "0"},
                                             {scene.picture, "-t", "010x"},
                                             {scene.picture, "-k", "-1"},
                                             {scene.picture, "--pool-stride", "5"},
                                             {scene.picture, "--output-stride", "3"},
                                             {scene.picture, "--output-stride", "4"},
                                             {scene.picture, "--resize", "9"},
                                             {scene.picture, "--class", "green"},
                                             {scene.picture, "--scores", "both"},
                                             {scene.picture, "--algorithm", "best"},
                                             {scene.picture, "-q", "-v"},
                                             {scene.picture, "--npy", "-"},
                                             {scene.picture, "--npy", ""},
                                             {scene.picture, "--heat", "a.png", "--masked", "./a.png"},
                                             {scene.picture, "--json", "a", "--npy", "a"},
                                             {scene.picture, scene.picture, "--overlay", scene.picture}})
    expect(2, usage);
  expect(3, {"-m", scene.folder / "text.model", scene.picture});
  expect(3, {"-m", scene.folder / "no.model", scene.picture});
  expect(3, {"-m", scene.picture, scene.picture});
}

TEST_CASE("a small picture can be enlarged, as the message says") {
  const InferScene scene;
  scene.write_ppm("small.ppm", 7, 20);
  CHECK(scene.run({scene.folder / "small.ppm"}).err.find("--resize short:8") != std::string::npos);
  CHECK(scene.run({scene.folder / "small.ppm", "--resize", "short:8"}).exit_code == 0);
}

TEST_CASE("an output that cannot be written leaves nothing behind") {
  const InferScene scene;
  for (const char* const option : {"--json", "--npy", "--overlay"}) {
    CAPTURE(option);
    // Below a file and below nothing, root or not.
    for (const std::string& place :
         {scene.picture + "/out", scene.folder / "none/out", std::string("/proc/out")}) {
      const CommandResult result = scene.run({scene.picture, option, place});
      CHECK(result.exit_code == 1);
      CHECK(result.out.empty());
      CHECK(one_line(result.err));
    }
    CommandOptions full_disk;
    full_disk.file_size = 100;
    full_disk.output = "/dev/null";
    CHECK(scene.run({scene.picture, option, scene.folder / "out"}, full_disk).exit_code == 1);
    CHECK(scene.untouched());
    CHECK(scene.run({scene.picture, option, "/dev/full"}).exit_code == 1);
    if (::geteuid() != 0) {  // root may write anywhere
      const std::string closed = scene.folder / "closed";
      std::filesystem::create_directory(closed);
      REQUIRE(::chmod(closed.c_str(), 0555) == 0);
      CHECK(scene.run({scene.picture, option, closed + "/out"}).exit_code == 1);
      std::filesystem::remove(closed);
    }
  }
  CommandOptions full;
  full.output = "/dev/full";
  const CommandResult lost = scene.run({scene.picture, "--json", "-"}, full);
  CHECK(lost.exit_code == 1);
  CHECK(one_line(lost.err));
}

TEST_CASE("streams that cannot be written keep the exit codes as they are") {
  const InferScene scene;
  const CommandOptions full_error{.input = "", .output = "", .error = "/dev/full"};
  const CommandOptions no_error{.input = "", .output = "", .closed = {2}};
  const CommandOptions nothing_open{.input = "", .output = "", .closed = {0, 1, 2}};
  for (const CommandOptions& options : {full_error, no_error}) {
    CHECK(scene.run({scene.picture}, options).exit_code == 0);
    CHECK(scene.run({scene.folder / "none.png"}, options).exit_code == 1);
    CHECK(scene.run({"--nonsense"}, options).exit_code == 2);
    CHECK(scene.run({"-m", scene.picture, scene.picture}, options).exit_code == 3);
    CHECK(scene.run({"--max-memory", "1k", scene.picture}, options).exit_code == 4);
  }
  CHECK(scene.untouched());
  // Messages do not go into the file that would have had the number of the closed stream.
  CHECK(
      scene.run({"-q", scene.folder / "none.png", scene.picture, "--json", scene.folder / "a.json"}, no_error)
          .exit_code == 1);
  CHECK(json::parse(read_file(scene.folder / "a.json")).is_object());
  CHECK(scene.run({scene.picture}, nothing_open).exit_code == 1);
  const CommandOptions full{.input = "", .output = "/dev/full"};
  CHECK(scene.run({scene.picture}, full).exit_code == 1);
  CHECK(scene.run({"--help"}, full).exit_code == 1);
  CHECK(scene.run({"--version"}, full).err.find("No space left") != std::string::npos);
}

TEST_CASE("a device may take several outputs") {
  const InferScene scene;
  CHECK(scene.run({scene.picture, "--heat", "/dev/null", "--npy", "/dev/null"}).exit_code == 0);
}

TEST_CASE("a pipe that nothing writes to holds up no run") {
  const InferScene scene;
  const std::string folder = scene.folder / "pipes", pipe = folder + "/a.png", list = scene.folder / "list";
  std::filesystem::create_directory(folder);
  std::filesystem::copy_file(scene.picture, folder + "/b.ppm");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(scene.run({folder}).exit_code == 0);
  const std::string text = pipe + "\n" + scene.picture + "\n";
  write_file(list, Bytes(text.begin(), text.end()));
  for (const CommandResult& result : {scene.run({folder + "/*"}), scene.run({"--list", list})}) {
    CHECK(result.exit_code == 1);
    CHECK(one_line(result.err));
    CHECK(result.err.find("is not a regular file") != std::string::npos);
    CHECK_FALSE(result.out.empty());
  }
  // Named, it is waited for; a signal ends that. 137 would mean that it had to be killed.
  const CommandResult ended =
      run_command({"/usr/bin/timeout", "-k", "20", "0.5", FCN_INFER, "-m", scene.model, pipe});
  CHECK(ended.exit_code == 124);
}

TEST_CASE("no output takes the place of an input") {
  const InferScene scene;
  const Bytes before = read_file(scene.picture);
  const std::string other = scene.folder / "other.ppm";
  scene.write_ppm("other.ppm", 16, 16);
  std::filesystem::create_symlink("right.ppm", scene.folder / "soft");
  std::filesystem::create_hard_link(scene.picture, scene.folder / "hard");
  std::filesystem::create_directory(scene.folder / "layers");
  std::filesystem::create_symlink("../right.ppm", scene.folder / "layers/01-mean.png");
  write_file(scene.folder / "list", Bytes(scene.picture.begin(), scene.picture.end()));
  const auto refused = [&](const std::vector<std::string>& arguments) {
    const CommandResult result = scene.run(arguments);
    INFO(arguments[1] << ' ' << arguments[2] << ": " << result.err);
    CHECK(result.exit_code == 2);
    CHECK(result.err.find("which is an input") != std::string::npos);
  };
  refused({scene.picture, "--json", scene.picture});
  for (const char* option :
       {"--npy", "--csv", "--overlay", "--heat", "--masked", "--argmax", "--sheet", "--html"})
    refused({scene.picture, option, scene.picture});
  refused({scene.picture, "--overlay", scene.folder / "soft"});
  refused({scene.picture, "--overlay", scene.folder / "hard"});
  refused({scene.picture, "--npy", scene.folder / "./layers/../right.ppm"});
  refused({scene.picture, "--npy", scene.model});
  refused({"--list", scene.folder / "list", "--json", scene.folder / "list"});
  refused({other, scene.picture, "--json", scene.folder / "soft"});
  refused({scene.picture, "--layers", scene.folder / "layers"});
  std::filesystem::rename(other, scene.folder / "right.overlay.png");
  refused({scene.folder / "right.overlay.png", scene.picture, "--overlay", scene.folder.path()});
  CHECK(read_file(scene.picture) == before);
}
