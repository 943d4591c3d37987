#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Fails where clang-format would change a C++ source, and names the command that mends it. Compares texts: with
# --dry-run, clang-format 14 also reports closing comments of inline namespaces that it would leave as they are.
#
#   tests/scripts/format.sh SOURCE-FOLDER
set -euo pipefail
cd "$1"
unformatted=()
while IFS= read -r source; do
  clang-format "$source" | cmp -s - "$source" || unformatted+=("$source")
done < <(find engine kernels interfaces examples tools tests bench -name '*.hpp' -o -name '*.cpp' -o -name '*.h' -o -name '*.c')
if [ ${#unformatted[@]} -gt 0 ]; then
  echo "Not as .clang-format has it; mend with: clang-format -i ${unformatted[*]}"
  exit 1
fi
echo "Every source is formatted"
