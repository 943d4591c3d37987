#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Fails if SECURITY.md names a test that does not exist. A test's name stands in quotation marks, on one line.
#
#   tests/scripts/named_tests.sh SOURCE-FOLDER
set -euo pipefail
cd "$1"
named=$(grep -oE '"[^"]+"' SECURITY.md | tr -d '"')
missing=0
while IFS= read -r name; do
  grep -rqF --include='*.cpp' "TEST_CASE(\"$name\"" tests && continue
  echo "SECURITY.md names a test that does not exist: $name"
  missing=1
done <<< "$named"
[ $missing -eq 0 ] || exit 1
echo "Every test that SECURITY.md names exists"
