# SPDX-License-Identifier: MIT
# Writes the BMP, GIF, TIFF and WebP pictures of formats/ and what they show. Pillow writes them, libtiff's tiffcp
# stores some of them in other ways, and Pillow reads all of them back; only the 16-bit greys are reduced here,
# for Pillow clips them.
#
#   python3 make_formats.py     with Pillow 9.4 and tiffcp 4.5, in this folder
import json
import os
import random
import struct
import subprocess
import sys

from PIL import Image, TiffImagePlugin

WIDTH, HEIGHT = 37, 29
random.seed(8)
differences = {}


def noise(count):
    return bytes(random.randrange(256) for _ in range(count))


def scene(mode):
    """Slopes with some noise, so that a shifted, swapped or lost sample shows."""
    slope = Image.linear_gradient("L").resize((WIDTH, HEIGHT))
    slopes = Image.merge("RGB", (slope, slope.rotate(180), slope.transpose(Image.Transpose.ROTATE_90).resize((WIDTH, HEIGHT))))
    picture = Image.blend(slopes, Image.frombytes("RGB", (WIDTH, HEIGHT), noise(WIDTH * HEIGHT * 3)), 0.2)
    if mode == "RGBA":
        picture.putalpha(Image.frombytes("L", (WIDTH, HEIGHT), noise(WIDTH * HEIGHT)))
        return picture
    if mode == "P":
        return picture.quantize(60)
    if mode == "I;16":
        return Image.frombytes("I;16", (WIDTH, HEIGHT), noise(WIDTH * HEIGHT * 2))
    return picture.convert(mode)


def expect(name, shown=None, difference=0):
    path = "formats/" + name
    shown = shown or Image.open(path).convert("RGB")
    shown.info.clear()  # a colour that is clear is no matter here
    shown.save(path + ".expected.png", optimize=True)
    differences[name] = difference


def save(name, picture, difference=0, **options):
    picture.save("formats/" + name, **options)
    expect(name, difference=difference)


def tiffcp(name, picture, *options, difference=0):
    picture.save("formats/" + name)
    subprocess.run(["tiffcp", *options, "formats/" + name, "formats/stored.tif"], check=True)
    os.replace("formats/stored.tif", "formats/" + name)
    if picture.mode != "I;16":
        expect(name, difference=difference)


def tiff(name, bits, samples, photometric, data, extra=None, order="<"):
    """A TIFF of one strip that Pillow does not write, by hand."""
    tags = [(256, 3, [WIDTH]), (257, 3, [HEIGHT]), (258, 3, [bits] * samples), (259, 3, [1]), (262, 3, [photometric]),
            (273, 4, [0]), (277, 3, [samples]), (278, 3, [HEIGHT]), (279, 4, [len(data)])]
    if extra is not None:
        tags.append((338, 3, [extra]))
    packed = {tag: struct.pack(order + {3: "H", 4: "I"}[kind] * len(values), *values) for tag, kind, values in tags}
    behind = 10 + 12 * len(tags) + 4
    packed[273] = struct.pack(order + "I", behind + sum(len(value) for value in packed.values() if len(value) > 4))
    directory, values = b"", b""
    for tag, kind, numbers in tags:
        value = packed[tag]
        if len(value) > 4:
            value, values = struct.pack(order + "I", behind + len(values)), values + value
        directory += struct.pack(order + "HHI", tag, kind, len(numbers)) + value.ljust(4, b"\0")
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HIH", 42, 8, len(tags))
    with open("formats/" + name, "wb") as out:
        out.write(head + directory + b"\0\0\0\0" + values + data)


