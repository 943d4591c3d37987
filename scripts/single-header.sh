#!/bin/sh
# SPDX-License-Identifier: MIT
# Writes the library's headers as one file, for projects that want to copy a file and no more: compiled as C++20 with
# the vector flags of docs/embedding.md, it needs only the headers of xsimd and nlohmann-json.
#
#   scripts/single-header.sh [OUTPUT]     OUTPUT: fcn.hpp
set -eu
case ${1:-} in -*)
  sed -n '3,6s/^# \{0,1\}//p' "$0" >&2
  exit 2
  ;;
esac
here=$(cd "$(dirname "$0")/.." && pwd)
output=${1:-fcn.hpp}

# A header stands where it is included first. One that is included under a condition (#if) stands there, too, once a
# branch, but may come again elsewhere: each has a guard of its own.
awk -v engine="$here/engine/" -v kernels="$here/kernels/" '
  function found_in(name,   line, got) {
    got = (getline line < (engine name))
    close(engine name)
    return got > 0 ? engine name : kernels name
  }
  function guard_of(name) {
    gsub(/[^a-z0-9]/, "_", name)
    return "FCN_SINGLE_" toupper(name)
  }
  # conditions: 0 none, 1 that of the branch, 2 others in it
  function add(name, conditions,   file, line, depth, dropped, skipped, included, got, inner) {
    if (name in complete || name in in_branch || name in unfinished) return
    if (conditions == 0) complete[name] = 1
    if (conditions == 1) in_branch[name] = 1
    unfinished[name] = 1
    file = found_in(name)
    depth = 0
    print "\n#ifndef " guard_of(name) "\n#define " guard_of(name)
    while ((got = (getline line < file)) > 0) {
      if (line ~ /^#pragma once/ || line ~ /SPDX-License-Identifier/) continue
      # FCN_COMPILED is not defined here.
      if (line ~ /^#ifndef FCN_COMPILED$/ || (skipped && line ~ /^#else/)) {
        dropped = 1
        skipped = 0
        continue
      }
      if (line ~ /^#if defined\(FCN_COMPILED\)$/) {
        skipped = 1
        continue
      }
      if (skipped && sub(/^#elif/, "#if", line)) skipped = 0
      if (skipped && line ~ /^#endif/) {
        skipped = 0
        continue
      }
      if (skipped) continue
      if (line ~ /^#endif/ && depth == 0 && dropped) {
        dropped = 0
        continue
      }
      if (line ~ /^#if/) ++depth
      if (line ~ /^#endif/) --depth
      if (conditions == 0 && line ~ /^#(if|el|endif)/) split("", in_branch)
      if (line ~ /^#include "fcn\//) {
        included = line
        sub(/^#include "/, "", included)
        sub(/".*/, "", included)
        inner = conditions + (depth > 0)
        add(included, inner > 2 ? 2 : inner)
      } else {
        print line
      }
    }
    if (got < 0) {
      print "single-header.sh: cannot read " file > "/dev/stderr"
      failed = 1
    }
    close(file)
    print "#endif  // " guard_of(name)
    delete unfinished[name]
  }
  BEGIN {
    print "// SPDX-License-Identifier: MIT"
    print "// fcn as one header, made by scripts/single-header.sh: do not edit. See docs/embedding.md."
    print "#pragma once\n"
    print "#ifdef FCN_COMPILED"
    print "#error \"this header is the whole library: link nothing, and do not define FCN_COMPILED\""
    print "#endif"
    add("fcn/fcn.hpp", 0)
    exit failed
  }
' > "$output.unfinished" || {
  rm -f "$output.unfinished"
  exit 1
}
mv "$output.unfinished" "$output"
