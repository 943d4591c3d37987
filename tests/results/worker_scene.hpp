// SPDX-License-Identifier: MIT
// fcn-infer as one of several workers: a folder with the tiny model and a few pictures.
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/tools/run_command.hpp"
#include "tests/tools/tiny_model.hpp"

namespace fcn::tools::test {

inline std::string text_in(const std::string& path) {
  const Bytes bytes = read_file(path);
  return {bytes.begin(), bytes.end()};
}

inline void write_text(const std::string& path, const std::string& text) {
  write_file(path, Bytes(text.begin(), text.end()));
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

struct WorkerScene {
  TemporaryFolder folder;
  std::string model = folder / "tiny.safetensors";

  WorkerScene() { REQUIRE(write_tiny_model(model)); }

  /// Writes a picture whose results depend on `shade` and returns its path.
  std::string add_picture(const std::string& name, int shade) const {
    const std::string header = "P6 9 9 255\n";
    Bytes bytes(header.begin(), header.end());
    for (int i = 0; i < 81; ++i)
      for (const int value : {shade, 0, 255 - shade}) bytes.push_back(static_cast<std::uint8_t>(value));
    write_file(folder / name, bytes);
    return folder / name;
  }
  [[nodiscard]] std::vector<std::string> command(const std::vector<std::string>& arguments) const {
    std::vector<std::string> words = {FCN_INFER, "-m", model, "-t", "1"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return words;
  }
  [[nodiscard]] CommandResult run(const std::vector<std::string>& arguments,
                                  const CommandOptions& options = {}) const {
    return run_command(command(arguments), options);
  }
};

}  // namespace fcn::tools::test
