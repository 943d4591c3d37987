#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Fails where clang-format would change a C++ source, and names the command that mends it.
#
#   tests/scripts/format.sh SOURCE-FOLDER
set -euo pipefail
cd "$1"
mapfile -t sources < <(find engine kernels tools tests bench -name '*.hpp' -o -name '*.cpp')
if clang-format --dry-run --Werror "${sources[@]}" 2> /dev/null; then
  echo "Every source is formatted"
  exit 0
fi
for source in "${sources[@]}"; do
  clang-format --dry-run --Werror "$source" 2> /dev/null || echo "$source"
done
echo "Mend these with: clang-format -i FILE..."
exit 1
