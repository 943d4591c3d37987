#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Everything that names the project's version names the same one, and the recipes under packaging/ are well formed and
# name options and dependencies of CMakeLists.txt. Not here: running the recipes, which needs vcpkg and Conan.
#
#   tests/scripts/recipes.sh SOURCE-FOLDER
set -euo pipefail
cd "$1"
failures=0
fail() { # WHAT
  echo "$1"
  failures=$((failures + 1))
}

version=$(sed -nE 's/^project\(fcn VERSION ([0-9.]+) .*/\1/p' CMakeLists.txt)
[ -n "$version" ] || fail "CMakeLists.txt names no version"
names() { # FILE REGEX: its first group is the version
  local found
  found=$(sed -nE "s/$2/\\1/p" "$1" | head -n 1)
  [ "$found" = "$version" ] || fail "$1 names version \"$found\", CMakeLists.txt $version"
}
names packaging/vcpkg/ports/fcn/vcpkg.json '^  "version": "([^"]*)",$'
names packaging/conan/conanfile.py '^    version = "([^"]*)"$'
names CITATION.cff '^version: (.*)$'
names CHANGELOG.md '^## ([0-9.]*).*$'
names engine/fcn/config.hpp '^#define FCN_VERSION "([^"]*)"$'

recipes=(packaging/vcpkg/ports/fcn/portfile.cmake packaging/conan/conanfile.py)
while read -r option; do
  grep -qE "^(option|set)\($option " CMakeLists.txt cmake/*.cmake || fail "recipes name $option, which CMakeLists.txt does not have"
done < <(grep -ohE 'FCN_(BUILD_)?[A-Z]+[A-Z]' "${recipes[@]}" | grep -vx FCN_BUILD | sort -u)
for part in $(sed -nE 's/.*for part in \(([^)]*)\).*/\1/p' packaging/conan/conanfile.py | tr -d '",'); do
  grep -q "^option(FCN_BUILD_$part " CMakeLists.txt || fail "conanfile.py names FCN_BUILD_$part"
done
# find_package(nlohmann_json 3.11 ...) as "nlohmann.json" and "3.11", with which the recipes' versions begin.
while read -r package least; do
  for recipe in packaging/vcpkg/ports/fcn/vcpkg.json packaging/conan/conanfile.py; do
    grep -E "${package//_/.}" "$recipe" | grep -qF ">=" || fail "$recipe does not name $package"
    grep -E "${package//_/.}" "$recipe" | grep -qE "[=\" ]$least" || fail "$recipe needs another $package than $least"
  done
done < <(sed -nE 's/^find_package\(([a-z_]+) ([0-9.]+) .*/\1 \2/p' CMakeLists.txt)

for python in /usr/bin/python3 python3; do
  command -v $python > /dev/null || continue
  $python -c 'import ast, json, sys
json.load(open(sys.argv[1], encoding="utf-8"))
ast.parse(open(sys.argv[2], encoding="utf-8").read())' packaging/vcpkg/ports/fcn/vcpkg.json packaging/conan/conanfile.py ||
    fail "a recipe is not well formed"
  break
done
[ $failures -eq 0 ]
echo "Recipes name version $version and what CMakeLists.txt has"
