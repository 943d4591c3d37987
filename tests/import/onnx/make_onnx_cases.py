#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes tests/import/fixtures/onnx_cases.bin: one small ONNX graph an operator (of operator set 18 and later, and of
older ones that ONNX's own node tests leave out), with what ONNX Runtime makes of three pictures each.

    tests/import/onnx/make_onnx_cases.py NODE_FOLDER [CASE ...]

NODE_FOLDER has onnxruntime-node in its node_modules (bench/peers/run.sh makes one in build/peers); needs Debian's
python3-onnx. With names it only prints what ONNX Runtime says of those cases. Not here: the check (test_onnx_cases.cpp).
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

import numpy as np

from onnx_case_graph import Graph, picture
from onnx_cases import CASES
import onnx_structure_cases  # noqa: F401  (adds to CASES)
import onnx_window_cases  # noqa: F401  (adds to CASES)

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURES = os.path.join(os.path.dirname(HERE), "fixtures")
SIZES = [(3, 5), (4, 3), (5, 5)]


def main():
    node, *names = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        def path(name):
            return os.path.join(folder, name)
        for number, (height, width) in enumerate(SIZES):
            picture(height, width).tofile(path(f"{number}.in"))
        jobs, models = [], {}
        for name in names or CASES:
            opset, build = CASES[name]
            graph = Graph()
            models[name] = graph.model(opset, build(graph)).SerializeToString()
            with open(path(name + ".onnx"), "wb") as file:
                file.write(models[name])
            for number, (height, width) in enumerate(SIZES):
                jobs.append({"model": path(name + ".onnx"), "inputs": [{"file": path(f"{number}.in"), "dims": [1, 3, height, width]}],
                             "outputs": [path(f"{name}.{number}")]})
        with open(path("jobs"), "w") as file:
            json.dump(jobs, file)
        printed = subprocess.run(["node", os.path.join(HERE, "run_onnx.mjs"), node, path("jobs")], check=True,
                                 capture_output=True, text=True).stdout
        dims = json.loads(printed.splitlines()[-1])
        out, left_out = [], []
        for name in models:
            runs = [dims.pop(0) for _ in SIZES]
            if any(isinstance(one, str) for one in runs):
                left_out.append(name)
                print(f"{name}: {[one for one in runs if isinstance(one, str)][0][:300]}")
                continue
            record = struct.pack("<I", len(name)) + name.encode() + struct.pack("<I", len(models[name])) + models[name]
            for number, one in enumerate(runs):
                values = np.fromfile(path(f"{name}.{number}"), np.float32)
                if not np.isfinite(values).all():
                    print(f"{name}: not finite")
                record += struct.pack("<6I", *SIZES[number], *one) + values.tobytes()
            out.append(record)
        print(f"{len(out)} cases, {len(left_out)} that ONNX Runtime does not run, {sum(map(len, out))} bytes")
        if not names:
            with open(os.path.join(FIXTURES, "onnx_cases.bin"), "wb") as file:
                file.write(struct.pack("<I", len(out)) + b"".join(out))


main()
