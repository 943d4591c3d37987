#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What it costs to embed the library: CPU seconds to compile the README's example, and the size of the stripped
# program, compiled and header-only. docs/embedding.md shows the table.
#
#   scripts/embedding-cost.sh [BUILD-FOLDER]     BUILD-FOLDER: build/release, which has the compiled libraries
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build/release}
for library in engine/libfcn_runtime.a interfaces/c/libfcn.so; do
  [ ! -e "$build/$library" ] || continue
  echo "embedding-cost.sh: no $library in $build; build with: cmake --preset release && cmake --build --preset release" >&2
  exit 1
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
TIMEFORMAT='%U %S'

row() { # WHAT LINK SOURCE COMPILER OPTION...
  local what=$1 source=$3 taken
  local -a link
  read -r -a link <<< "$2"
  shift 3
  taken=$({ time "$@" -Iengine -Ikernels -Iinterfaces/c -c "$source" -o "$work/example.o" >&2; } 2>&1)
  g++ "$work/example.o" "${link[@]}" -pthread -o "$work/example"
  strip "$work/example"
  awk -v what="$what" -v taken="$taken" -v bytes="$(stat -c %s "$work/example")" \
    'BEGIN { split(taken, t, " "); printf "| %-32s | %5.1f s | %5d KB |\n", what, t[1] + t[2], bytes / 1024 }'
}
cpp=examples/minimal.cpp
compiled="$build/engine/libfcn_runtime.a"
shared="-L$build/interfaces/c -lfcn"
alone=(-mavx2 -mfma)

echo "| README's example                 | compile | stripped |"
echo "|---|---|---|"
row 'compiled library, -O0' "$compiled" $cpp g++ -std=c++20 -ffp-contract=off -DFCN_COMPILED -O0
row 'compiled library, -O2' "$compiled" $cpp g++ -std=c++20 -ffp-contract=off -DFCN_COMPILED -O2
row 'libfcn.so, in C, -O2' "$shared" examples/minimal.c gcc -std=c99 -O2
row 'header-only, AVX2, -O0' "" $cpp g++ -std=c++20 -ffp-contract=off "${alone[@]}" -O0
row 'header-only, AVX2, -O2' "" $cpp g++ -std=c++20 -ffp-contract=off "${alone[@]}" -O2
