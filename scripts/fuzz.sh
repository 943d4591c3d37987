#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Fuzzes one target with libFuzzer under the address and undefined-behaviour sanitizers: one core, until the time is
# over or something is found. The corpus stays in build/fuzz/corpus/TARGET, findings in build/fuzz/findings/TARGET;
# a finding that has been mended belongs into tests/fuzz/regressions/TARGET, which ctest replays.
#
#   scripts/fuzz.sh                   lists the targets
#   scripts/fuzz.sh TARGET MINUTES
set -euo pipefail
cd "$(dirname "$0")/.."
build=build/fuzz

if [ ! -f $build/build.ninja ]; then
  cmake -G Ninja -B $build -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_COMPILER=clang++ -DFCN_FUZZ=ON \
    -DFCN_SANITIZE=fuzzer-no-link,address,undefined -DFCN_BUILD_BENCHMARKS=OFF > /dev/null
fi
cmake --build $build --target fuzz fuzz_replay > $build/build.log || { tail -n 30 $build/build.log; exit 1; }
if [ $# -ne 2 ]; then
  $build/bin/fuzz_replay list
  exit 2
fi

target=$1
corpus=$build/corpus/$target
findings=$build/findings/$target
mkdir -p "$corpus" "$findings" "tests/fuzz/regressions/$target"
$build/bin/fuzz_replay write "$target" "$corpus/seeds"
# Memory is bounded by the limits of small_limits() and a sanitizer's own share.
FCN_FUZZ_TARGET=$target nice -n 19 $build/bin/fuzz -max_total_time=$(($2 * 60)) -timeout=10 -rss_limit_mb=2048 \
  -max_len=65536 -use_value_profile=1 -close_fd_mask=3 -print_final_stats=1 -artifact_prefix="$findings/" \
  "$corpus" "$corpus/seeds" "tests/fuzz/regressions/$target"
