#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads what fcn-infer says of GeoTIFFs with GDAL and OGR: the places of boxes and peaks, and the GeoJSON.

    check_geojson.py FCN_INFER MODEL FOLDER    (python3-gdal; FOLDER is empty and gets the files)

Prints a line for each kind of file. MODEL is the tests' tiny one, which finds red.
"""
import json
import os
import shutil
import subprocess
import sys

from osgeo import gdal, ogr, osr

gdal.UseExceptions()
ogr.UseExceptions()
infer, model, folder = sys.argv[1:]
WIDTH, HEIGHT = 60, 44


def picture(name, transform, epsg, options=(), overviews=()):
    """A black GeoTIFF with red blobs, two of which touch at a corner."""
    import numpy

    pixels = numpy.zeros((3, HEIGHT, WIDTH), numpy.uint8)
    pixels[0, 4:16, 6:20] = 255
    pixels[0, 16:30, 20:40] = 255
    pixels[0, 30:40, 2:14] = 255
    path = os.path.join(folder, name)
    dataset = gdal.GetDriverByName("GTiff").Create(path, WIDTH, HEIGHT, 3, options=list(options))
    dataset.SetGeoTransform(transform)
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(epsg)
    dataset.SetProjection(reference.ExportToWkt())
    dataset.WriteArray(pixels)
    if overviews:
        dataset.BuildOverviews("NEAREST", list(overviews))
    dataset.FlushCache()
    del dataset
    return path


def close(a, b, tolerance, what):
    assert all(abs(x - y) <= tolerance for x, y in zip(a, b)), (what, a, b)


def check(path, arguments=(), dataset=None, stored=lambda x, y: (x, y)):
    """`stored`: from the edges of the pixels that ran to those that the dataset has."""
    dataset = dataset or gdal.Open(path)
    transform = dataset.GetGeoTransform()
    pixel = max(map(abs, (transform[1], transform[2], transform[4], transform[5])))
    written = os.path.join(folder, "out.geojson")
    command = [infer, "-m", model, path, "--regions", "shown", "--class", "red", "--contours", "--json", "-", "-q"]
    boxes_only = [word for word in command if word != "--contours"]
    layers = {}
    for kind, words in ("box", boxes_only), ("outline", command):
        ran = subprocess.run([*words, "--geojson", written, *arguments], capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        result = json.loads(ran.stdout)
        layers[kind] = ogr.Open(written)
    regions = result["regions"]
    assert regions, "no region"

    def on_map(x, y):
        return gdal.ApplyGeoTransform(transform, *stored(x, y))

    close(result["georeference"]["geotransform"], transform, 1e-9 * max(map(abs, transform)), "transform")
    for peak in result["top"]:
        x, y = peak["center_px"]
        close(peak["center_map"], on_map(x + 0.5, y + 0.5), 1e-6 * pixel, "peak")
    for kind, opened in layers.items():
        layer = opened.GetLayer()
        assert layer.GetFeatureCount() == len(regions)
        reference = layer.GetSpatialRef()
        file_reference = dataset.GetSpatialRef()
        if file_reference is not None:
            assert reference.IsSame(file_reference, ["IGNORE_DATA_AXIS_TO_SRS_AXIS_MAPPING=YES"]), (
                reference.ExportToWkt(), file_reference.ExportToWkt())
        for region, feature in zip(regions, layer):
            geometry = feature.GetGeometryRef()
            assert geometry.IsValid(), geometry.ExportToWkt()
            x, y, w, h = region["box"]
            corners = [on_map(*corner) for corner in ((x, y), (x + w, y), (x + w, y + h), (x, y + h))]
            for said, known in zip(region["box_map"], corners):
                close(said, known, 1e-6 * pixel, "box_map")
            extent = geometry.GetEnvelope()
            known = [min(c[0] for c in corners), max(c[0] for c in corners), min(c[1] for c in corners),
                     max(c[1] for c in corners)]
            if kind == "box" or transform[2] == 0:
                close(extent, known, 1e-6 * pixel, "extent")
            size = abs(transform[1] * transform[5] - transform[2] * transform[4])
            across, down = stored(1, 0), stored(0, 1)
            origin = stored(0, 0)
            grown = abs((across[0] - origin[0]) * (down[1] - origin[1]) - (across[1] - origin[1]) * (down[0] - origin[0]))
            area = geometry.GetArea() / size / grown
            expected = w * h if kind == "box" else region["area_px"]
            assert area >= expected - 1e-3 and (kind == "outline" or area <= expected + 1e-3), (area, expected)
            assert feature.GetField("label") == region["label"]
            assert abs(feature.GetField("score") - region["peak"]) < 1e-7
            assert feature.GetField("area_px") == region["area_px"]
    print("%-28s %d regions, %s" % (os.path.basename(path) + " " + " ".join(arguments), len(regions),
                                    result["georeference"]["epsg"]))
    return result


north_up = (691000.0, 0.5, 0.0, 5334012.25, 0.0, -0.5)
turned = (691000.0, 0.4, 0.3, 5334012.25, 0.3, -0.4)
degrees = (11.57, 1e-5, 0.0, 48.14, 0.0, -1e-5)
utm = picture("utm.tif", north_up, 32632)
check(utm)
check(utm, ["--roi", "4,2,40,36"])
check(utm, ["--border", "reflect"])
check(utm, ["--resize", "90x110"], stored=lambda x, y: (x * WIDTH / 90, y * HEIGHT / 110))
check(utm, ["--resize", "90x110", "--border", "edge"], stored=lambda x, y: (x * WIDTH / 90, y * HEIGHT / 110))
check(utm, ["--scales", "0.8,1"])
check(picture("tiles.tif", north_up, 32632, ["TILED=YES", "BLOCKXSIZE=16", "BLOCKYSIZE=16"]))
copy = gdal.GetDriverByName("GTiff").CreateCopy(os.path.join(folder, "is_point.tif"), gdal.Open(utm))
copy.SetMetadataItem("AREA_OR_POINT", "Point")
copy.FlushCache()
del copy
check(os.path.join(folder, "is_point.tif"))
check(picture("turned.tif", turned, 32632, ["BIGTIFF=YES", "COMPRESS=DEFLATE"]))
check(picture("degrees.tif", degrees, 4326))
check(picture("etrs.tif", degrees, 4258))
check(picture("mercator.tif", (1e6, 0.3, 0, 6e6, 0, -0.3), 3857))
check(picture("feet.tif", (6e6, 1.5, 0, 2e6, 0, -1.5), 2229))

# Copies of a page: GDAL writes their place once.
pyramid = picture("pyramid.tif", north_up, 32632, overviews=[2])
reduced = gdal.OpenEx(pyramid, open_options=["OVERVIEW_LEVEL=0"])
check(pyramid, ["--page", "2"], dataset=reduced)
assert json.load(open(os.path.join(folder, "out.geojson")))["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::32632"

# The orientation tag turns the picture for us. GDAL leaves it as it is stored, and places it so.
path = shutil.copy(utm, os.path.join(folder, "orientation.tif"))
if shutil.which("tiffset"):  # libtiff-tools
    subprocess.run(["tiffset", "-s", "274", "6", path], check=True)
    check(path, stored=lambda x, y: (y, HEIGHT - x))
    check(path, ["--no-exif"])
