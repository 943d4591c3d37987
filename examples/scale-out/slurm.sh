#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# N workers as a Slurm job array; every path must be seen by all nodes. The array is submitted again until nothing is
# missing, at most 5 times: what was done before costs a look into its file.
#
#   slurm.sh N LIST RESULTS-FOLDER OUTPUT [OPTION OF FCN-INFER...]
#
# SBATCH_OPTIONS="--time=60 --mem=600M" goes to sbatch.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
count=$1 list=$2 results=$3 output=$4
shift 4

# A minute before the time is over the worker gets SIGTERM, finishes its picture and is put back into the queue.
job=$(
  cat << 'END'
#!/usr/bin/env bash
"$WORKER" "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" "$@" &
trap 'kill -TERM $!' TERM
wait $!
code=$?
while kill -0 $! 2> /dev/null; do
  wait $!
  code=$?
done
if [ "$code" = 130 ]; then scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"; fi
exit "$code"
END
)
for attempt in 1 2 3 4 5; do
  # shellcheck disable=SC2086
  WORKER=$here/worker.sh sbatch --wait --quiet --requeue --array="1-$count" --cpus-per-task=1 --signal=B:TERM@60 \
    --job-name=fcn-infer --output="$results.%a.log" --open-mode=append --export=ALL ${SBATCH_OPTIONS:-} \
    <(printf '%s\n' "$job") "$list" "$results" "$@" || true
  code=0
  "${FCN_MERGE:-fcn-merge}" "$results" --list "$list" --output "$output" || code=$?
  case $code in 3 | 5) echo "attempt $attempt: submitting the array again" >&2 ;; *) exit "$code" ;; esac
done
exit "$code"
