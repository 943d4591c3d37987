// SPDX-License-Identifier: MIT
// One process and a thousand pictures, ten thousand in scripts/trust.sh: what a picture takes it gives back.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>

#include "tests/faults/fault_scene.hpp"

using namespace fcn;
using namespace fcn::tools::test;

namespace {

/// What a process holds.
struct Held {
  long kilobytes = 0, threads = 0, descriptors = 0;
};

Held held_by(pid_t process) {
  const std::string folder = "/proc/" + std::to_string(process);
  Held held;
  std::ifstream status(folder + "/status");
  for (std::string line; std::getline(status, line);) {
    std::istringstream words(line);
    std::string name;
    long value = 0;
    words >> name >> value;
    if (name == "VmRSS:") held.kilobytes = value;
    if (name == "Threads:") held.threads = value;
  }
  held.descriptors = std::distance(std::filesystem::directory_iterator(folder + "/fd"), {});
  return held;
}

/// The pictures of every format, those that cannot be read too, and some of random sizes.
std::vector<std::string> different_pictures(const InferScene& scene) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(FCN_TEST_IMAGES "/formats"))
    if (entry.path().extension() != ".json" && entry.file_size() < 50'000) paths.push_back(entry.path());
  std::mt19937 random(1);
  for (int i = 0; i < 60; ++i) {
    const std::string name = std::to_string(i) + ".ppm";
    scene.write_ppm(name, 8 + static_cast<int>(random() % 300), 8 + static_cast<int>(random() % 300));
    paths.push_back(scene.folder / name);
  }
  std::shuffle(paths.begin(), paths.end(), random);
  return paths;
}

std::size_t lines_of(const std::string& path) {
  const Bytes text = read_file(path);
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("a thousand pictures leave a process as it was after the first hundreds") {
  const InferScene scene;
  const std::string paths = scene.folder / "paths", results = scene.folder / "results";
  std::string round;
  const auto pictures = different_pictures(scene);
  for (const std::string& picture : pictures) round += picture + "\n";
  write_file(paths, {round.begin(), round.end()});
  const std::string once = scene.run({"-q", "--json", "-", "--list", "-"}, {.input = paths}).out;
  const auto in_a_round = static_cast<std::size_t>(std::count(once.begin(), once.end(), '\n'));
  REQUIRE(in_a_round > 60);

  const std::string pipe = scene.folder / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  RunningCommand running({FCN_INFER, "-q", "-t", "2", "-m", scene.model, "--json", "-", "--list", "-"},
                         {.input = pipe, .output = results});
  const int to = ::open(pipe.c_str(), O_WRONLY | O_CLOEXEC);
  REQUIRE(to >= 0);
  std::size_t rounds = 0;
  const auto run_rounds = [&](std::size_t count) {
    for (const std::size_t end = rounds + count; rounds < end; ++rounds)
      REQUIRE(::write(to, round.data(), round.size()) == static_cast<ssize_t>(round.size()));
    while (running.is_running() && lines_of(results) < rounds * in_a_round) ::usleep(20'000);
    return held_by(running.process());
  };
  const std::size_t all = thorough() ? 10'000 : 1'000;
  const Held first = run_rounds(3);
  const Held last = run_rounds(all / pictures.size() + 1 - rounds);
  ::close(to);
  CHECK(running.finish().exit_code <= 1);
  CAPTURE(first.kilobytes, last.kilobytes);
  CHECK(last.kilobytes <= first.kilobytes + 2048);
  CHECK(last.threads == first.threads);
  CHECK(last.descriptors == first.descriptors);
  tell_tried("pictures in one process", static_cast<long>(rounds * pictures.size()));
}
