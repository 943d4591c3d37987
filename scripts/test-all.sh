#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Everything: test.sh with the style checks, then the sanitizers, warnings as errors with asserts, and clang. Takes long; stops at
# the first failure.
#
#   scripts/test-all.sh
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=$(nproc)

scripts/install-packages.sh build test dev package docs browser compilers scale-out
scripts/test.sh
scripts/check-compilers.sh
scripts/check-static.sh
cmake -DSCRIPT=scripts/single-header.sh -DWORK_FOLDER="$PWD/build/single_header" -DCOMPILER=g++ -DFULL=ON \
  -DEXAMPLE=examples/minimal.cpp -DMODEL=weights/fashion-resnet18.safetensors \
  -DPICTURE=tests/consumer/boot.ppm -P tests/consumer/single_header.cmake

for engine in ssh slurm mpi; do
  tests/scripts/scale_out.sh . $engine build/release/bin/fcn-infer build/release/bin/fcn-merge \
    weights/fashion-resnet18.safetensors || [ $? = 77 ]
done

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
