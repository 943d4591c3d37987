#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# scripts/fetch-imagenet.sh against a file server on loopback, with a stand-in for the checkpoint: the good case, a
# damaged download, a missing file, a name without digits. The real weights are never fetched.
#
#   tests/scripts/fetch_imagenet.sh SOURCE-FOLDER FCN-EXPORT CHECKPOINT CLASS-COUNT
set -euo pipefail
source_folder=$1
export FCN_EXPORT=$2
checkpoint=$3
class_count=$4
export no_proxy=127.0.0.1 NO_PROXY=127.0.0.1
unset FCN_IMAGENET_URL

work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null; rm -rf "$work"' EXIT
passed=0

failed() {
  echo "FAILED: $1"
  cat "$work/log" 2> /dev/null || true
  exit 1
}

# The stand-in is named as torch.hub names checkpoints: by the first eight digits of its SHA-256.
mkdir "$work/www" "$work/out"
sum=$(sha256sum "$checkpoint")
name=resnet18-${sum:0:8}.pth
cp "$checkpoint" "$work/www/$name"
damaged=resnet18-00000000.pth
cp "$checkpoint" "$work/www/$damaged"
cp "$checkpoint" "$work/www/resnet18.pth"
seq -f 'class %g' 1 "$class_count" > "$work/labels.txt"

for _ in 1 2 3 4 5 6 7 8 9 10; do
  port=$((20000 + RANDOM % 20000))
  busybox httpd -f -p "127.0.0.1:$port" -h "$work/www" 2> /dev/null &
  server=$!
  sleep 0.2
  kill -0 "$server" 2> /dev/null && break
  server=
done
[ -n "$server" ] || failed "no port for the file server"
base=http://127.0.0.1:$port

fetch() { # FILE-NAME: runs the script, returns its exit code
  local code=0
  "$source_folder/scripts/fetch-imagenet.sh" --url "$base/$1" --labels "$work/labels.txt" \
    --output "$work/out/model.safetensors" > "$work/log" 2>&1 || code=$?
  echo "$code"
}
expect_refusal() { # FILE-NAME EXIT-CODE WORDS
  local code
  code=$(fetch "$1")
  [ "$code" = "$2" ] || failed "$1: exit code $code instead of $2"
  grep -qi "$3" "$work/log" || failed "$1: the message lacks '$3'"
  [ -z "$(ls -A "$work/out")" ] || failed "$1: left behind $(ls -A "$work/out")"
  passed=$((passed + 1))
}

expect_refusal "$damaged" 1 'damaged'
expect_refusal resnet18-01234567.pth 1 'download failed'
expect_refusal resnet18.pth 2 'nothing to check'
head -c 5000 "$checkpoint" > "$work/broken.pth"
sum=$(sha256sum "$work/broken.pth")
mv "$work/broken.pth" "$work/www/broken-${sum:0:8}.pth"
expect_refusal "broken-${sum:0:8}.pth" 3 'could not convert'

code=$(fetch "$name")
[ "$code" = 0 ] || failed "the good case: exit code $code"
[ "$(ls -A "$work/out")" = model.safetensors ] || failed "the good case left $(ls -A "$work/out")"
passed=$((passed + 1))
code=$(fetch "$name")
[ "$code" = 0 ] || failed "the second time: exit code $code"
grep -q 'already here' "$work/log" || failed "the second time: no word that it is here"
passed=$((passed + 1))
echo "$passed passed, 0 failed"
