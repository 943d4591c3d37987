#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Reads a built program as an attacker would: it moves in memory, its tables of functions are read-only, its stacks
# are guarded, calls of the C library check their buffers, and containers their indices.
#
#   tests/scripts/hardened.sh PROGRAM...     exit code 77: this build or system has no such protections
set -euo pipefail
command -v readelf > /dev/null || { echo "SKIPPED: no readelf (scripts/install-packages.sh test)"; exit 77; }

failures=0
for program in "$@"; do
  missing() { echo "$program: $1"; failures=$((failures + 1)); }
  header=$(readelf --file-header --wide "$program")
  segments=$(readelf --program-headers --wide "$program")
  dynamic=$(readelf --dynamic --wide "$program")
  symbols=$(readelf --dyn-syms --wide "$program")
  grep -q 'Type: *DYN' <<< "$header" || missing "is loaded at a fixed address (-pie)"
  grep -q 'GNU_RELRO' <<< "$segments" || missing "has no read-only relocations (-z relro)"
  grep -qE '\(BIND_NOW\)|\(FLAGS\).*BIND_NOW|\(FLAGS_1\).*NOW' <<< "$dynamic" || missing "binds lazily (-z now)"
  grep -qE 'GNU_STACK.* RW +0x' <<< "$segments" || missing "has an executable stack"
  grep -q '__stack_chk_fail' <<< "$symbols" || missing "guards no stack (-fstack-protector-strong)"
  grep -qE ' __[a-z0-9]+_chk(@|$)' <<< "$symbols" || missing "checks no calls of the C library (-D_FORTIFY_SOURCE=3)"
  grep -q '__glibcxx_assert_fail' <<< "$symbols" || missing "checks no containers (-D_GLIBCXX_ASSERTIONS)"
done
[ $failures -eq 0 ] && echo "$# programs are hardened"
