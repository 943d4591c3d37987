// SPDX-License-Identifier: MIT
#include "tests/fuzz/fuzz_target.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace fcn::fuzz {

std::span<const Target> targets() {
  static const std::vector<Target> all = [] {
    std::vector<Target> list;
    for (const auto part :
         {model_targets(), checkpoint_targets(), network_targets(), picture_targets(), text_targets()})
      list.insert(list.end(), part.begin(), part.end());
    return list;
  }();
  return all;
}

void broken(const std::string& what) {
  std::fprintf(stderr, "broken: %s\n", what.c_str());
  std::abort();
}

void check_error(const Error& error) {
  if (error.message.empty()) broken("an Error without a message");
  if (error.to_string().size() > (1u << 16))
    broken("an Error of " + std::to_string(error.message.size()) + " bytes");
}

Limits small_limits() {
  Limits limits;
  limits.max_file_bytes = 64u << 20;
  limits.max_header_bytes = 4u << 20;
  limits.max_tensor_bytes = 4u << 20;
  limits.max_image_pixels = 1u << 18;
  limits.max_run_bytes = 64u << 20;
  limits.max_work = 50'000'000;
  return limits;
}

std::string file_content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace fcn::fuzz
