// SPDX-License-Identifier: MIT
// libFuzzer's entry points, for the target that FCN_FUZZ_TARGET names (scripts/fuzz.sh).
#include <cstdlib>
#include <string_view>

#include "tests/fuzz/fuzz_target.hpp"

namespace {

const fcn::fuzz::Target* chosen = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  const char* const name = std::getenv("FCN_FUZZ_TARGET");
  for (const fcn::fuzz::Target& target : fcn::fuzz::targets())
    if (name != nullptr && std::string_view(target.name) == name) chosen = &target;
  if (chosen == nullptr) fcn::fuzz::broken("FCN_FUZZ_TARGET names no target");
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  chosen->run({data, size});
  return 0;
}
