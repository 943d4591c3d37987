#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Checks that ONNX Runtime loads what `fcn-export --to onnx` writes and agrees with PyTorch at three sizes.

    bench/peers/check_onnx.py FCN_EXPORT NODE_FOLDER [FAMILY ...]

FCN_EXPORT is the program, NODE_FOLDER has onnxruntime-node in its node_modules (bench/peers/run.sh makes one in
build/peers). Networks and expectations are those of tests/import/families. Fails if a logit is off by more than
1e-4 x max(1, |logit|). Not here: speed (compare.py).
"""
import json
import os
import subprocess
import sys
import tempfile

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
FAMILIES = os.path.join(HERE, "..", "..", "tests", "import", "families")
sys.path.insert(0, os.path.dirname(FAMILIES))
from noise_stream import noise_stream  # noqa: E402


def picture(height, width, channels, mean, std):
    """picture() of make_families.py."""
    y, x, c = numpy.ogrid[:height, :width, :channels]
    pixels = (y * 7 + x * 13 + c * 29 + (x * y) % 31 * 5) % 256
    scaled = (pixels / 255 - numpy.array(mean[:channels])) / numpy.array(std[:channels])
    return scaled.transpose(2, 0, 1).astype(numpy.float32)


def check(name, family, expected, program, node, folder):
    """The largest difference over the family's maps, relative to max(1, |logit|)."""
    source, converted = (os.path.join(folder, name + ending) for ending in (".onnx", ".fcn.onnx"))
    with open(os.path.join(FAMILIES, name + ".onnx"), "rb") as file, open(source, "wb") as copy:
        copy.write(file.read())
    count = family["channels"]
    numbers = [",".join(map(str, expected[key][:count])) for key in ("mean", "std")]
    subprocess.run([program, source, "-q", "--mean", numbers[0], "--std", numbers[1], "--to", "onnx",
                    "-o", converted], check=True, stderr=subprocess.DEVNULL)
    runs = []
    for number, one in enumerate(family["maps"]):
        height, width = one["size"]
        pixels, answer = (os.path.join(folder, f"{number}.{ending}") for ending in ("in", "out"))
        picture(height, width, count, expected["mean"], expected["std"]).tofile(pixels)
        runs.append({"input": pixels, "dims": [1, count, height, width], "output": answer})
    subprocess.run(["node", os.path.join(HERE, "check_onnx.mjs"), node, converted, json.dumps(runs)], check=True)
    worst = 0
    for run, one in zip(runs, family["maps"]):
        found, wanted = numpy.fromfile(run["output"], numpy.float32), numpy.array(one["logits"])
        worst = max(worst, float((abs(found - wanted) / numpy.maximum(1, abs(wanted))).max()))
    return worst


def main():
    program, node, *names = sys.argv[1:]
    with open(os.path.join(FAMILIES, "expected.json")) as file:
        expected = json.load(file)
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        noise_stream().tofile(os.path.join(folder, "noise.bin"))
        for name in names or expected["families"]:
            worst = check(name, expected["families"][name], expected, program, node, folder)
            failed = failed or not worst <= 1e-4
            print(f"{name:20s} {worst:.2g}{'' if worst <= 1e-4 else '  TOO MUCH'}", flush=True)
    sys.exit(failed)


main()
