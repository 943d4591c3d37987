#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Everything: test.sh with the style checks, then the sanitizers, warnings as errors with asserts, and clang. Takes long; stops at
# the first failure.
#
#   scripts/test-all.sh
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=$(nproc)

scripts/install-packages.sh build test dev browser
scripts/test.sh

build_and_test() { # FOLDER CMAKE-OPTION...
  local folder=build/$1
  shift
  echo "== $folder"
  cmake -B "$folder" "$@" > /dev/null
  cmake --build "$folder" --parallel "$jobs"
  ctest --test-dir "$folder" --output-on-failure --parallel "$jobs"
}
for preset in dev asan tsan; do build_and_test $preset --preset $preset; done
build_and_test clang --preset dev -DCMAKE_CXX_COMPILER=clang++

echo "Everything passed."
