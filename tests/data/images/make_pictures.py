#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Adds to formats/ the pictures that Pillow can make or mend but has no option for: JPEGs without Adobe's mark,
# oddities of EXIF. Pillow's own decoding of each is its expectation. And to resize/ what Pillow's other
# filters make of its source. Debian's python3-pil.
import io
import json
import pathlib
import struct

import numpy
from PIL import Image, ImageOps

FOLDER = pathlib.Path(__file__).parent / "formats"


def scene(height=33, width=47):
    """Smooth colours with an edge, so that decoders of lossy formats differ little."""
    y, x = numpy.mgrid[0:height, 0:width]
    planes = [40 + 3 * x, 200 - 4 * y, 90 + x + y]
    planes[0] = numpy.where(x > width // 2, 230 - 2 * y, planes[0])
    return Image.fromarray(numpy.stack(planes, 2).clip(0, 255).astype(numpy.uint8))


def encoded(picture, kind, **options):
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def without_segment(jpeg, marker):
    """Without the segments of this marker before the first scan."""
    at, kept = 2, jpeg[:2]
    while jpeg[at + 1] != 0xDA:
        end = at + 2 + struct.unpack(">H", jpeg[at + 2 : at + 4])[0]
        if jpeg[at + 1] != marker:
            kept += jpeg[at:end]
        at = end
    return kept + jpeg[at:]


def with_exif(jpeg, *entries):
    """Entries are (type, orientation); of type SHORT or LONG."""
    tiff = b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries))
    for kind, value in entries:
        tiff += struct.pack("<HHII", 0x0112, kind, 1, value)
    body = b"Exif\0\0" + tiff + bytes(4)
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def upright(data):
    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    if picture.mode in ("LA", "RGBA", "PA"):  # alpha is dropped, not blended
        picture = picture.convert("RGBA")
    return picture.convert("RGB")


def main():
    expectations = json.loads((FOLDER / "formats.json").read_text())

    def add(name, data, difference):
        (FOLDER / name).write_bytes(data)
        upright(data).save(FOLDER / (name + ".expected.png"))
        expectations[name] = {"max_difference": difference}

    jpeg = encoded(scene(), "jpeg", quality=90, subsampling=0)
    cmyk = encoded(scene().convert("CMYK"), "jpeg", quality=90)
    add("cmyk_unmarked.jpg", without_segment(cmyk, 0xEE), 4)
    add("exif_long.jpg", with_exif(jpeg, (4, 6)), 4)
    add("exif_two.jpg", with_exif(jpeg, (3, 6), (3, 8)), 4)
    for name in ("nearest", "bicubic", "lanczos"):
        for size in ((13, 7), (96, 96), (300, 150), (1, 1), (77, 201)):
            source = Image.open(FOLDER.parent / "resize" / "source.png").convert("RGB")
            resized = source.resize(size, getattr(Image.Resampling, name.upper()))
            resized.save(FOLDER.parent / "resize" / f"{name}_{size[0]}x{size[1]}.png")
    (FOLDER / "formats.json").write_text(json.dumps(expectations, indent=1))


if __name__ == "__main__":
    main()
