#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Compares this engine with ONNX Runtime, PyTorch and OpenCV's DNN module on a random-weight 1000-class ResNet-18 (with
# oneDNN's convolutions as a yardstick) or MobileNet V2, and prints one Markdown table; build/peers/results.json keeps
# every figure. With --families: one table over classifiers of many families beside ONNX Runtime (families.json).
# Installs what is missing (Debian's packages, npm's onnxruntime-node below build/). Not here: measuring (compare.py,
# families.py).
#
#   bench/peers/run.sh --families [--networks resnet50,...] [--sizes HxW,...] [--threads N,...] [--processes N] [--seconds S]
#   bench/peers/run.sh [mobilenet_v2] [--sizes HxW,...] [--threads N,...] [--processes N] [--seconds S] [--sides fcn,ort_static,...]
set -euo pipefail
cd "$(dirname "$0")/../.."

ort_version=1.30.0
work=build/peers
network=resnet18
if [ "${1:-}" = mobilenet_v2 ]; then
  network=$1
  shift
elif [ "${1:-}" = --families ]; then
  network=families
  shift
fi
sizes=224x224,387x1024,725x1920
for ((i = 1; i <= $#; i++)); do
  case "${!i}" in
    --sizes) next=$((i + 1)) && sizes=${!next} ;;
    --sizes=*) sizes=${!i#--sizes=} ;;
    -h | --help)
      script=compare
      [ "$network" != families ] || script=families
      exec /usr/bin/python3 bench/peers/$script.py --help
      ;;
  esac
done

scripts/install-packages.sh build test peers
mkdir -p $work
if [ ! -d $work/node_modules/onnxruntime-node ]; then
  echo "Installing onnxruntime-node $ort_version into $work" >&2
  # Its CPU library is in the package; its install script would only fetch GPU libraries from elsewhere.
  npm install --prefix $work --ignore-scripts --no-audit --no-fund --loglevel=error "onnxruntime-node@$ort_version" >&2
fi

echo "Building Release" >&2
cmake --preset release -DFCN_BUILD_BENCHMARKS=ON > /dev/null
cmake --build --preset release --target fcn-export fcn_peer onednn_convolutions > $work/build.log || { cat $work/build.log >&2 && exit 1; }

if [ "$network" = families ]; then
  exec /usr/bin/python3 -B bench/peers/families.py --work $work/families --node $work --export build/release/bin/fcn-export \
    --fcn build/release/bin/fcn_peer --json $work/families.json "$@"
fi

echo "Making the network and the pictures" >&2
IFS=, read -r -a size_list <<< "$sizes"
/usr/bin/python3 bench/peers/network.py $work/"$network" "$network" "${size_list[@]}"
if [ ! -e $work/"$network"/model.safetensors ]; then
  build/release/bin/fcn-export "$work/$network"/classifier.* -o $work/"$network"/model.safetensors >&2
fi

if [ "$network" = resnet18 ]; then
  echo "Checking what fcn-export --to onnx writes in ONNX Runtime (largest difference from PyTorch, relative)" >&2
  /usr/bin/python3 bench/peers/check_onnx.py build/release/bin/fcn-export $work resnet18 vgg11 squeezenet1_0 >&2
fi

onednn=()
[ "$network" != resnet18 ] || onednn=(--onednn build/release/bin/onednn_convolutions)  # its shapes are ResNet-18's
/usr/bin/python3 bench/peers/compare.py --network $work/"$network" --node $work --fcn build/release/bin/fcn_peer \
  "${onednn[@]}" --json $work/results.json "$@"
