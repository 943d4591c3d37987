// SPDX-License-Identifier: MIT
// The fuzz targets: each takes any bytes, does with them what a program does with a file, and ends in a valid
// object or an Error; anything else is a crash or a call of broken(). Two mains use them: libFuzzer's
// (fuzz_main.cpp) and a plain one that replays seeds and files (replay.cpp), which ctest runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fcn/base/byte_source.hpp"
#include "fcn/limits.hpp"
#include "fcn/result.hpp"

namespace fcn::fuzz {

using Bytes = std::span<const std::uint8_t>;

struct Target {
  const char* name;
  void (*run)(Bytes bytes);
  std::vector<std::string> (*seeds)();  ///< small valid inputs
};

/// All of them.
std::span<const Target> targets();

// Each file's.
std::span<const Target> model_targets();
std::span<const Target> checkpoint_targets();
std::span<const Target> network_targets();
std::span<const Target> picture_targets();
std::span<const Target> text_targets();

/// Says what does not hold, and aborts.
[[noreturn]] void broken(const std::string& what);

/// That an Error says something, in one line.
void check_error(const Error& error);

template <class T>
bool check(const Result<T>& result) {
  if (!result) check_error(result.error());
  return result.has_value();
}

/// Limits that keep an input within tenths of a second and 256 MB, under sanitizers.
Limits small_limits();

inline std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline ByteSource source_of(Bytes bytes) {
  return ByteSource::from_memory(std::as_bytes(bytes), "fuzz");
}

/// The content of a file of the project, for seeds.
std::string file_content(const std::string& path);

}  // namespace fcn::fuzz
