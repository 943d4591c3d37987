#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds a Debian package: programs, libraries, headers, the small model, manual pages, completions. Prints its name.
# Not here: installing it (apt install ./FILE), and its test (tests/consumer/package.cmake).
#
#   scripts/package.sh [FOLDER]     FOLDER: where it goes (build/package)
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p "${1:-build/package}"
folder=$(cd "${1:-build/package}" && pwd)
scripts/install-packages.sh build package >&2
cmake --preset release -B build/package -DCMAKE_INSTALL_PREFIX=/usr \
  -DFCN_ZSH_COMPLETIONS=share/zsh/vendor-completions -DFCN_BUILD_TESTS=OFF -DFCN_BUILD_BENCHMARKS=OFF > /dev/null
cmake --build build/package --parallel "$(nproc)" >&2
cpack --config build/package/CPackConfig.cmake -B "$folder" > "$folder/cpack.log" 2>&1 || {
  cat "$folder/cpack.log" >&2
  exit 1
}
sed -n 's/^CPack: - package: \(.*\) generated\.$/\1/p' "$folder/cpack.log"
