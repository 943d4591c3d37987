// SPDX-License-Identifier: MIT
// A command that writes one file, run again and again while its system fails it: whatever happens, that file
// is the old one or the complete new one, nothing else is left, and the exit code is one of those documented.
#pragma once

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/tools/infer_scene.hpp"

namespace fcn::tools::test {

/// scripts/trust.sh asks for every place, ctest for a part of them.
inline bool thorough() {
  return std::getenv("FCN_TRUST") != nullptr;
}
/// Whether every allocation fails both once and from then on (trust.sh --thorough), or the odd ones once and
/// the even ones from then on.
inline bool of_both_kinds() {
  const char* const asked = std::getenv("FCN_TRUST");
  return asked != nullptr && std::string_view(asked) == "thorough";
}

/// One line for the table of scripts/trust.sh.
inline void tell_tried(const std::string& what, long tried) {
  std::printf("tried\t%s\t%ld\n", what.c_str(), tried);
}

/// A program that is loaded once and then runs once for each fault (faulty_calls.cpp).
class FaultServer {
 public:
  explicit FaultServer(const std::vector<std::string>& command) {
    for (const std::string& pipe : {requests_, answers_}) REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    CommandOptions options{.input = requests_, .output = answers_};
    options.environment = {"LD_PRELOAD=" FCN_FAULTY_CALLS, "FCN_FAULT=serve"};
    process_.emplace(command, options);
    to_ = ::open(requests_.c_str(), O_WRONLY | O_CLOEXEC);
    from_ = ::open(answers_.c_str(), O_RDONLY | O_CLOEXEC);
    REQUIRE((to_ >= 0 && from_ >= 0));
  }
  FaultServer(const FaultServer&) = delete;
  FaultServer& operator=(const FaultServer&) = delete;
  ~FaultServer() {
    ::close(to_);
    ::close(from_);
  }

  /// Lets a run with this fault begin; finish() waits for its end.
  void start(const std::string& fault) const {
    const std::string request = errors_ + " " + fault;
    REQUIRE(::write(to_, request.data(), request.size()) == static_cast<ssize_t>(request.size()));
  }
  [[nodiscard]] CommandResult finish() const {
    int status = 0;
    REQUIRE(::read(from_, &status, sizeof status) == sizeof status);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), "", detail::text_of(errors_)};
  }

 private:
  const TemporaryFolder folder_;
  const std::string requests_ = folder_ / "requests", answers_ = folder_ / "answers",
                    errors_ = folder_ / "errors";
  std::optional<RunningCommand> process_;
  int to_ = -1, from_ = -1;
};

struct FaultyCommand {
  std::string name;
  std::vector<std::string> command;
  std::string output;                   ///< the file that it writes, alone in its folder
  std::vector<int> exit_codes;          ///< those it may have instead of 0
  std::shared_ptr<FaultServer> server;  ///< runs `command`

  /// Begins a run under the fault.
  void start(const std::string& fault) const {
    write_file(output, old_content());
    server->start(fault);
  }

  /// The end of that run: "" or what was wrong with it. The exit code goes to `ended`.
  [[nodiscard]] std::string wrong_under(const std::string& fault, const Bytes& complete, int& ended) const {
    const CommandResult result = server->finish();
    ended = result.exit_code;
    const Bytes found = content();
    std::string wrong;
    if (result.exit_code != 0 &&
        std::find(exit_codes.begin(), exit_codes.end(), result.exit_code) == exit_codes.end())
      wrong += "exit code " + std::to_string(result.exit_code) + "; ";
    if (found != complete && found != old_content()) wrong += "a torn file; ";
    if (result.exit_code == 0 && found != complete) wrong += "success without the file; ";
    if (result.exit_code != 0 && !one_line(result.err)) wrong += "not one line; ";
    if (std::distance(std::filesystem::directory_iterator(std::filesystem::path(output).parent_path()), {}) !=
        1)
      wrong += "a temporary file is left; ";
    return wrong.empty() ? wrong : name + ", " + fault + ": " + wrong + result.err;
  }

