#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes large pictures strip by strip, in little memory: noise with a real picture in it here and there.

    bench/large_pictures.py WIDTHxHEIGHT OUT.png|OUT.ppm|OUT.tif [PICTURE.png]

A .tif is a BigTIFF of deflated 256x256 tiles. For a JPEG pipe a PPM through cjpeg. Needs numpy, and Pillow for
PICTURE.
"""
import struct
import sys
import zlib

import numpy as np

TILE = 256
STRIP = TILE  # rows that are made at a time


class Strips:
    """Rows of noise; every 1500 pixels, both ways, the picture stands in them."""

    def __init__(self, width, height, picture):
        self.width, self.height, self.picture = width, height, picture
        self.noise = np.random.default_rng(1).integers(96, 160, (STRIP, 4096, 3), dtype=np.uint8)

    def __iter__(self):
        for top in range(0, self.height, STRIP):
            rows = min(STRIP, self.height - top)
            strip = np.tile(self.noise, (1, self.width // 4096 + 1, 1))[:rows, :self.width].copy()
            for y in range(rows) if self.picture is not None else ():
                row = (top + y) % 1500
                if row >= self.picture.shape[0]:
                    continue
                for left in range(700, self.width - self.picture.shape[1], 1500):
                    strip[y, left:left + self.picture.shape[1]] = self.picture[row]
            yield strip


def write_ppm(out, strips):
    out.write(b"P6 %d %d 255\n" % (strips.width, strips.height))
    for strip in strips:
        out.write(strip.tobytes())


def write_png(out, strips):
    def chunk(kind, data):
        out.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)))

    out.write(b"\x89PNG\r\n\x1a\n")
    chunk(b"IHDR", struct.pack(">IIBBBBB", strips.width, strips.height, 8, 2, 0, 0, 0))
    packer = zlib.compressobj(1)
    for strip in strips:
        rows = strip.reshape(strip.shape[0], -1)
        chunk(b"IDAT", packer.compress(np.insert(rows, 0, 0, axis=1).tobytes()))
    chunk(b"IDAT", packer.flush())
    chunk(b"IEND", b"")


def write_tiff(out, strips):
    out.write(struct.pack("<2sHHHQ", b"II", 43, 8, 0, 0))
    offsets, sizes = [], []
    for strip in strips:
        for left in range(0, strips.width, TILE):
            tile = np.zeros((TILE, TILE, 3), np.uint8)
            part = strip[:, left:left + TILE]
            tile[:part.shape[0], :part.shape[1]] = part
            packed = zlib.compress(tile.tobytes(), 1)
            offsets.append(out.tell())
            sizes.append(len(packed))
            out.write(packed)
    tables = out.tell()
    out.write(struct.pack(f"<{len(offsets)}Q", *offsets) + struct.pack(f"<{len(sizes)}Q", *sizes))
    directory = out.tell()
    entries = [(256, 4, 1, strips.width), (257, 4, 1, strips.height), (258, 3, 3, 8 | 8 << 16 | 8 << 32),
               (259, 3, 1, 8), (262, 3, 1, 2), (277, 3, 1, 3), (322, 4, 1, TILE), (323, 4, 1, TILE),
               (324, 16, len(offsets), tables), (325, 16, len(sizes), tables + 8 * len(offsets))]
    out.write(struct.pack("<Q", len(entries)))
    for tag, kind, count, value in entries:
        if count == 1 and kind == 16:
            value = offsets[0] if tag == 324 else sizes[0]
        out.write(struct.pack("<HHQQ", tag, kind, count, value))
    out.write(struct.pack("<Q", 0))
    out.seek(8)
    out.write(struct.pack("<Q", directory))


def main():
    width, height = map(int, sys.argv[1].split("x"))
    picture = None
    if len(sys.argv) > 3:
        from PIL import Image
        picture = np.asarray(Image.open(sys.argv[3]).convert("RGB"))
    writers = {"png": write_png, "ppm": write_ppm, "tif": write_tiff}
    with open(sys.argv[2], "wb") as out:
        writers[sys.argv[2].rsplit(".", 1)[1]](out, Strips(width, height, picture))


main()
