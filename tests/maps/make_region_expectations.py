#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Ask OpenCV what fcn/maps/regions.hpp and fcn/maps/placed_map.hpp must answer, and print region_expectations.inc.

Maps are small whole numbers over 64 from a linear congruential generator that the test repeats, so that scores meet the
threshold exactly now and then.  Needed only to make the expectations anew (OpenCV 4.6):

    python3 tests/maps/make_region_expectations.py > tests/maps/region_expectations.inc
"""
import struct

import cv2
import numpy as np


class Lcg:
    def __init__(self, seed):
        self.state = seed

    def __call__(self, count):
        self.state = (self.state * 1664525 + 1013904223) & 0xFFFFFFFF
        return (self.state >> 16) % count


def fnv(numbers):
    value = 2166136261
    for byte in struct.pack(f"<{len(numbers)}i", *numbers):
        value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
    return value


def components(mask):
    """Of all components, in the order of their first pixels: box, area, contour."""
    contours, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    found = []
    for contour, node in zip(contours, tree[0] if tree is not None else []):
        if node[3] < 0:
            x, y = contour[0][0]
            found.append((y, x, [*stats[labels[y, x]], len(contour), *contour.reshape(-1)]))
    return [int(n) for _, _, numbers in sorted(found, key=lambda f: f[:2]) for n in numbers], len(found)


def masked(large, box):
    """The tutorials' picture, of a picture whose bytes count up by 7 along rows and by 31 from row to row."""
    height, width = large.shape
    picture = np.add.outer(31 * np.arange(height), 7 * np.arange(3 * width)).astype(np.uint8).reshape(height, width, 3)
    with np.errstate(invalid="ignore"):
        share = large - np.min(large)
        share = share / np.max(share)
        image = (picture * cv2.cvtColor(share, cv2.COLOR_GRAY2BGR)).astype(np.uint8)
    if box[2]:
        cv2.rectangle(image, box[:2], (box[0] + box[2], box[1] + box[3]), (255, 0, 0), 2)
    return image


def main():
    print("// Made by make_region_expectations.py: seed, map rows and cols, picture height and width, FNV-1a of the\n"
          "// stretched map's bits, regions of 0.5 or more, FNV-1a of their boxes, areas and contours, tutorial's box,\n"
          "// FNV-1a of the masked image.")
    for seed in range(1, 41):
        random = Lcg(seed)
        rows, cols = 1 + random(12), 1 + random(12)
        height, width = rows + random(150), cols + random(150)
        scores = np.array([random(64) for _ in range(rows * cols)], np.float32).reshape(rows, cols) / np.float32(64)
        large = cv2.resize(scores, (width, height))
        numbers, count = components((large >= np.float32(0.5)).astype(np.uint8))
        tutorial = cv2.threshold(large, 0.25, 1, cv2.THRESH_BINARY)[1].astype(np.uint8)
        contours, _ = cv2.findContours(tutorial, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        box = cv2.boundingRect(contours[0]) if contours else (0, 0, 0, 0)
        print(f"{{{seed}, {rows}, {cols}, {height}, {width}, {fnv(large.view(np.int32).reshape(-1).tolist())}u, {count}, "
              f"{fnv(numbers)}u, {{{', '.join(map(str, box))}}}, "
              f"{fnv(masked(large, box).reshape(-1).tolist())}u}},")


main()