  static Bytes old_content() { return {'o', 'l', 'd'}; }

  /// What the file holds, without what JSON says of the run alone: its times, and its threads, of which there
  /// is one less where one could not start.
  [[nodiscard]] Bytes content() const {
    const Bytes bytes = read_file(output);
    std::string text(bytes.begin(), bytes.end());
    const auto erase_up_to = [&](std::size_t begin, const char* ends) {
      if (const std::size_t end = text.find_first_of(ends, begin); end != std::string::npos)
        text.erase(begin, end - begin);
    };
    if (const std::size_t times = text.find("\"time_ms\":{"); times != std::string::npos) {
      erase_up_to(times, "}");
      if (const std::size_t threads = text.find("\"threads\":", times); threads != std::string::npos)
        erase_up_to(threads, ",}");
    }
    return {text.begin(), text.end()};
  }

  /// How often it makes a call when nothing fails; `complete` gets the file.
  [[nodiscard]] long count(const std::string& call, Bytes& complete) const {
    const TemporaryFolder folder;
    CommandOptions options;
    options.environment = {"LD_PRELOAD=" FCN_FAULTY_CALLS, "FCN_FAULT=" + call + " 0 0",
                           "FCN_FAULT_COUNT=" + folder / "count"};
    const CommandResult result = run_command(command, options);
    CAPTURE(name, result.err);
    REQUIRE(result.exit_code == 0);
    complete = content();
    const Bytes text = read_file(folder / "count");
    return std::atol(std::string(text.begin(), text.end()).c_str());
  }
};

/// fcn-infer's kinds of output and fcn-export's kinds of input, each with the tiny model or a fixture.
inline std::vector<FaultyCommand> faulty_commands(const InferScene& scene) {
  std::vector<FaultyCommand> commands;
  const auto next_folder = [&] {
    const std::string folder = scene.folder / ("outputs" + std::to_string(commands.size()));
    std::filesystem::create_directory(folder);
    return folder;
  };
  for (const char* const kind : {"--json", "--npy", "--csv", "--overlay", "--html", "--argmax", "--sheet"}) {
    const std::string output = next_folder() + "/" + (kind + 2);
    commands.push_back({std::string("fcn-infer ") + kind,
                        {FCN_INFER, "-q", "-t", "2", "-m", scene.model, scene.picture, kind, output},
                        output,
                        {1, 3, 4},
                        {}});
  }
  const std::string fixtures = FCN_IMPORT_FIXTURES "/";
  const std::string onnx = scene.folder / "network.onnx", text = scene.folder / "mean.json";
  REQUIRE(run_command({FCN_EXPORT, "-q", fixtures + "zip.pth", "--window", "64", "--to", "onnx", "-o", onnx})
              .exit_code == 0);
  const std::string layers =
      R"({"name":"mean","channels":3,"layers":[{"op":"average_pool","size":3,"stride":1},)"
      R"({"op":"conv","filters":[[[[1]],[[0]],[[2]]],[[[1]],[[1]],[[1]]]],"bias":[0.5,1]}]})";
  write_file(text, Bytes(layers.begin(), layers.end()));
  const auto add_export = [&](const std::string& input, const std::vector<std::string>& more) {
    const std::string output = next_folder() + "/model";
    FaultyCommand added{"fcn-export " + input, {FCN_EXPORT, "-q", input, "-o", output}, output, {2, 3}, {}};
    added.command.insert(added.command.end(), more.begin(), more.end());
    commands.push_back(added);
  };
  for (const char* const input : {"zip.pth", "legacy.pth", "plain.safetensors"})
    add_export(fixtures + input, {"--window", "64"});
  add_export(onnx, {});
  add_export(text, {});
  add_export(fixtures + "zip.pth", {"--window", "64", "--to", "onnx"});
  for (FaultyCommand& each : commands) each.server = std::make_shared<FaultServer>(each.command);
  return commands;
}

}  // namespace fcn::tools::test
