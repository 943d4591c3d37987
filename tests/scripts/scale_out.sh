#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A script of examples/scale-out/ with two or three workers, of which one is killed in the middle by kill -9. In the end
# every picture has one line, and the joined file is byte for byte that of a single run. Exit code 77 if the engine's
# programs are missing.
#
#   tests/scripts/scale_out.sh SOURCE-FOLDER ENGINE FCN-INFER FCN-MERGE MODEL    engines: shell, parallel, ssh, slurm, mpi
set -euo pipefail
source_folder=$(cd "$1" && pwd)
engine=$2
FCN_INFER=$(realpath "$3") FCN_MERGE=$(realpath "$4") FCN_MODEL=$(realpath "$5")
export FCN_INFER FCN_MERGE FCN_MODEL
pictures=40

need() {
  local program
  for program in "$@"; do
    command -v "$program" > /dev/null || { echo "SKIPPED: no $program"; exit 77; }
  done
}
export PATH=$PATH:/usr/sbin:/sbin
script=$engine workers=2
case $engine in
  shell) ;;
  parallel) need parallel ;;
  ssh) need parallel sshd ssh ssh-keygen; script=parallel ;;
  slurm) need slurmctld slurmd sbatch munged ;;
  mpi) need mpirun ;;
  *) echo "no engine '$engine'"; exit 2 ;;
esac

