#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds the tools in build/release, installing what that needs. Quiet unless it fails.
# Not here: the tests' build (test.sh).
#
#   scripts/build-tools.sh [TOOL...]     fcn-infer and fcn-export unless named
set -euo pipefail
[ $# -gt 0 ] || set -- fcn-infer fcn-export
cd "$(dirname "$0")/.."

scripts/install-packages.sh build
options=()
# Tests and benchmarks need more packages; a build folder that already has them keeps them.
[ -e build/release/CMakeCache.txt ] || options=(-DFCN_BUILD_TESTS=OFF -DFCN_BUILD_BENCHMARKS=OFF)
mkdir -p build
log=build/build-tools.log
if ! { cmake --preset release "${options[@]}" && cmake --build --preset release --target "$@"; } > $log 2>&1; then
  cat $log >&2
  exit 1
fi
