#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Fails where clang-format would change a C++ source, and names the command that mends it. Compares texts: with
# --dry-run, clang-format 14 also reports closing comments of inline namespaces that it would leave as they are.
# One process formats all sources, because each takes longer to start than to format its file.
#
#   tests/scripts/format.sh SOURCE-FOLDER
set -euo pipefail
cd "$1"
mapfile -t sources < <(find engine kernels interfaces examples tools tests bench -name '*.hpp' -o -name '*.cpp' -o -name '*.h' -o -name '*.c')
formatted=$(mktemp)
trap 'rm -f "$formatted"' EXIT
clang-format "${sources[@]}" > "$formatted"
if cat "${sources[@]}" | cmp -s - "$formatted"; then
  echo "All ${#sources[@]} sources are formatted"
  exit 0
fi
unformatted=()
for source in "${sources[@]}"; do
  clang-format "$source" | cmp -s - "$source" || unformatted+=("$source")
done
echo "Not as .clang-format has it; mend with: clang-format -i ${unformatted[*]}"
exit 1