work=$(mktemp -d)
clean_up() { # the daemons of this test wrote their process ids
  local file
  for file in "$work"/*.pid; do [ ! -s "$file" ] || kill "$(cat "$file")" 2> /dev/null || true; done
  sleep 0.2
  rm -rf "$work"
}
trap clean_up EXIT
failed() {
  echo "FAILED: $1"
  tail -n 40 "$work"/log "$work"/*.log "$work"/results.*.log 2> /dev/null || true
  exit 1
}

# Pictures of 224 x 224 whose bytes differ, and their list; one has a name that shells like to split.
mkdir "$work/pictures"
for ((i = 0; i < pictures; ++i)); do
  name="$work/pictures/p$i.ppm"
  [ $i != 7 ] || name="$work/pictures/p 7 'quoted\".ppm"
  { printf 'P6 224 224 255\n'; yes "picture $i of many" | head -c 150528 || true; } > "$name"
  echo "$name" >> "$work/list"
done
"$FCN_INFER" --list "$work/list" --results "$work/single" --threads 1 --quiet
"$FCN_MERGE" -q "$work/single" --list "$work/list" -o "$work/expected"
[ "$(wc -l < "$work/expected")" = $pictures ] || failed "the single run has other lines"

start_ssh() { # a server on loopback for this user alone
  local port=$((20000 + RANDOM % 20000))
  mkdir -p /run/sshd 2> /dev/null || true
  ssh-keygen -q -t ed25519 -N '' -f "$work/host_key"
  ssh-keygen -q -t ed25519 -N '' -f "$work/user_key"
  cp "$work/user_key.pub" "$work/authorized"
  printf '%s\n' "Port $port" 'ListenAddress 127.0.0.1' "HostKey $work/host_key" "AuthorizedKeysFile $work/authorized" \
    "PidFile $work/sshd.pid" 'StrictModes no' 'UsePAM no' 'PasswordAuthentication no' \
    'PermitRootLogin prohibit-password' 'MaxStartups 100' 'AcceptEnv LANG FCN_*' > "$work/sshd_config"
  "$(command -v sshd)" -f "$work/sshd_config" -E "$work/sshd.log" || { echo "SKIPPED: sshd does not start"; exit 77; }
  printf '%s\n' '#!/bin/sh' "exec ssh -p $port -i $work/user_key -o UserKnownHostsFile=$work/hosts" \
    '  -o StrictHostKeyChecking=no -o BatchMode=yes -o LogLevel=ERROR -o SendEnv="FCN_*" "$@"' > "$work/ssh"
  sed -i '2s/$/ \\/' "$work/ssh"
  chmod +x "$work/ssh"
  "$work/ssh" 127.0.0.1 true || { echo "SKIPPED: no ssh to this machine"; exit 77; }
  export PARALLEL_SSH=$work/ssh SSH_LOGINS="2/127.0.0.1"
}

start_slurm() { # a controller and two nodes of one processor, all on this machine
  [ "$(id -u)" = 0 ] || { echo "SKIPPED: slurmctld wants root"; exit 77; }
  local port=$((20000 + RANDOM % 20000))
  chmod 755 "$work"
  head -c 1024 /dev/urandom > "$work/munge.key"
  chmod 400 "$work/munge.key"
  munged --force --key-file="$work/munge.key" --socket="$work/munge.socket" --pid-file="$work/munged.pid" \
    --log-file="$work/munged.log" --seed-file="$work/munge.seed" 2> /dev/null || { echo "SKIPPED: no munged"; exit 77; }
  printf '%s\n' ClusterName=one SlurmctldHost=localhost SlurmUser=root SlurmdUser=root AuthType=auth/munge \
    "AuthInfo=socket=$work/munge.socket" ProctrackType=proctrack/linuxproc TaskPlugin=task/none \
    SelectType=select/cons_tres SelectTypeParameters=CR_Core ReturnToService=2 "SlurmctldPort=$port" \
    "SlurmctldPidFile=$work/ctld.pid" "SlurmdPidFile=$work/slurmd.%n.pid" "SlurmdSpoolDir=$work/spool.%n" \
    "StateSaveLocation=$work/state" "SlurmctldLogFile=$work/ctld.log" "SlurmdLogFile=$work/slurmd.%n.log" \
    SchedulerParameters=sched_interval=1 "NodeName=n1 NodeHostname=localhost Port=$((port + 1)) CPUs=1" \
    "NodeName=n2 NodeHostname=localhost Port=$((port + 2)) CPUs=1" \
    'PartitionName=all Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP' > "$work/slurm.conf"
  mkdir "$work/state" "$work/spool.n1" "$work/spool.n2"
  export SLURM_CONF=$work/slurm.conf
  slurmctld -f "$SLURM_CONF"
  slurmd -N n1 -f "$SLURM_CONF"
  slurmd -N n2 -f "$SLURM_CONF"
  for _ in $(seq 100); do
    [ "$(sinfo -h -t idle -o %D 2> /dev/null)" != 2 ] || return 0
    sleep 0.2
  done
  failed "the nodes are not idle"
}

case $engine in
  ssh) start_ssh ;;
  slurm) start_slurm ;;
  mpi) export MPIRUN_OPTIONS="--allow-run-as-root --oversubscribe --bind-to none" ;;
esac

# Kills fcn-infer, and only the one that has this results file open, when the file has three lines.
kill_in_the_middle() { # FILE
  local pid process
  for _ in $(seq 3000); do
    if [ -f "$1" ] && [ "$(wc -l < "$1")" -ge 3 ]; then
      # shellcheck disable=SC2044
      for process in $(find /proc/[0-9]*/fd -lname "$1" 2> /dev/null); do
        pid=${process#/proc/}
        pid=${pid%%/*}
        [ "$(cat "/proc/$pid/comm" 2> /dev/null)" = fcn-infer ] || continue
        kill -9 "$pid" && wc -l < "$1" > "$work/killed" && return 0
      done
    fi
    sleep 0.02
  done
}
kill_in_the_middle "$work/results/2" &
killer=$!
code=0
"$source_folder/examples/scale-out/$script.sh" $workers "$work/list" "$work/results" "$work/merged" > "$work/log" 2>&1 || code=$?
kill $killer 2> /dev/null || true
[ -f "$work/killed" ] || failed "no worker could be killed"
share=$(wc -l < "$work/results/2")
[ "$(cat "$work/killed")" -lt "$share" ] || failed "the worker was killed when it had finished"
[ $code = 0 ] || failed "exit code $code"
cmp "$work/merged" "$work/expected" || failed "the joined file is not that of a single run"
[ "$(cat "$work/results"/* | wc -l)" = $pictures ] || failed "a picture has more than one line"
echo "$engine: worker 2 was killed after $(cat "$work/killed") of its $share pictures; all $pictures are there once"
