#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs what is missing, builds Release and runs the tests; then, on x86-64, the NEON build's tests under
# qemu. Not here: sanitizers, the other compiler and the style checks (test-all.sh).
#
#   scripts/test.sh
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=$(nproc)

build_and_test() { # PRESET CMAKE-OPTION...
  local preset=$1
  shift
  echo "== $preset: building in build/$preset"
  cmake --preset "$preset" "$@" > /dev/null
  cmake --build --preset "$preset" --parallel "$jobs"
  scripts/build-time.sh "build/$preset" | head -n 1
  echo "== $preset: testing"
  ctest --preset "$preset" --parallel "$jobs"
}

echo "== Debian packages"
scripts/install-packages.sh build test

build_and_test release -DFCN_BUILD_TESTS=ON -DFCN_BUILD_BENCHMARKS=ON -DFCN_FUZZ=ON
[ "$(uname -m)" != x86_64 ] || build_and_test neon
