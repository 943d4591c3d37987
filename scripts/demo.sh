#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# From a fresh clone to a picture with answers: installs what is missing, builds Release, runs fcn-infer with the
# model and the picture that ship (or IMAGE) and writes an overlay PNG. Not here: tests (test.sh).
#
#   scripts/demo.sh [IMAGE]
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
if [ $# -gt 1 ] || [[ "${1:-}" == -* ]]; then
  echo "usage: scripts/demo.sh [IMAGE]" >&2
  exit 2
fi
image=${1:-$here/weights/demo.png}
if [ ! -r "$image" ]; then
  echo "demo.sh: cannot read $image" >&2
  exit 1
fi
image=$(realpath --relative-base="$here" "$image")
cd "$here"

echo "1/2 Release build of fcn-infer in build/release (two minutes the first time, on two cores)" >&2
scripts/build-tools.sh fcn-infer

run=(build/release/bin/fcn-infer -m weights/fashion-resnet18.safetensors --overlay demo-overlay.png "$image")
echo "2/2 ${run[*]}" >&2
"${run[@]}"
echo "The overlay is in demo-overlay.png" >&2
