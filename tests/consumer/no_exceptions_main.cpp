// SPDX-License-Identifier: MIT
// A program whose one unit that includes the whole engine (two_units_other.cpp) is compiled without
// exceptions: an error comes back as a value. Not here: two such units in one program (two_units_main.cpp).
#include <cstdio>

#include <fcn/result.hpp>

const char* arch_of_the_other_unit();
fcn::ErrorCode code_of_a_missing_model();

int main() {
  const char* const arch = arch_of_the_other_unit();
  const bool refused = code_of_a_missing_model() == fcn::ErrorCode::io;
  std::printf("arch %s, missing model refused: %d\n", arch, refused);
  return refused && *arch != '\0' ? 0 : 1;
}
