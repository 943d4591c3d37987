// SPDX-License-Identifier: MIT
// ONNX files with bits flipped, bytes set and ends cut off, and what must come of them: an error in words, or
// a network that holds together.
#pragma once

#include <cstdlib>
#include <random>
#include <string>

#include "fcn/passes/to_fcn.hpp"
#include "tests/import/files.hpp"
#include "tools/export/pixel_model.hpp"
#include "tools/import/onnx/import_onnx.hpp"

namespace test_onnx {

/// Imports and converts bytes that may be anything. True if they were refused in words, or not at all.
inline bool survives(const std::string& bytes, const fcn::tools::OnnxReadOptions& options, bool& refused) {
  const fcn::ByteSource source = source_of(bytes);
  const auto file = read_onnx(source, options);
  refused = true;
  if (!file) return !file.error().message.empty();
  auto network = import_onnx(*file, "test");
  if (!network) return !network.error().message.empty();
  fcn::ModelInfo info;
  info.window = *network->window;
  fcn::ModelInfo pixels = info;
  const bool labels = static_cast<bool>(fcn::tools::describe_pixel_model(network->graph, pixels));
  refused = !fcn::passes::to_fcn(network->graph, info) && !labels;
  return true;
}

/// FCN_MUTATIONS asks for more than a test run has time for.
inline std::size_t mutations(std::size_t usual) {
  const char* asked = std::getenv("FCN_MUTATIONS");
  return asked == nullptr ? usual : static_cast<std::size_t>(std::atoi(asked));
}

/// Mutation number `i` of a file: one to three bits flipped, or bytes set to what ends lengths and numbers
/// early or late; of every fourth the end is cut off as well.
inline std::string mutated(std::string bytes, std::size_t i, std::minstd_rand& random) {
  constexpr unsigned char kBytes[] = {0x00, 0x7f, 0x80, 0xff};
  if (i % 4 == 0) bytes.resize(random() % bytes.size());
  for (std::size_t k = 0; k <= i % 3 && !bytes.empty(); ++k) {
    char& at = bytes[random() % bytes.size()];
    at = i % 8 < 5 ? static_cast<char>(at ^ (1 << random() % 8)) : static_cast<char>(kBytes[random() % 4]);
  }
  return bytes;
}

}  // namespace test_onnx
