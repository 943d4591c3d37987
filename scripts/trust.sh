#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What SECURITY.md promises, tried thoroughly: every allocation, hundreds of failing calls and signals, hostile and
# changed files, a long run, little memory. Prints one table: what, how many were tried, how many failed. ctest runs
# a cut of the same. With clang each fuzz target also runs for 30 seconds (scripts/fuzz.sh).
#
#   scripts/trust.sh [--thorough]
#
# Every allocation of thirteen programs' runs fails: the odd ones once, the even ones and all after them. --thorough
# tries both kinds at each, which doubles the time of the longest row.
set -euo pipefail
case "${1:-}" in
  '') thoroughness=1 ;;
  --thorough) thoroughness=thorough ;;
  *) sed -n '7s/^# *//p' "$0" >&2; exit 2 ;;
esac
cd "$(dirname "$0")/.."
build=build/release
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
table=$work/table
failures=0

row() { # WHAT TRIED FAILED
  printf '%-44s %9s %7s\n' "$1" "$2" "$3" | tee -a "$table"
  [ "$3" -eq 0 ] || failures=$((failures + 1))
}
tests() { # WHAT REGEX: the tests of that name, each of which tries many inputs
  local log=$work/ctest.log failed
  ctest --test-dir "$build" --parallel "$(nproc)" -R "$2" > "$log" 2>&1 || true
  failed=$(grep -c '\*\*\*' "$log" || true)
  row "$1 (tests)" "$(grep -cE '^ *[0-9]+/[0-9]+ Test' "$log")" "$failed"
}

cmake --preset release -DFCN_FUZZ=ON > /dev/null
cmake --build --preset release --parallel "$(nproc)" > "$work/build.log" || { tail -n 30 "$work/build.log"; exit 1; }
fcn_infer=$PWD/$build/bin/fcn-infer

tests "hostile and damaged files" 'hostile|damaged|cut anywhere|wrong|refused|truncated|limited'
tests "limits of memory and work" 'limit|foretells|odd graphs|largest graphs'
tests "the sandbox" 'sandbox'
tests "inputs that crashed, and changed seeds" 'fuzz: '

# Failing calls: every allocation and every place. A test that has come to its end tells how many it tried.
faults() { # WHAT TESTS: how the names of tests begin
  local log=$work/faults.log tried failed
  FCN_TRUST=$thoroughness "$build/bin/test_faults" "$2*" > "$log" 2>&1 || true
  cat "$log" >> build/trust-faults.log
  tried=$(awk -F '\t' '$1 == "tried" { print $3 }' "$log")
  failed=$(grep -c ' FAILED:' "$log" || true)
  [ -n "$tried" ] || failed=$((failed + 1))
  row "$1" "${tried:-0}" "$failed"
}
rm -f build/trust-faults.log
faults "allocations that fail" "memory that runs out"
faults "calls on files that fail" "a call on a file that fails"
faults "calls that are short or interrupted" "calls that do half of their work"
faults "signals at random moments" "signals at random moments"

faults "pictures in one process" "a thousand pictures leave"

# The model of the next rows.
printf '%s' '{"name":"mean","channels":3,"layers":[{"op":"average_pool","size":3,"stride":1},' \
  '{"op":"conv","filters":[[[[1]],[[0]],[[2]]],[[[1]],[[1]],[[1]]]],"bias":[0.5,1]}]}' > "$work/mean.json"
"$build/bin/fcn-export" -q "$work/mean.json" -o "$work/model"

# Little memory: a run within --max-memory, or a refusal, under a limit of the address space.
failed=0
RANDOM=1
for _ in $(seq 200); do
  width=$((1 + RANDOM * 2 % 65535)) height=$((1 + RANDOM * 2 % (1 + 500000 / width)))
  printf 'P6 %d %d 255\n' $width $height > "$work/large.ppm"
  truncate -s "$(($(wc -c < "$work/large.ppm") + 3 * width * height))" "$work/large.ppm"
  code=0
  (ulimit -v $((100 * 1024 + 192 * 1024)) && exec "$fcn_infer" -q -t 2 -m "$work/model" --max-memory 100M "$work/large.ppm") \
    > /dev/null 2>&1 || code=$?
  case $code in 0 | 1 | 4) ;; *) failed=$((failed + 1)) ;; esac
done
row "sizes under --max-memory and RLIMIT_AS" 200 $failed

if command -v clang++ > /dev/null; then
  rm -f build/fuzz/executions.tsv
  scripts/fuzz.sh all 0.5 > "$work/fuzz.log" 2>&1 || true
  [ -f build/fuzz/executions.tsv ] || row "fuzzing (see build/fuzz/build.log)" 0 1
  while IFS=$'\t' read -r target seconds executions code; do
    row "fuzz $target, executions in $seconds s" "$executions" $((code != 0))
  done < <(cat build/fuzz/executions.tsv 2> /dev/null)
fi

printf '\n%-44s %9s %7s\n' what tried failed
cat "$table"
[ $failures -eq 0 ] || { echo "$failures rows failed (build/trust-faults.log, build/fuzz/findings)"; exit 1; }
