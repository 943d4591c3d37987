#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Fails if a comment or a page of documentation names a file that does not exist, as it does after a file is moved or
# merged. A name counts with any of its last folders ("lower_nodes.hpp", "onnx/lower_nodes.hpp") and may have stars.
#
#   tests/scripts/named_files.sh SOURCE-FOLDER
set -euo pipefail
cd "$1"
ours=(engine kernels interfaces examples tools tests bench scripts cmake docs weights packaging .ci)
# Files of others (PyTorch, ONNX, Catch2), and architecture.md's placeholders.
foreign='schema\.py|Changelog\.md|catch\.hpp|x(_inl)?\.hpp'

# FILE:LINE:TEXT of every comment and every line of documentation.
named_lines() {
  grep -rnE --include='*.hpp' --include='*.cpp' --include='*.js' --include='*.mjs' '^\s*//|\s//' "${ours[@]}"
  grep -rnE --include='*.cmake' --include='CMakeLists.txt' --include='*.sh' --include='*.py' '#' "${ours[@]}" CMakeLists.txt
  grep -nE '.' ./*.md
  grep -rnE --include='*.md' '.' "${ours[@]}"
}
missing=$(
  {
    find "${ours[@]}" -type f
    find . -maxdepth 1 -type f -printf '%f\n'
    echo # the end of the list
    named_lines
  } | awk -v foreign="^($foreign)$" '
    BEGIN { listing = 1 }
    listing && $0 == "" { listing = 0; next }
    listing { # every last part of a path
      paths[++count] = "/" $0
      for (rest = $0; ; rest = substr(rest, index(rest, "/") + 1)) {
        known[rest] = 1
        if (index(rest, "/") == 0) break
      }
      next
    }
    {
      split($0, place, ":")
      text = substr($0, length(place[1]) + length(place[2]) + 3)
      if (place[1] ~ /\.(hpp|cpp|js|mjs)$/) sub(/^.*\/\/[\/ ]/, "", text)
      else if (place[1] !~ /\.md$/) sub(/^[^#]*#/, "", text)
      while (match(text, /[A-Za-z0-9_.*\/-]+\.(hpp|cpp|cmake|sh|mjs|py|md)($|[^A-Za-z0-9_])/)) {
        name = substr(text, RSTART, RLENGTH)
        text = substr(text, RSTART + RLENGTH)
        sub(/[^A-Za-z0-9_]$/, "", name)
        gsub(/^(\.\.?\/)+/, "", name)
        last = name
        sub(/^.*\//, "", last)
        if (name in known || last ~ foreign || name ~ /^\//) continue
        if (name ~ /\*/) {
          pattern = name
          gsub(/\./, "\\.", pattern)
          gsub(/\*/, "[^/]*", pattern)
          found = 0
          for (i = 1; i <= count && !found; ++i) found = paths[i] ~ ("/" pattern "$")
          if (found) continue
        }
        print place[1] ":" place[2] ": " name
      }
    }'
)
if [ -n "$missing" ]; then
  printf 'Comments or documentation name files that do not exist:\n%s\n' "$missing"
  exit 1
fi
echo "Every file named in comments and documentation exists"
