// SPDX-License-Identifier: MIT
// fcn-infer on a picture whose answer is known: a folder with the tiny model and a picture half red.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/tools/run_command.hpp"
#include "tests/tools/tiny_model.hpp"

namespace fcn::tools::test {

/// A folder with the tiny model (window 8) and a 20 x 12 picture whose right half is red.
struct InferScene {
  TemporaryFolder folder;
  std::string model = folder / "tiny.safetensors";
  std::string picture = folder / "right.ppm";
  std::size_t files = 0;

  InferScene() {
    REQUIRE(write_tiny_model(model));
    write_ppm("right.ppm", 20, 12);
    files = folder.names().size();
  }

  void write_ppm(const std::string& name, int width, int height) const {
    const std::string header = "P6 " + std::to_string(width) + " " + std::to_string(height) + " 255\n";
    Bytes bytes(header.begin(), header.end());
    for (int i = 0; i < width * height; ++i) {
      const bool red = i % width >= width / 2;
      for (const int value : {red ? 255 : 0, 0, 0}) bytes.push_back(static_cast<std::uint8_t>(value));
    }
    write_file(folder / name, bytes);
  }

  [[nodiscard]] CommandResult run(std::vector<std::string> arguments,
                                  const CommandOptions& options = {}) const {
    std::vector<std::string> command = {FCN_INFER};
    if (std::find(arguments.begin(), arguments.end(), "-m") == arguments.end())
      command.insert(command.end(), {"-m", model});
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run_command(command, options);
  }
  /// Nothing was written beside the scene's own files.
  [[nodiscard]] bool untouched() const { return folder.names().size() == files; }
};

inline bool one_line(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n') == 1 && text.back() == '\n';
}

}  // namespace fcn::tools::test
