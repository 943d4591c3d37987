// SPDX-License-Identifier: MIT
// Runs fuzz targets without a fuzzer: on their seeds, on each seed cut short and changed in many places, and
// on the files of folders, where findings of the past lie.
//
//   fuzz_replay list                     the targets' names
//   fuzz_replay write TARGET FOLDER      writes the target's seeds
//   fuzz_replay run TARGET [FILE|FOLDER...]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz_target.hpp"

namespace {

using namespace fcn::fuzz;
namespace fs = std::filesystem;

constexpr int kChanges = 300;        // of all seeds together
constexpr double kMostSeconds = 20;  // of one input, under a sanitizer too

/// What is being run, for a crash.
std::string running;

void run_one(const Target& target, const std::string& input, const std::string& what) {
  running = what;
  // A copy of its own size, so that a sanitizer sees the end.
  const std::vector<std::uint8_t> bytes(input.begin(), input.end());
  const auto start = std::chrono::steady_clock::now();
  target.run(bytes);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  if (seconds.count() > kMostSeconds) broken(what + " took " + std::to_string(seconds.count()) + " s");
}

/// Cut short, with bits flipped, bytes set to what is often wrong, and parts doubled or left out.
std::string changed(std::string input, std::mt19937& random) {
  if (input.empty()) return input;
  const auto below = [&](std::size_t count) { return static_cast<std::size_t>(random() % count); };
  for (int changes = 1 + static_cast<int>(below(4)); changes > 0 && !input.empty(); --changes) {
    const std::size_t at =
        below(2) == 0 ? below(input.size()) : below(std::min<std::size_t>(input.size(), 64));
    constexpr unsigned char kValues[] = {0, 1, 0x7f, 0x80, 0xff, '9', '-', '"'};
    switch (below(5)) {
      case 0:
        input[at] = static_cast<char>(static_cast<unsigned char>(input[at]) ^ (1u << below(8)));
        break;
      case 1:
        input[at] = static_cast<char>(kValues[below(std::size(kValues))]);
        break;
      case 2:
        input.erase(at, below(8) + 1);
        break;
      case 3:
        input.insert(at, input.substr(below(input.size()), below(16) + 1));
        break;
      default:
        input.resize(below(4) == 0 ? at : input.size());
    }
  }
  return input;
}

void run_seeds(const Target& target) {
  const std::vector<std::string> seeds = target.seeds();
  if (seeds.empty()) broken(std::string(target.name) + " has no seeds");
  std::mt19937 random(1);
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    const std::string what = target.name + std::string(", seed ") + std::to_string(i);
    run_one(target, seeds[i], what);
    for (std::size_t change = 0; change < std::max<std::size_t>(kChanges / seeds.size(), 4); ++change)
      run_one(target, changed(seeds[i], random), what + ", change " + std::to_string(change));
  }
}

int run(const Target& target, const std::vector<std::string>& paths) {
  run_seeds(target);
  int files = 0;
  for (const std::string& path : paths) {
    std::vector<fs::path> found;
    if (fs::is_directory(path))
      for (const auto& entry : fs::directory_iterator(path)) found.push_back(entry.path());
    else if (fs::exists(path))
      found.emplace_back(path);
    for (const fs::path& file : found) {
      run_one(target, file_content(file.string()), file.string());
      ++files;
    }
  }
  std::printf("%s: %zu seeds, %d files\n", target.name, target.seeds().size(), files);
  return 0;
}

int write(const Target& target, const std::string& folder) {
  fs::create_directories(folder);
  const std::vector<std::string> seeds = target.seeds();
  for (std::size_t i = 0; i < seeds.size(); ++i)
    std::ofstream(fs::path(folder) / ("seed" + std::to_string(i)), std::ios::binary) << seeds[i];
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 1 && arguments[0] == "list") {
    for (const Target& target : targets()) std::printf("%s\n", target.name);
    return 0;
  }
  for (const Target& target : targets()) {
    if (arguments.size() < 2 || arguments[1] != target.name) continue;
    if (arguments[0] == "run") return run(target, {arguments.begin() + 2, arguments.end()});
    if (arguments[0] == "write" && arguments.size() == 3) return write(target, arguments[2]);
  }
  std::fprintf(stderr, "fuzz_replay: list, write TARGET FOLDER, or run TARGET [FILE|FOLDER...]\n");
  return 2;
}
