#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The one place that names Debian packages: installs those of the given groups that are missing.
# Not here: anything that builds (demo.sh, test.sh) and the npm side of the benchmarks (bench/peers/).
#
#   scripts/install-packages.sh GROUP...     groups: build, test, browser, dev, package, docs, compilers, fetch, peers, plot, scale-out
set -euo pipefail

packages_of() {
  case "$1" in
    build) # the tools and the libraries they use
      echo g++ cmake ninja-build libxsimd-dev nlohmann-json3-dev libstb-dev libcli11-dev libfmt-dev libpng-dev zlib1g-dev libjpeg-dev libgif-dev libtiff-dev libwebp-dev nettle-dev libonnx-dev libprotobuf-dev
      ;;
    test) # the tests and benchmarks; NEON is cross-compiled and emulated where the machine has none
      echo catch2 libeigen3-dev libbenchmark-dev libsimde-dev libonnx-testdata binutils curl busybox pkg-config parallel python3 python3-numpy python3-pil
      if [ "$(dpkg --print-architecture)" = amd64 ]; then echo g++-aarch64-linux-gnu qemu-user-static; fi
      ;;
    browser) # opens the pages of --html in their test, which is skipped without it
      echo chromium
      ;;
    dev) # the checks of test-all.sh
      echo clang clang-format cppcheck shellcheck man-db zsh fish
      ;;
    package) # package.sh and the test of what it makes
      echo dpkg-dev file lintian
      ;;
    fetch) # fetch-imagenet.sh
      echo curl ca-certificates
      ;;
    docs) # api-reference.sh
      echo doxygen
      ;;
    compilers) # check-compilers.sh
      echo clang-19 libc++-14-dev libc++abi-14-dev g++-i686-linux-gnu g++-arm-linux-gnueabihf g++-riscv64-linux-gnu g++-s390x-linux-gnu
      ;;
    peers) # what bench/peers/run.sh compares with, besides npm's package
      echo nodejs python3 python3-numpy python3-torch python3-torchvision python3-opencv libdnnl-dev
      if ! command -v npm > /dev/null; then echo npm; fi
      ;;
    plot) # bench/sliding_window.gnuplot
      echo gnuplot-nox jq
      ;;
    scale-out) # the engines of examples/scale-out/ beyond GNU parallel
      echo slurm-wlm munge openmpi-bin openssh-server openssh-client
      ;;
    *)
      echo "install-packages.sh: no group '$1'; groups are build, test, browser, dev, package, docs, compilers, fetch, peers, plot and scale-out" >&2
      exit 2
      ;;
  esac
}

if [ $# -eq 0 ]; then
  sed -n '3,6s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
if ! command -v dpkg-query > /dev/null; then
  echo "This script knows Debian's package manager only. Please install what it lists by other means." >&2
  exit 1
fi

wanted=()
for group in "$@"; do
  list=$(packages_of "$group")
  read -r -d '' -a names <<< "$list" || true
  wanted+=("${names[@]}")
done

missing=()
for package in "${wanted[@]}"; do
  [[ " ${missing[*]} " != *" $package "* ]] || continue
  state=$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2> /dev/null || true)
  [ "${state:0:2}" = ii ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo > /dev/null; then
    echo "Missing packages: ${missing[*]}. Run this as root, or install sudo." >&2
    exit 1
  fi
  as_root=(sudo)
fi
apt_get() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" < /dev/null
}

echo "Installing ${#missing[@]} Debian packages: ${missing[*]}" >&2
apt_get update
if ! apt_get install -y --no-install-recommends "${missing[@]}" > /dev/null; then
  echo "apt-get could not install them; its own words are above." >&2
  exit 1
fi
