#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The rules of the house that a search can check: which folder may include which, where third-party libraries are
# named, how long a file may be. Prints each breach; fails if there is one.
#
#   tests/scripts/house_rules.sh SOURCE-FOLDER
set -euo pipefail
cd "$1"
breaches=0

none() { # RULE, lines on standard input
  local lines
  lines=$(cat)
  [ -n "$lines" ] || return 0
  printf 'Against the rule "%s":\n%s\n\n' "$1" "$lines"
  breaches=$((breaches + 1))
}
named_in() { # EXTENDED-REGEX FOLDER...: file:line:text of each hit in a source
  local pattern=$1
  shift
  grep -rnE --include='*.hpp' --include='*.cpp' --include='*.h' "$pattern" "$@" || true
}
except() { # EXTENDED-REGEX of files
  grep -vE "^($1):" || true
}
sources() {
  find engine kernels interfaces examples tools tests bench scripts packaging .ci -type f \
    \( -name '*.hpp' -o -name '*.cpp' -o -name '*.h' -o -name '*.c' -o -name '*.sh' -o -name '*.py' -o -name '*.mjs' -o -path '.ci/run' \)
}

none "kernels include no engine and no tools" < <(named_in '#include *[<"](\.\./)*(tools/|fcn/(base|graph|passes|file|run|maps)/|fcn/[a-z_]+\.hpp)' kernels)
none "the engine includes no tools" < <(named_in '#include *[<"](\.\./)*tools/' engine)
none "interfaces for other languages use the public headers, and nothing uses them" \
  < <(named_in '#include *[<"](\.\./)*(tools/|fcn/(passes|file|run)/)|detail::' interfaces
      named_in '#include *[<"](\.\./)*interfaces/' engine kernels tools)
# Rooms in order: each includes itself and those before it.
out_of_order() { # FOLDER INCLUDE-PREFIX ROOM...
  local folder=$1 prefix=$2 later
  shift 2
  while [ $# -gt 1 ]; do
    later=$(IFS='|'; echo "${*:2}")
    named_in "#include *[<\"]$prefix($later)/" "$folder/$1"
    shift
  done
}
none "the engine's rooms include those before them" < <(out_of_order engine/fcn fcn/ base graph passes file run maps)
none "fcn-infer's rooms include those before them" \
  < <(out_of_order tools tools/ shell results pictures runs report draw outputs infer)
none "fcn-export's rooms include those before them" < <(out_of_order tools tools/ shell import export)
none "fcn-merge's rooms include those before them" < <(out_of_order tools tools/ shell results merge)
none "the programs share no more than shell, results and pictures" \
  < <(named_in '#include *[<"]tools/(runs|report|draw|outputs|infer)/' tools/import tools/export tools/merge
      named_in '#include *[<"]tools/(import|export)/' tools/{shell,results,pictures,runs,report,draw,outputs,infer,merge}
      named_in '#include *[<"]tools/pictures/' tools/merge
      named_in '#include *[<"]tools/merge/' tools/{pictures,runs,report,draw,outputs,infer,import,export})
none "xsimd is named in kernels/fcn/kernels/simd_xsimd.hpp only" \
  < <(named_in '#include *[<"]xsimd|xsimd::' engine kernels interfaces tools tests bench | except 'kernels/fcn/kernels/simd_xsimd\.hpp')
none "nlohmann's JSON is named in engine/fcn/file/ only" \
  < <(named_in '#include *[<"]nlohmann|nlohmann::' engine kernels interfaces tools | except 'engine/fcn/file/json(_inl)?\.hpp')
none "tests have names that a command line takes for no option" < <(named_in 'TEST_CASE\("[^[:alnum:]]' tests)
none "the library prints nothing and ends no program, but for assert()" \
  < <(named_in '(std::|[^A-Za-z0-9_:.>])((cout|cerr|clog) *<<|(v?f?printf|f?puts|perror|exit|_Exit|abort|terminate|quick_exit) *\()|#include *<iostream>' \
        engine kernels interfaces | grep -vE ':[0-9]+: *(//|\*)' || true)
none "Eigen stays in tests and benchmarks" \
  < <(named_in '#include *[<"]Eigen|Eigen::' engine kernels interfaces tools)
none "stb_image is included in one tools file" \
  < <(named_in '#include *[<"](stb/)?stb_image\.h' engine kernels tools | cut -d: -f1 | sort -u | tail -n +2)
none "no C++ file is longer than 350 lines, and no other source than 500" \
  < <(sources | xargs wc -l | awk '$2 != "total" && $1 > ($2 ~ /pp$/ ? 350 : 500) { print $2 ": " $1 }')
none "no folder holds more than 30 C++ files" \
  < <(sources | sed -n 's,/[^/]*pp$,,p' | sort | uniq -c | awk '$1 > 30 { print $2 ": " $1 }')
# The README shows the examples as they are, so they have no head.
none "a source names its licence in its first lines" \
  < <(comm -23 <(sources | grep -vE '(examples/minimal|consumer/boxes_example)\.cpp' | sort) \
        <(sources | xargs awk 'FNR <= 3 && /SPDX-License-Identifier: MIT/ { print FILENAME }' | sort -u))
none "no comment of C++ reaches beyond column 110" \
  < <(grep -rnE --include='*.hpp' --include='*.cpp' '^.{111,}$' engine kernels interfaces tools tests bench | grep -E ':[0-9]+: *//' || true)
none "no file is called utils" < <(sources | grep -E '(^|[/_-])utils?([._-]|$)' || true)

if [ $breaches -gt 0 ]; then
  echo "$breaches rules broken"
  exit 1
fi
echo "All rules kept"