def gif(name, screen, place, clear=None, interlaced=False, own_table=False):
    """A GIF whose picture is smaller than its screen, uncompressed: a clear code before every 100 indices."""
    left, top, width, height = place
    data = b"GIF89a" + struct.pack("<HHBBB", *screen, 0xF7, 3, 0) + noise(768)
    if clear is not None:
        data += b"!\xf9\x04" + bytes([1, 0, 0, clear, 0])
    data += b"," + struct.pack("<HHHHB", left, top, width, height, (0x83 if own_table else 0) | (0x40 if interlaced else 0))
    data += noise(48) if own_table else b""
    codes = []
    for i in range(width * height):
        codes += ([256] if i % 100 == 0 else []) + [random.randrange(256)]
    bits = sum(code << (9 * i) for i, code in enumerate(codes + [257]))
    packed = bits.to_bytes((9 * len(codes) + 16) // 8, "little")
    blocks = b"".join(bytes([len(packed[i:i + 255])]) + packed[i:i + 255] for i in range(0, len(packed), 255))
    with open("formats/" + name, "wb") as out:
        out.write(data + b"\x08" + blocks + b"\0;")
    expect(name)


def bmp(name, bits, colours=0, masks=(), header=40, top_down=False):
    """An uncompressed BMP of random pixels, by hand; rows have bits of their own behind the last pixel."""
    stride = (WIDTH * bits + 31) // 32 * 4
    rows = bytearray(noise(stride * HEIGHT))
    if colours:  # no pixel beyond the palette
        for y in range(HEIGHT):
            codes = [random.randrange(colours) for _ in range(8 * stride // bits)]
            number = 0
            for code in codes:
                number = number << bits | code
            rows[y * stride:(y + 1) * stride] = number.to_bytes(stride, "big")
    if header == 12:
        head, palette = struct.pack("<IHHHH", 12, WIDTH, HEIGHT, 1, bits), noise(3 * colours)
    else:
        height = -HEIGHT if top_down else HEIGHT
        head = struct.pack("<IiiHHIIiiII", 40, WIDTH, height, 1, bits, 3 if masks else 0, 0, 2835, 2835, colours, 0)
        head = struct.pack("<I", header) + head[4:] + struct.pack("<%dI" % len(masks), *masks)
        head, palette = head.ljust(header, b"\0"), noise(4 * colours)
    at = 14 + len(head) + len(palette)
    with open("formats/" + name, "wb") as out:
        out.write(b"BM" + struct.pack("<IHHI", at + len(rows), 0, 0, at) + head + palette + rows)
    expect(name)


save("plain.gif", scene("P"), interlace=0)
save("interlaced.gif", scene("P"), interlace=1)
save("grey.gif", scene("L"))
frames = [scene("P") for _ in range(3)]
save("animation.gif", frames[0], save_all=True, append_images=frames[1:])
gif("part.gif", (30, 20), (5, 6, 17, 11))
gif("part_clear.gif", (30, 20), (5, 6, 17, 11), clear=9, interlaced=True, own_table=True)
gif("beyond_screen.gif", (10, 10), (5, 6, 17, 11))

for name, mode in ("rgb", "RGB"), ("alpha", "RGBA"):
    save(name + "_lossy.webp", scene(mode))
    save(name + "_lossless.webp", scene(mode), lossless=True, exact=True)
save("palette.webp", scene("P").convert("RGB"), lossless=True)
frames = [scene("RGBA") for _ in range(2)]
save("animation.webp", frames[0], save_all=True, append_images=frames[1:], lossless=True)
exif = Image.Exif()
exif[274] = 6
scene("RGB").save("formats/exif_6.webp", exif=exif.tobytes(), lossless=True)
expect("exif_6.webp", Image.open("formats/exif_6.webp").convert("RGB").transpose(Image.Transpose.ROTATE_270))

for name, mode, compression in (("grey", "L", None), ("rgb", "RGB", None), ("rgb_lzw", "RGB", "tiff_lzw"),
                                ("alpha_deflate", "RGBA", "tiff_adobe_deflate"), ("palette_packbits", "P", "packbits"),
                                ("cmyk_lzw", "CMYK", "tiff_lzw"), ("bilevel_group4", "1", "group4"),
                                ("bilevel_group3", "1", "group3"), ("grey_alpha", "LA", None)):
    save(name + ".tif", scene(mode), compression=compression)
save("ycbcr_jpeg.tif", scene("YCbCr"), compression="jpeg", difference=8)
save("grey_jpeg.tif", scene("L"), compression="jpeg", difference=4)
save("ycbcr_lzw.tif", scene("YCbCr"), compression="tiff_lzw")
tags = TiffImagePlugin.ImageFileDirectory_v2()
tags[274] = 6
save("orientation_6.tif", scene("RGB"), tiffinfo=tags, compression="tiff_lzw")
tiffcp("tiles_deflate_predictor.tif", scene("RGB"), "-t", "-w", "16", "-l", "32", "-c", "zip:2")
tiffcp("planes.tif", scene("RGB"), "-p", "separate", "-r", "7")
tiffcp("planes_tiles_cmyk.tif", scene("CMYK"), "-p", "separate", "-t", "-w", "16", "-l", "16", "-c", "lzw")
tiffcp("big.tif", scene("RGB"), "-8", "-c", "lzw:2")
tiffcp("reversed_bits.tif", scene("1"), "-f", "lsb2msb", "-c", "g4")
tiffcp("jpeg_tiles.tif", scene("RGB"), "-t", "-w", "32", "-l", "32", "-c", "jpeg", difference=8)
for order, suffix in ("<", ""), (">", "_big_endian"):
    tiff(f"rgb16{suffix}.tif", 16, 3, 2, noise(WIDTH * HEIGHT * 6), order=order)
    expect(f"rgb16{suffix}.tif")
tiff("premultiplied.tif", 8, 4, 2, noise(WIDTH * HEIGHT * 4), extra=1)
tiff("premultiplied16.tif", 16, 4, 2, noise(WIDTH * HEIGHT * 8), extra=1)
tiff("cmyk16.tif", 16, 4, 5, noise(WIDTH * HEIGHT * 8))
tiff("grey4_inverted.tif", 4, 1, 0, noise((WIDTH + 1) // 2 * HEIGHT))
for name in "premultiplied.tif", "premultiplied16.tif", "cmyk16.tif", "grey4_inverted.tif":
    expect(name)
deep = scene("I;16")
deep.save("formats/grey16.tif")
tiffcp("grey16_big_endian.tif", deep, "-B", "-c", "lzw:2")
for name in "grey16.tif", "grey16_big_endian.tif":
    expect(name, Image.frombytes("L", (WIDTH, HEIGHT), deep.tobytes()[1::2]).convert("RGB"))

random.seed(10)
tags = TiffImagePlugin.ImageFileDirectory_v2()
for tag, kind, values in ((33550, 12, (0.5, 0.5, 0.0)), (33922, 12, (0.0, 0.0, 0.0, 691000.0, 5334012.25, 0.0)),
                          (34735, 3, (1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, 32632))):
    tags.tagtype[tag] = kind
    tags[tag] = values
save("geo_two_pages.tif", scene("RGB"), tiffinfo=tags, save_all=True, append_images=[scene("L")])

random.seed(9)
bmp("palette2.bmp", 1, colours=2)
bmp("palette12.bmp", 4, colours=12)
bmp("palette200_os2.bmp", 8, colours=200, header=12)
bmp("bits_555.bmp", 16)
bmp("bits_565.bmp", 16, masks=(0xF800, 0x7E0, 0x1F))
bmp("bits_32.bmp", 32)
bmp("masks_32_v4.bmp", 32, masks=(0xFF000000, 0xFF0000, 0xFF00, 0), header=108)
bmp("top_down_v5.bmp", 24, header=124, top_down=True)

with open("formats/formats.json") as known:
    cases = json.load(known)
cases.update({name: {"max_difference": difference} for name, difference in differences.items()})
with open("formats/formats.json", "w") as out:
    json.dump(cases, out, indent=1)
    out.write("\n")
print(len(differences), "pictures", file=sys.stderr)
