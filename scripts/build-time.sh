#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What the last full build of a build folder cost: the seconds of all its steps, and the ten longest. Ninja's log has
# the figures, wall-clock seconds of each step beside whatever else ran, so they say most after a build from scratch.
#
#   scripts/build-time.sh [FOLDER]     FOLDER: build/release
set -euo pipefail
cd "$(dirname "$0")/.."
log=${1:-build/release}/.ninja_log
if [ ! -r "$log" ]; then
  echo "build-time.sh: no $log; build with Ninja first: cmake --preset release && cmake --build --preset release" >&2
  exit 1
fi

# A log keeps steps of earlier builds: the last line of a file counts.
awk -F '\t' 'NR > 1 { took[$4] = ($2 - $1) / 1000 } END { for (file in took) printf "%.1f %s\n", took[file], file }' "$log" \
  | sort -rn \
  | awk '{ sum += $1; if (NR <= 10) lines = lines sprintf("%7.1f s  %s\n", $1, $2) }
         END { printf "%d steps, %.0f s of them all\n%s", NR, sum, lines }'
