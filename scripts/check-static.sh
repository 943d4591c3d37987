#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What cppcheck finds in engine, tools and interfaces without running anything: nothing, or this fails. What it takes
# for a defect and isn't stands in scripts/check-static.suppressions, each with its reason. Not here: the kernels,
# whose templates cppcheck 2.10 cannot parse, and -fanalyzer, which GCC 12 has for C only.
#
#   scripts/check-static.sh
set -euo pipefail
cd "$(dirname "$0")/.."

check() { # INCLUDE-FOLDER FILE|FOLDER...: no other headers, so that each file is read once
  cppcheck --quiet --std=c++20 --language=c++ --enable=warning,performance,portability --max-configs=1 \
    --suppressions-list=scripts/check-static.suppressions --inline-suppr --error-exitcode=1 -j "$(nproc)" \
    -D__cplusplus=202002L -DFCN_COMPILED -DFCN_INLINE= -I "$@"
}
read -r -d '' -a headers < <(git ls-files 'engine/*.hpp' && printf '\0')
check engine "${headers[@]}"
check . tools interfaces
