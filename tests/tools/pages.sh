#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Manual pages and completions hold each option that --help shows, and the programs that read them accept them. What
# bash and fish offer is asked of them. man, zsh and fish are left out where they are missing.
#
#   tests/tools/pages.sh FCN-INFER FCN-EXPORT FCN-MERGE
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

fail() { # WHAT
  echo "$1"
  failures=$((failures + 1))
}
options_of() { # COMMAND...: "-k" and "--top", a line each
  "$@" --help | sed -nE 's/^  ((-[a-zA-Z],)?--[a-z-]+).*/\1/p' | tr , '\n'
}
holds() { # FILE TEXT
  grep -qF -e "$2" "$1" || fail "$(basename "$1") lacks $2"
}
offered() { # PROGRAM WORD...: what bash completes the last word with
  bash -c 'source "$1"; COMP_WORDS=("${@:3}"); COMP_CWORD=$(($# - 3)); compopt() { :; }
    "_${2//-/_}" "$2" "${@: -1}"; printf "%s\n" "${COMPREPLY[@]}"' - "$work/$1.bash" "$1" "$@" | sort | tr '\n' ' '
}
offers() { # EXPECTED PROGRAM WORD...
  local found
  found=$(offered "${@:2}")
  [ "$found" = "$1" ] || fail "bash offers \"$found\" for \"${*:2}\", not \"$1\""
}

check() { # PROGRAM
  local name
  name=$(basename "$1")
  for kind in man bash zsh fish; do "$1" --generate $kind > "$work/$name.$kind"; done
  local count=0 option
  for command in "" $("$1" --help | sed -n '/^Subcommands:/,/^$/s/^  \([a-z-]*\) .*/\1/p'); do
    # shellcheck disable=SC2086  # no command is no word
    for option in $(options_of "$1" $command); do
      count=$((count + 1))
      holds "$work/$name.man" "\\fB${option//-/\\-}\\fR"
      holds "$work/$name.bash" "$option"
      holds "$work/$name.zsh" "$option"
      if [[ $option == --* ]]; then holds "$work/$name.fish" " -l ${option#--}"; else holds "$work/$name.fish" " -s ${option#-}"; fi
    done
  done
  [ $count -ge 5 ] || fail "$name --help shows $count options"
  bash -n "$work/$name.bash" || fail "bash does not read $name.bash"
  if command -v man > /dev/null && command -v groff > /dev/null; then
    local warnings
    warnings=$(LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$work/$name.man" 2>&1 > /dev/null)
    [ -z "$warnings" ] || fail "$name.man: $warnings"
  fi
  if command -v zsh > /dev/null; then zsh -n "$work/$name.zsh" || fail "zsh does not read $name.zsh"; fi
  if command -v fish > /dev/null; then fish --no-execute "$work/$name.fish" || fail "fish does not read $name.fish"; fi
}
for program in "$@"; do check "$program"; done

offers "--fuse " fcn-infer --fu
offers "max mean " fcn-infer --fuse ""
offers "max mean " fcn-infer a.png --fuse = ""
offers "mean " fcn-infer --fuse me
offers " " fcn-infer --model ""
offers "inspect " fcn-export insp
offers "--pool-stride " fcn-export inspect --po
offers "--partial " fcn-merge --p
if command -v fish > /dev/null; then
  export HOME=$work XDG_CONFIG_HOME=$work/config
  found=$(fish -c "source '$work/fcn-infer.fish'; complete -C 'fcn-infer --fuse '" | cut -f1 | sort | tr '\n' ' ')
  [ "$found" = "max mean " ] || fail "fish offers \"$found\" for --fuse"
fi
[ $failures -eq 0 ]
echo "$# programs, each option in four files"
