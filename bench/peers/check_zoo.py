#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Converts every network of a folder with expected maps to ONNX (`fcn-export --to onnx`) and runs it in ONNX Runtime.

    bench/peers/check_zoo.py ZOO FCN_EXPORT NODE_FOLDER [NAME ...]

ZOO has expected.json: for each network its file, window and maps (picture size, shape, logits); NODE_FOLDER has
onnxruntime-node in its node_modules (bench/peers/run.sh makes one in build/peers). A logit is right within the
network's tolerance, 1e-4 of the map's largest where it has none. Not here: the same maps in fcn itself.
"""
import json
import os
import subprocess
import sys
import tempfile

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))


def picture(height, width):
    y, x, c = numpy.ogrid[:height, :width, :3]
    pixels = (y * 7 + x * 13 + c * 29 + (x * y) % 31 * 5) % 256
    scaled = (pixels / 255 - numpy.array([0.485, 0.456, 0.406])) / numpy.array([0.229, 0.224, 0.225])
    return scaled.transpose(2, 0, 1).astype(numpy.float32)


def check(zoo, program, node, name, case, folder):
    """None if right, else one line."""
    source, converted = os.path.join(zoo, name, case["file"]), os.path.join(folder, "m.onnx")
    window = [] if case["file"].endswith(".onnx") and not case.get("free") else ["--window", str(case["window"])]
    done = subprocess.run([program, source, "-q", "--to", "onnx", "-o", converted, *window], capture_output=True, text=True)
    if case.get("refused"):
        return None if done.returncode == 3 else f"should be refused, got {done.returncode}"
    if done.returncode:
        return f"export {done.returncode}: {(done.stderr.strip().splitlines() or [''])[-1]}"
    runs = []
    for number, one in enumerate(case["maps"]):
        height, width = one["size"]
        pixels, answer = (os.path.join(folder, f"{number}.{ending}") for ending in ("in", "out"))
        picture(height, width).tofile(pixels)
        runs.append({"input": pixels, "dims": [1, 3, height, width], "output": answer})
    done = subprocess.run(["node", os.path.join(HERE, "check_onnx.mjs"), node, converted, json.dumps(runs)],
                          capture_output=True, text=True)
    if done.returncode:
        return "ONNX Runtime: " + next((line for line in done.stderr.splitlines() if "Error" in line), "failed")[:300]
    for run, one in zip(runs, case["maps"]):
        found, wanted = numpy.fromfile(run["output"], numpy.float32), numpy.array(one["logits"]).ravel()
        if found.size != wanted.size:
            return f"map of {one['size']}: {found.size} logits, expected {wanted.size}"
        error = float(abs(found - wanted).max() / abs(wanted).max())
        if not error <= case.get("tolerance", 1e-4):
            return f"map of {one['size']}: relative error {error:.1e}"
    return None


def main():
    zoo, program, node, *names = sys.argv[1:]
    with open(os.path.join(zoo, "expected.json")) as file:
        cases = json.load(file)
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in names or sorted(cases):
            fault = check(zoo, program, node, name, cases[name], folder)
            if fault:
                wrong += 1
                print(f"{name}: {fault}", flush=True)
    print(f"{len(names or cases) - wrong} passed, {wrong} failed")
    sys.exit(bool(wrong))


main()
