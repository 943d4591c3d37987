#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Reads all headers with every compiler and processor that is installed, warnings being errors, and prints a line for
# each: clang with both standard libraries, other processors (which run the reference kernels), no exceptions.
# Not here: builds and tests with clang (test-all.sh) and NEON (test.sh).
#
#   scripts/check-compilers.sh
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo '#include <fcn/fcn.hpp>' > "$work/all.cc"
# For cross compilers, whose search path must not begin with /usr/include.
ln -s /usr/include/xsimd /usr/include/nlohmann "$work/"
common=(-std=c++20 -fsyntax-only -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -ffp-contract=off -Iengine -Ikernels)
failures=0

check() { # WHAT COMPILER OPTION...
  local what=$1 out
  shift
  if ! command -v "$1" > /dev/null; then
    printf '%-44s not installed\n' "$what"
  elif out=$("$@" "${common[@]}" "$work/all.cc" 2>&1); then
    printf '%-44s fine\n' "$what"
  else
    printf '%-44s FAILED\n%s\n' "$what" "$out"
    failures=$((failures + 1))
  fi
}
avx2=(-mavx2 -mfma)
for gcc in g++ g++-13 g++-14; do check "$gcc, AVX2, without exceptions" $gcc "${avx2[@]}" -O2 -fno-exceptions -fno-rtti; done
for clang in clang++ clang++-19; do
  check "$clang, AVX2, without exceptions" $clang "${avx2[@]}" -O2 -fno-exceptions -fno-rtti
  # Each clang has a libc++ of its own.
  if [ -d "$($clang -print-resource-dir 2> /dev/null)/../../../include/c++/v1" ]; then
    check "$clang, libc++" $clang "${avx2[@]}" -stdlib=libc++
  fi
done
for processor in i686-linux-gnu arm-linux-gnueabihf riscv64-linux-gnu; do
  check "$processor-g++" $processor-g++ -isystem "$work"
done

# Files are little-endian, and a processor that is not gets no wrong numbers.
if command -v s390x-linux-gnu-g++ > /dev/null; then
  out=$(s390x-linux-gnu-g++ -isystem "$work" "${common[@]}" "$work/all.cc" 2>&1 || true)
  if [[ $out == *"little-endian machines only"* ]]; then
    printf '%-44s refused, as it must be\n' s390x-linux-gnu-g++
  else
    printf '%-44s FAILED: not refused\n' s390x-linux-gnu-g++
    failures=$((failures + 1))
  fi
fi
[ $failures -eq 0 ]
