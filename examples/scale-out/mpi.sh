#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# N workers as the ranks of an Open MPI job; they exchange nothing. mpirun ends all ranks when one dies, so the job is
# started again until nothing is missing, at most 5 times: what was done before costs a look into its file.
#
#   mpi.sh N LIST RESULTS-FOLDER OUTPUT [OPTION OF FCN-INFER...]
#
# MPIRUN_OPTIONS="--hostfile hosts" goes to mpirun.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
count=$1 list=$2 results=$3 output=$4
shift 4

for attempt in 1 2 3 4 5; do
  # shellcheck disable=SC2016,SC2086
  mpirun -n "$count" ${MPIRUN_OPTIONS:-} sh -c 'worker=$1; shift
    exec "$worker" "$((OMPI_COMM_WORLD_RANK + 1))/$OMPI_COMM_WORLD_SIZE" "$@"' \
    sh "$here/worker.sh" "$list" "$results" "$@" || true
  code=0
  "${FCN_MERGE:-fcn-merge}" "$results" --list "$list" --output "$output" || code=$?
  case $code in 3 | 5) echo "attempt $attempt: starting the ranks again" >&2 ;; *) exit "$code" ;; esac
  sleep 1
done
exit "$code"
