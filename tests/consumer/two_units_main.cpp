// SPDX-License-Identifier: MIT
// One of two units that include the whole engine and are linked together: a definition that is not inline, or
// that differs between the two, shows here.
#include <cstdio>

#include <fcn/fcn.hpp>

const char* arch_of_the_other_unit();
fcn::ErrorCode code_of_a_missing_model();

int main() {
  const bool same_arch = fcn::kernels::native_table().arch == std::string(arch_of_the_other_unit());
  const bool refused = code_of_a_missing_model() == fcn::ErrorCode::io;
  std::printf("same arch: %d, missing model refused: %d\n", same_arch, refused);
  return same_arch && refused ? 0 : 1;
}
