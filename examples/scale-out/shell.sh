#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# N workers on this machine with no more than a shell: each is started again until its share is done. Joins their
# results.
#
#   shell.sh N LIST RESULTS-FOLDER OUTPUT [OPTION OF FCN-INFER...]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
count=$1 list=$2 results=$3 output=$4
shift 4

share() { # I [OPTION...]: at most 5 attempts
  local shard=$1/$count code=0 attempt
  shift
  for attempt in 1 2 3 4 5; do
    code=0
    "$here/worker.sh" "$shard" "$list" "$results" "$@" || code=$?
    case $code in 0 | 2 | 3) return "$code" ;; esac
    echo "worker $shard ended with $code at attempt $attempt" >&2
    sleep 1
  done
  return "$code"
}

workers=()
for ((i = 1; i <= count; ++i)); do
  share "$i" "$@" &
  workers+=($!)
done
for worker in "${workers[@]}"; do wait "$worker" || true; done # whatever is missing, fcn-merge tells
exec "${FCN_MERGE:-fcn-merge}" "$results" --list "$list" --output "$output"
