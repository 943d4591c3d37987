#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measure what placing a map at its cells' centres gains over stretching it.

For pictures with known objects (NAME.png and NAME.truth.json: {"garments": [{"class", "box": [x, y, w, h]}]}), both ways:

  IoU        of each object's true box with the best region of its class (0 if the class has none), averaged;
  distance   from the best cell of each class that a picture holds to the middle of the nearest object of that class, in
             pixels: by cells' centres, and as if cells were equal shares of the picture.

    python3 bench/bench_placement.py build/release/bin/fcn-infer PICTURE.truth.json... [-- OPTIONS FOR FCN-INFER]
"""
import json
import math
import os
import statistics
import subprocess
import sys


def iou(a, b):
    shared = [max(0, min(a[i] + a[i + 2], b[i] + b[i + 2]) - max(a[i], b[i])) for i in (0, 1)]
    both = shared[0] * shared[1]
    return both / (a[2] * a[3] + b[2] * b[3] - both)


def run(program, picture, classes, options):
    command = [program, picture, "--json", "-", "--regions", "shown", *options]
    for number in classes:
        command += ["--class", str(number)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def peak_place(answer, peak, placement):
    if placement == "centers":
        return peak["center_px"]
    return [(peak["col"] + 0.5) * answer["width"] / answer["map"]["cols"] - 0.5,
            (peak["row"] + 0.5) * answer["height"] / answer["map"]["rows"] - 0.5]


def main():
    arguments, options = sys.argv[1:], []
    if "--" in arguments:
        split = arguments.index("--")
        arguments, options = arguments[:split], arguments[split + 1:]
    program, truths = arguments[0], arguments[1:]
    overlaps, distances = {}, {}
    for path in truths:
        with open(path) as file:
            truth = json.load(file)
        picture = os.path.join(os.path.dirname(path), truth["image"])
        garments = truth["garments"]
        classes = sorted({g["class"] for g in garments})
        for placement in ("centers", "stretch"):
            answer = run(program, picture, classes, ["--placement", placement, *options])
            for g in garments:
                of_class = [iou(g["box"], r["box"]) for r in answer["regions"] if r["class"] == g["class"]]
                overlaps.setdefault(placement, []).append(max(of_class, default=0))
            for peak in answer["asked"]:
                x, y = peak_place(answer, peak, placement)
                boxes = [g["box"] for g in garments if g["class"] == peak["class"]]
                distances.setdefault(placement, []).append(
                    min(math.hypot(b[0] + (b[2] - 1) / 2 - x, b[1] + (b[3] - 1) / 2 - y) for b in boxes))
    print(f"{len(overlaps['true'])} objects, {len(distances['true'])} classes in {len(truths)} pictures")
    print("placement   mean IoU   distance of peaks: mean     median")
    for placement in ("centers", "stretch"):
        overlap, distance = statistics.mean(overlaps[placement]), distances[placement]
        print(f"{placement:<9} {overlap:10.3f} {statistics.mean(distance):22.1f} px {statistics.median(distance):7.1f} px")


main()
