#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# From a fresh clone to a picture with answers: installs what is missing, builds Release, runs fcn-infer with the
# model and the picture that ship (or IMAGE) and writes an overlay PNG. Not here: tests (test.sh).
#
#   scripts/demo.sh [IMAGE]
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
image=${1:-$here/docs/images/shelf.png}
model=$here/weights/fashion-resnet18.safetensors
overlay=$here/demo-overlay.png
if [ $# -gt 1 ] || [ "${image#-}" != "$image" ]; then
  echo "usage: scripts/demo.sh [IMAGE]" >&2
  exit 2
fi
if [ ! -r "$image" ]; then
  echo "demo.sh: cannot read $image" >&2
  exit 1
fi
image=$(realpath "$image")
cd "$here"

echo "== 1/3 Debian packages" >&2
scripts/install-packages.sh build

echo "== 2/3 Release build in build/release (the first time takes a minute or two)" >&2
options=()
# Tests and benchmarks need more packages; a build folder that already has them keeps them.
[ -e build/release/CMakeCache.txt ] || options=(-DFCN_BUILD_TESTS=OFF -DFCN_BUILD_BENCHMARKS=OFF)
mkdir -p build
{ cmake --preset release "${options[@]}" && cmake --build --preset release --target fcn-infer fcn-export; } \
  > build/demo.log 2>&1 || { cat build/demo.log >&2 && exit 1; }

echo "== 3/3 build/release/bin/fcn-infer -m ${model#"$here"/} --overlay ${overlay#"$here"/} ${image#"$here"/}" >&2
build/release/bin/fcn-infer -m "$model" --overlay "$overlay" "$image"
echo "Overlay: $overlay" >&2
