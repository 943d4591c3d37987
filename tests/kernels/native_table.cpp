// SPDX-License-Identifier: MIT
// The table of this file's own flags. A program of its own: its kernels have the symbols of the arch's unit,
// and linked into test_kernels they would be tested in place of that unit's.
#include <cstdio>
#include <string_view>

#include "fcn/kernels/native.hpp"

int main() {
  const fcn::kernels::KernelTable& native = fcn::kernels::native_table();
#if defined(__aarch64__)
  const std::string_view expected = "neon";
#elif defined(__AVX512F__)
  const std::string_view expected = "avx512";
#elif defined(__AVX2__)
  const std::string_view expected = "avx2";
#else
  const std::string_view expected = "sse2";
#endif
  std::printf("the native table is %s\n", native.arch);
  return native.arch == expected && native.conv != nullptr ? 0 : 1;
}
