#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# N workers under GNU parallel, on this machine or over ssh on others that see the same files. Run it again after any
# interruption: its log knows which shares are done, and --resume-failed starts the others.
#
#   parallel.sh N LIST RESULTS-FOLDER OUTPUT [OPTION OF FCN-INFER...]
#
# SSH_LOGINS="4/node1,4/node2" names machines with the number of workers at a time, as --sshlogin does; paths must
# then be absolute.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
count=$1 list=$2 results=$3 output=$4
shift 4

options=()
if [ -n "${SSH_LOGINS:-}" ]; then
  options+=(--sshlogin "$SSH_LOGINS")
else
  options+=(--jobs "${JOBS:-100%}")
fi
mkdir -p "$results"
worker=$(printf '%q ' env "FCN_INFER=${FCN_INFER:-fcn-infer}" "$here/worker.sh")
rest=$(printf '%q ' "$list" "$results" "$@")
for attempt in 1 2 3; do
  # One line of the log a share, done or failed. Each attempt runs the shares that are not done.
  ! seq "$count" | parallel "${options[@]}" --joblog "$results.joblog" --resume-failed \
    "$worker{}/$count $rest" || break
  echo "attempt $attempt left shares undone; $results.joblog names them" >&2
  sleep 1
done
exec "${FCN_MERGE:-fcn-merge}" "$results" --list "$list" --output "$output"
