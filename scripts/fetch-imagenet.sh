#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Downloads torchvision's official ImageNet weights of ResNet-18, checks them against the SHA-256 digits in their
# name and converts them for fcn-infer. Leaves either the finished model or nothing.
#
#   scripts/fetch-imagenet.sh [--url URL] [--labels FILE] [--output FILE]
#
#   --url URL       where the checkpoint is; its name must end in -DIGITS.pth, DIGITS starting its SHA-256
#                   (also FCN_IMAGENET_URL; default: torchvision's own address)
#   --labels FILE   class names, one a line (weights/imagenet-labels.txt)
#   --output FILE   the model to write (weights/imagenet-resnet18.safetensors)
#
# FCN_EXPORT names the fcn-export to use; by default the Release build's, which is built if it is missing.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
url=${FCN_IMAGENET_URL:-https://download.pytorch.org/models/resnet18-f37072fd.pth}
labels=$here/weights/imagenet-labels.txt
output=$here/weights/imagenet-resnet18.safetensors
export_tool=${FCN_EXPORT:-}

fail() { # EXIT-CODE MESSAGE
  echo "fetch-imagenet.sh: $2" >&2
  exit "$1"
}

while [ $# -gt 0 ]; do
  case "$1" in
    --url | --labels | --output)
      [ $# -ge 2 ] || fail 2 "$1 needs a value"
      case "$1" in
        --url) url=$2 ;;
        --labels) labels=$2 ;;
        --output) output=$2 ;;
      esac
      shift 2
      ;;
    -h | --help)
      sed -n '3,13s/^# \{0,1\}//p' "$0"
      exit 0
      ;;
    *) fail 2 "unknown argument '$1'; --help lists what there is" ;;
  esac
done

name=${url##*/}
digits=$(sed -nE 's/^.*-([0-9a-f]{8,64})\.pth$/\1/p' <<< "$name")
[ -n "$digits" ] || fail 2 "'$name' does not end in -DIGITS.pth, so there is nothing to check the download against"
[ -r "$labels" ] || fail 1 "cannot read the labels, $labels"
if [ -e "$output" ]; then
  echo "$output is already here; delete it to fetch it again." >&2
  exit 0
fi

if [ -z "$export_tool" ]; then
  export_tool=$here/build/release/bin/fcn-export
  if [ ! -x "$export_tool" ]; then
    echo "Building fcn-export" >&2
    "$here/scripts/build-tools.sh" fcn-export
  fi
fi
if ! command -v curl > /dev/null && ! command -v wget > /dev/null; then
  "$here/scripts/install-packages.sh" fetch
fi

# Beside the output, so that the last step is a rename; gone whatever happens.
mkdir -p "$(dirname "$output")"
work=$(mktemp -d "$(dirname "$output")/.fetch-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

echo "Downloading $url" >&2
download() {
  if command -v curl > /dev/null; then
    curl --fail --location --retry 3 --connect-timeout 20 --no-progress-meter --output "$work/$name" "$url"
  else
    wget --quiet --tries=3 --timeout=20 --output-document="$work/$name" "$url"
  fi
}
download >&2 || fail 1 "the download failed; nothing was kept"

sum=$(sha256sum "$work/$name")
sum=${sum%% *}
if [ "${sum:0:${#digits}}" != "$digits" ]; then
  fail 1 "the download is damaged or not what its name says: its SHA-256 begins ${sum:0:${#digits}}, not $digits; nothing was kept"
fi
echo "SHA-256 $sum, as the name says" >&2

"$export_tool" "$work/$name" -o "$work/model.safetensors" --labels "$labels" --window 224 >&2 \
  || fail 3 "fcn-export could not convert the checkpoint; nothing was kept"
"$export_tool" verify "$work/model.safetensors" >&2 || fail 3 "the converted model fails its self-test; nothing was kept"
mv "$work/model.safetensors" "$output"
echo "Wrote $output; run it with: fcn-infer -m $output PHOTOGRAPH" >&2
