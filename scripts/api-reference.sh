#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds the reference of the C++ and C interfaces with Doxygen: build/api/html/index.html. Fails if a public name has no
# description. Not here: the guides, which are docs/ as they are.
#
#   scripts/api-reference.sh [FOLDER]     FOLDER: where it goes (build/api)
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-build/api}
if ! command -v doxygen > /dev/null; then
  echo "api-reference.sh: no doxygen; install it with: scripts/install-packages.sh docs" >&2
  exit 1
fi
mkdir -p "$folder/headers"
# fcn.h is read by C compilers of any age: its comments become Doxygen's here.
sed -E '1s,.*,/** \\file,; s,^( *)/\* ,\1/** ,; s,([^ ]) +/\* ,\1 /**< ,' interfaces/c/fcn.h > "$folder/headers/fcn.h"
{
  cat docs/Doxyfile
  echo "OUTPUT_DIRECTORY = \"$folder\""
  echo "INPUT += \"$folder/headers\""
  echo "PROJECT_NUMBER = $(sed -nE 's/^project\(fcn VERSION ([0-9.]+) .*/\1/p' CMakeLists.txt)"
} | doxygen -
echo "$folder/html/index.html"
