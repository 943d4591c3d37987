#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every link of the documentation to a page of ours leads to a file, and to a heading of it if it names one. Not here:
# links to other sites, and files that are named without a link (named_files.sh).
#
#   tests/scripts/links.sh SOURCE-FOLDER
set -euo pipefail
cd "$1"
mapfile -t pages < <(git ls-files '*.md' 2> /dev/null || true)
[ ${#pages[@]} -gt 0 ] || mapfile -t pages < <(find . -name build -prune -o -name '*.md' -print | sed 's,^\./,,')

# "page<TAB>target" of each link and "page#anchor" of each heading, as the usual hosts make them.
links=$(mktemp)
anchors=$(mktemp)
trap 'rm -f "$links" "$anchors"' EXIT
awk -v links="$links" -v anchors="$anchors" '
  FNR == 1 { code = 0; delete seen }
  /^ *```/ { code = !code }
  code { next }
  /^#+ / {
    title = tolower($0)
    sub(/^#+ +/, "", title)
    gsub(/[^a-z0-9 _-]/, "", title)
    gsub(/ /, "-", title)
    print FILENAME "#" title (seen[title]++ ? "-" seen[title] - 1 : "") > anchors
  }
  {
    rest = $0
    gsub(/`[^`]*`/, "", rest)
    while (match(rest, /\]\([^() ]+\)/)) {
      target = substr(rest, RSTART + 2, RLENGTH - 3)
      rest = substr(rest, RSTART + RLENGTH)
      if (target !~ /^[a-z]+:/) print FILENAME "\t" target > links
    }
  }' "${pages[@]}"

failures=0
count=0
while IFS=$'\t' read -r page target; do
  count=$((count + 1))
  file=${target%%#*}
  if [ -z "$file" ]; then
    file=$page
  else
    file=$(realpath -m --relative-to=. "${page%"${page##*/}"}./$file")
  fi
  if [ ! -e "$file" ]; then
    echo "$page: no $file"
    failures=$((failures + 1))
  elif [[ $target == *'#'* ]] && ! grep -qxF "$file#${target#*#}" "$anchors"; then
    echo "$page: no heading #${target#*#} in $file"
    failures=$((failures + 1))
  fi
done < "$links"
[ $failures -eq 0 ]
[ $count -gt 0 ]
echo "All $count links of ${#pages[@]} pages lead somewhere"
