#!/bin/sh
# SPDX-License-Identifier: MIT
# One of N workers: runs its share of the pictures in a list, or what is left of it, and appends to its own results
# file. Ends with 0 if nothing is left to do, also if pictures failed: their lines say so, and fcn-merge counts them.
# Every other code means: start it again (docs/many-pictures.md lists them), except 2 and 3.
#
#   worker.sh I/N LIST RESULTS-FOLDER [OPTION OF FCN-INFER...]
set -u
shard=$1
list=$2
results=$3
shift 3

mkdir -p "$results" || exit 6
"${FCN_INFER:-fcn-infer}" --list "$list" --shard "$shard" --results "$results/${shard%/*}" \
  --resume --keep-failed --retries 5 --threads 1 --quiet "$@" &
worker=$!
# The scheduler's signal goes on to the worker, which finishes its picture; wait returns early then.
trap 'kill -TERM "$worker" 2> /dev/null' TERM INT HUP
wait "$worker"
code=$?
while kill -0 "$worker" 2> /dev/null; do
  wait "$worker"
  code=$?
done
[ "$code" -ne 1 ] || code=0
exit "$code"
