#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Fuzzes one target with libFuzzer under the address and undefined-behaviour sanitizers: one core, until the time is
# over or something is found; `all` takes the targets in turn and goes on after a finding. The corpus stays in
# build/fuzz/corpus/TARGET, findings in build/fuzz/findings/TARGET, a line a run in build/fuzz/executions.tsv (target,
# seconds, executions, exit code). A finding that has been mended belongs into tests/fuzz/regressions/TARGET, which
# ctest replays.
#
#   scripts/fuzz.sh                         lists the targets
#   scripts/fuzz.sh TARGET|all MINUTES      MINUTES of each, such as 0.5
set -euo pipefail
cd "$(dirname "$0")/.."
build=build/fuzz

if [ ! -f $build/build.ninja ]; then
  # One arch, the asserts of the engine, and -O1: thirteen minutes of one core. The kernels have the address sanitizer
  # alone, which is called: each check written out would take clang many times as long.
  [ "$(uname -m)" = x86_64 ] && arch=avx2 || arch=neon
  cmake -G Ninja -B $build -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_CXX_FLAGS=-gline-tables-only \
    -DCMAKE_CXX_FLAGS_RELEASE=-O1 -DFCN_ASSERTS=ON -DFCN_ARCHS="$arch" -DFCN_FUZZ=ON -DFCN_BUILD_BENCHMARKS=OFF \
    -DFCN_SANITIZE=fuzzer-no-link,address,undefined \
    -DFCN_KERNEL_OPTIONS="-fno-sanitize=fuzzer-no-link,undefined;-mllvm;-asan-instrumentation-with-call-threshold=0" > /dev/null
fi
cmake --build $build --target fuzz fuzz_replay > $build/build.log || { tail -n 30 $build/build.log; exit 1; }
if [ $# -ne 2 ]; then
  $build/bin/fuzz_replay list
  exit 2
fi

# Memory is bounded by the limits of small_limits() and a sanitizer's own share. No input takes a second by itself; the
# timeout is a minute, since a machine that does other things gives a process of low priority little of it.
fuzz() { # TARGET MINUTES
  local target=$1 corpus=$build/corpus/$1 findings=$build/findings/$1 log=$build/findings/$1.log failed=0
  mkdir -p "$corpus" "$findings" "tests/fuzz/regressions/$target"
  $build/bin/fuzz_replay write "$target" "$corpus/seeds"
  local before=$SECONDS
  FCN_FUZZ_TARGET=$target nice -n 19 $build/bin/fuzz -max_total_time="$(awk "BEGIN { print int($2 * 60) }")" -timeout=60 -rss_limit_mb=2048 \
    -max_len=65536 -use_value_profile=1 -close_fd_mask=1 -print_final_stats=1 -artifact_prefix="$findings/" \
    "$corpus" "$corpus/seeds" "tests/fuzz/regressions/$target" > "$log" 2>&1 || failed=$?
  local executions
  executions=$(awk '/number_of_executed_units/ { count = $2 } /^#[0-9]/ { seen = substr($1, 2) }
                    END { print count ? count : seen + 0 }' "$log")
  printf '%s\t%s\t%s\t%s\n' "$target" $((SECONDS - before)) "$executions" "$failed" | tee -a $build/executions.tsv
  [ "$failed" -eq 0 ] || grep -E 'SUMMARY|broken:|ERROR: |runtime error' "$log" | head -n 5 || true
  return "$failed"
}

if [ "$1" != all ]; then
  fuzz "$1" "$2"
else
  failures=0
  for target in $($build/bin/fuzz_replay list); do fuzz "$target" "$2" || failures=$((failures + 1)); done
  [ $failures -eq 0 ]
fi
