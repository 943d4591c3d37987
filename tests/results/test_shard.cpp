// SPDX-License-Identifier: MIT
// The division of pictures among workers.
#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>

#include "tests/results/worker_scene.hpp"
#include "tools/results/crc32.hpp"
#include "tools/results/shard.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;

TEST_CASE("the checksum is the CRC-32 that everyone has") {
  CHECK(crc32_of("") == 0);
  CHECK(crc32_of("123456789") == 0xcbf43926);  // the check value of its catalogue
  CHECK(crc32_of("a/b.jpg") == 0x5ce11017);    // Python's zlib.crc32(b"a/b.jpg")
}

TEST_CASE("a shard is two whole numbers in order") {
  const auto shard = parse_shard("3/8");
  REQUIRE(shard);
  CHECK(shard->number == 3);
  CHECK(shard->count == 8);
  CHECK(parse_shard("1/1"));
  CHECK(parse_shard("1000000/1000000"));
  for (const char* const wrong : {"", "/", "3", "3/", "/8", "0/8", "9/8", "-1/8", "3/8/9", "3 /8", " 3/8",
                                  "3/8 ", "+3/8", "a/b", "1/1000001", "1/0", "1/99999999999", "0x1/2"})
    CHECK_FALSE(parse_shard(wrong));
}

TEST_CASE("every name belongs to one shard, whichever others there are") {
  for (const int count : {1, 2, 3, 7, 64, 1000}) {
    std::vector<int> sizes(static_cast<std::size_t>(count));
    for (int i = 0; i < 20'000; ++i) {
      const std::string name = "photos/IMG_" + std::to_string(i) + ".jpg";
      int takers = 0;
      for (int number = count == 1000 ? static_cast<int>(crc32_of(name) % 1000) + 1 : 1; number <= count;
           ++number) {
        if (!Shard{number, count}.takes(name)) continue;
        ++takers;
        ++sizes[static_cast<std::size_t>(number - 1)];
      }
      if (takers != 1) FAIL(name << " belongs to " << takers << " of " << count);
    }
    // Pictures fall like dice: no share is empty, and none has twice its part of 2500 and more.
    CHECK(*std::min_element(sizes.begin(), sizes.end()) > 0);
    if (count <= 8) CHECK(*std::max_element(sizes.begin(), sizes.end()) < 1.2 * 20'000 / count);
  }
}

TEST_CASE("shards of every way to name pictures make up the whole") {
  const WorkerScene scene;
  std::string list;
  for (int i = 0; i < 12; ++i) list += scene.add_picture("pic" + std::to_string(i) + ".ppm", 20 * i) + "\n";
  write_text(scene.folder / "list", list + lines_of(list)[3] + "\n");  // one is named twice
  CommandOptions from_input;
  from_input.input = scene.folder / "list";
  struct Way {
    std::vector<std::string> arguments;
    CommandOptions options;
  };
  std::vector<Way> ways = {{{scene.folder / ""}, {}},
                           {{scene.folder / "pic*.ppm"}, {}},
                           {{"--list", scene.folder / "list"}, {}},
                           {{"--list", "-"}, from_input}};
  std::vector<std::string> shards_of_first;
  for (Way& way : ways) {
    std::vector<std::string> seen;
    for (int number = 1; number <= 3; ++number) {
      std::vector<std::string> arguments = way.arguments;
      arguments.insert(arguments.end(), {"--shard", std::to_string(number) + "/3"});
      const CommandResult result = scene.run(arguments, way.options);
      CHECK(result.exit_code == 0);
      for (const std::string& line : lines_of(result.out))
        seen.push_back(line.substr(0, line.find(':')) + " " + std::to_string(number));
    }
    std::sort(seen.begin(), seen.end());
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    CHECK(seen.size() == 12);  // the one named twice had the same worker twice
    if (shards_of_first.empty()) shards_of_first = seen;
    for (std::size_t i = 0; i < seen.size(); ++i)
      CHECK(seen[i].substr(seen[i].rfind('/')) == shards_of_first[i].substr(shards_of_first[i].rfind('/')));
  }
  const CommandResult wrong = scene.run({scene.folder / "", "--shard", "4/3"});
  CHECK(wrong.exit_code == 2);
  CHECK(wrong.err.find("1 <= I <= N") != std::string::npos);
}

TEST_CASE("workers give their files the names that one worker would give them") {
  const WorkerScene scene;
  for (const char* const name : {"x", "y", "z"}) {
    std::filesystem::create_directory(scene.folder / name);
    static_cast<void>(scene.add_picture(std::string(name) + "/a.ppm", 100));
  }
  const std::vector<std::string> pictures = {scene.folder / "x/a.ppm", scene.folder / "y/a.ppm",
                                             scene.folder / "z/a.ppm"};
  const auto run = [&](const std::string& shard, const std::string& out) {
    std::vector<std::string> arguments = pictures;
    arguments.insert(arguments.end(), {"--shard", shard, "--npy", out});
    CHECK(scene.run(arguments).exit_code == 0);
  };
  const auto names_in = [](const std::string& place) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(place))
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  };
  run("1/1", scene.folder / "whole");
  for (const char* const shard : {"1/4", "2/4", "3/4", "4/4"}) run(shard, scene.folder / "parts");
  CHECK(names_in(scene.folder / "whole").size() == 3);
  CHECK(names_in(scene.folder / "parts") == names_in(scene.folder / "whole"));
}
