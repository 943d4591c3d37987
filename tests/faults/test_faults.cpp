// SPDX-License-Identifier: MIT
// No memory at any allocation, any call on files failing, and signals at any moment.
#include <algorithm>
#include <cerrno>
#include <random>

#include "tests/faults/fault_scene.hpp"

using namespace fcn;
using namespace fcn::tools::test;

namespace {

enum class Part { all, odd, even };

/// The numbers from 1 to `count` that are tried: all of the part, or about `few` of them, the first and the
/// last among them.
std::vector<long> places(long count, long few, Part part) {
  std::vector<long> chosen;
  const long step = !thorough() ? std::max(count / few, 1L) : part == Part::all ? 1 : 2;
  for (long number = part == Part::even ? 2 : 1; number < count; number += step) chosen.push_back(number);
  chosen.push_back(count);
  return chosen;
}

/// Runs each command once for each place with the fault there, all commands at a time; returns how many runs
/// there were.
long try_all(const std::vector<FaultyCommand>& commands, const std::string& call, const std::string& how,
             bool lasting, long few, Part part = Part::all) {
  std::vector<Bytes> complete(commands.size());
  std::vector<std::vector<long>> chosen(commands.size());
  std::size_t rounds = 0;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const long count = commands[i].count(call, complete[i]);
    REQUIRE(!complete[i].empty());
    if (count > 0) chosen[i] = places(count, few, part);
    rounds = std::max(rounds, chosen[i].size());
  }
  const auto fault = [&](std::size_t i, std::size_t round) {
    return call + " " + std::to_string(chosen[i][round]) + (lasting ? "+ " : " ") + how;
  };
  long tried = 0;
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < commands.size(); ++i)
      if (round < chosen[i].size()) commands[i].start(fault(i, round));
    for (std::size_t i = 0; i < commands.size(); ++i) {
      if (round >= chosen[i].size()) continue;
      int ended = 0;
      CHECK(commands[i].wrong_under(fault(i, round), complete[i], ended) == "");
      ++tried;
    }
  }
  return tried;
}

}  // namespace

TEST_CASE("memory that runs out anywhere ends in one line and no torn file") {
  const InferScene scene;
  long tried = 0;
  const auto commands = faulty_commands(scene);
  for (const bool lasting : {false, true}) {
    const Part part = !thorough() || of_both_kinds() ? Part::all : lasting ? Part::even : Part::odd;
    tried += try_all(commands, "malloc", std::to_string(ENOMEM), lasting, 12, part);
    tried += try_all(commands, "mmap", std::to_string(ENOMEM), lasting, 3);
  }
  tell_tried("allocation failure", tried);
}

TEST_CASE("a call on a file that fails ends in one line and no torn file") {
  const InferScene scene;
  long tried = 0;
  const auto numbers = [](std::initializer_list<int> errors) {
    std::vector<std::string> texts;
    for (const int error : errors) texts.push_back(std::to_string(error));
    return texts;
  };
  const std::pair<const char*, std::vector<std::string>> faults[] = {
      {"open", numbers({EMFILE, ENFILE, EACCES, EIO})},
      {"read", numbers({EIO})},
      {"write", numbers({ENOSPC, EIO, EFBIG, EPIPE, EDQUOT})},
      {"fsync", numbers({EIO, ENOSPC})},
      {"close", numbers({EIO})},
      {"rename", numbers({EROFS, ENOSPC})},
      {"fstat", numbers({EIO})},
      {"read", {"end"}}};
  const auto commands = faulty_commands(scene);
  for (const auto& [call, kinds] : faults)
    for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
      std::vector<FaultyCommand> some;
      for (std::size_t i = 0; i < commands.size(); ++i)
        if (thorough() || (i + kind) % 3 == 0) some.push_back(commands[i]);
      tried += try_all(some, call, kinds[kind], kind % 2 == 1, 3);
    }
  tell_tried("I/O faults", tried);
}

TEST_CASE("calls that do half of their work, or are interrupted, change nothing") {
  const InferScene scene;
  long tried = 0;
  for (const FaultyCommand& command : faulty_commands(scene))
    for (const char* const call : {"read", "write"})
      for (const std::string& fault : {std::string(" 1+ short"), " 1 " + std::to_string(EINTR)}) {
        Bytes complete;
        if (command.count(call, complete) == 0) continue;
        int ended = 0;
        command.start(call + fault);
        CHECK(command.wrong_under(call + fault, complete, ended) == "");
        CAPTURE(command.name, call, fault);
        CHECK(ended == 0);
        ++tried;
      }
  tell_tried("short and interrupted calls", tried);
}

TEST_CASE("signals at random moments leave the old file or the new one") {
  const InferScene scene;
  std::mt19937 random(7);
  long tried = 0;
  const auto commands = faulty_commands(scene);
  std::vector<Bytes> complete(commands.size());
  for (std::size_t i = 0; i < commands.size(); ++i) REQUIRE(commands[i].count("write", complete[i]) > 0);
  const int moments = thorough() ? 50 : 4;
  for (std::size_t i = 0; i < commands.size(); ++i)
    for (int moment = 0; moment < moments; ++moment) {
      const int signal = std::vector{SIGKILL, SIGINT, SIGTERM}[static_cast<std::size_t>(moment) % 3];
      const std::filesystem::path output = commands[i].output;
      const Bytes old = {'o', 'l', 'd'};
      write_file(output, old);
      RunningCommand running(commands[i].command);
      ::usleep(static_cast<useconds_t>(random() % 40'000));
      running.send(signal);
      const CommandResult result = running.finish();
      CAPTURE(commands[i].name, signal, result.exit_code, result.err);
      const Bytes found = commands[i].content();
      CHECK((found == old || found == complete[i]));
      // Before the program waits for signals, they end it as they end any.
      const bool expected =
          result.exit_code == 0 || result.exit_code == 130 || result.exit_code == 128 + signal;
      CHECK(expected);
      for (const auto& entry : std::filesystem::directory_iterator(output.parent_path()))
        if (entry.path().extension() == ".tmp") {
          CHECK(signal == SIGKILL);
          std::filesystem::remove(entry.path());
        }
      ++tried;
    }
  tell_tried("signals at random moments", tried);
}
