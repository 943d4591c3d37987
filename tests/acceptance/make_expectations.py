#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compute what the shipped model must answer, independently of fcn: PyTorch in float64.

Reads the graph and the (float16) weights from the model file, runs them over pictures with torch's own operators in
float64, and writes for each case a folder with case.json (map size, predicted class and cell, the OpenCV
tutorials' box) and logits.npy (float32,
classes x rows x cols).  Needed only to make tests/data/golden anew, never to build or test:

    python3 tests/acceptance/make_expectations.py weights/fashion-resnet18.safetensors tests/data/golden \
        tests/data/images/shelf_*.png
    python3 tests/acceptance/make_expectations.py weights/fashion-resnet18.safetensors tests/data/golden \
        tests/data/images/shelf_97x131.png --output-strides 16,8,4

The second makes the cases of denser maps: as torchvision's replace_stride_with_dilation has it, a stride beyond the
output stride becomes a dilation of all that follows.
"""
import argparse, json, os, struct
import cv2
import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image


def read_model(path):
    with open(path, "rb") as f:
        raw = f.read()
    size, = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8:8 + size])
    model = json.loads(header.pop("__metadata__")["fcn"])
    kinds = {"F16": np.float16, "F32": np.float32}
    tensors = {}
    for name, t in header.items():
        begin, end = t["data_offsets"]
        data = np.frombuffer(raw[8 + size + begin:8 + size + end], kinds[t["dtype"]])
        tensors[name] = torch.from_numpy(data.reshape(t["shape"]).astype(np.float64))
    return model, tensors


def dilate(graph, output_stride):
    """Per node its stride and dilation, once the map behind it must not have a cell less than every output_stride
    pixels. torchvision's ResNets do the same by stages: `if dilate: self.dilation *= stride; stride = 1`."""
    plan, reached = {}, {}  # node -> (stride, dilation); node -> (pixels a cell, dilation from here on)
    for node in graph["nodes"]:
        jump, dilation = reached[node["inputs"][0]] if node.get("inputs") else (1, 1)
        stride = node.get("stride", [1, 1])[0]
        plan[node["name"]] = (stride, dilation)
        if jump * stride > output_stride:
            plan[node["name"]] = (1, dilation)
            reached[node["name"]] = (jump, dilation * stride)
        else:
            reached[node["name"]] = (jump * stride, dilation)
    return plan


def average_pool(x, kernel, stride, dilation):
    """torch's own has no dilation: a convolution of each channel by ones, divided."""
    ones = torch.ones(x.shape[1], 1, *kernel, dtype=x.dtype)
    return F.conv2d(x, ones, stride=stride, dilation=dilation, groups=x.shape[1]) / (kernel[0] * kernel[1])


def run(model, tensors, picture, pool_stride, output_stride):
    graph, values = model["graph"], {}
    plan = dilate(graph, output_stride)
    mean = torch.tensor(model["preprocess"]["mean"], dtype=torch.float64)[:, None, None]
    std = torch.tensor(model["preprocess"]["std"], dtype=torch.float64)[:, None, None]
    for node in graph["nodes"]:
        name, op = node["name"], node["op"]
        stride, dilation = plan[name]
        x = [values[i] for i in node.get("inputs", [])]
        if op == "input":
            y = ((torch.from_numpy(picture.astype(np.float64)).permute(2, 0, 1) / 255 - mean) / std)[None]
        elif op == "conv":
            top, left, bottom, right = [pad * dilation for pad in node["pad"]]
            y = F.conv2d(F.pad(x[0], (left, right, top, bottom)), tensors[name + ".weight"], tensors.get(name + ".bias"),
                         stride=stride, dilation=dilation, groups=node["groups"])
            if node["residual"]:
                y = y + x[1]
            if node["relu"]:
                y = F.relu(y)
        elif op == "max_pool":
            y = F.max_pool2d(x[0], node["kernel"], stride, node["pad"][0] * dilation, dilation)
        elif op == "average_pool" and name == graph["classifier_pool"]:
            y = average_pool(x[0], node["kernel"], pool_stride, dilation)
        else:
            raise SystemExit(f"node {name}: {op} is not expected here")
        values[name] = y
    return values[graph["output"]][0]


def predicted(logits, background):
    p = torch.softmax(logits, 0)
    if background is not None:
        p[background] = -1
    k, row, col = np.unravel_index(int(p.argmax()), p.shape)
    return {"class": int(k), "row": int(row), "col": int(col), "probability": float(p[k, row, col])}


def tutorial_box(logits, class_id, height, width):
    """[x, y, w, h] of the first external contour (OpenCV 4.6) of the class's stretched map above 0.25, or None."""
    scores = torch.softmax(logits, 0)[class_id].numpy().astype(np.float32)
    mask = cv2.threshold(cv2.resize(scores, (width, height)), 0.25, 1, cv2.THRESH_BINARY)[1].astype(np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return list(cv2.boundingRect(contours[0])) if contours else None


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("model")
    ap.add_argument("out")
    ap.add_argument("images", nargs="+")
    ap.add_argument("--output-strides", help="denser maps instead of the network's own, e.g. 16,8,4")
    a = ap.parse_args()
    model, tensors = read_model(a.model)
    pool = next(n for n in model["graph"]["nodes"] if n["name"] == model["graph"]["classifier_pool"])["kernel"][0]
    own = 32  # the shipped model's
    cases = [(stride, own, f"s{stride}") for stride in (1, pool)]
    if a.output_strides:
        cases = [(1, int(stride), f"os{stride}") for stride in a.output_strides.split(",")]
    for path in a.images:
        picture = np.array(Image.open(path).convert("RGB"))
        for pool_stride, output_stride, suffix in cases:
            logits = run(model, tensors, picture, pool_stride, output_stride)
            stem = os.path.splitext(os.path.basename(path))[0]
            folder = os.path.join(a.out, f"{stem}_{suffix}")
            os.makedirs(folder, exist_ok=True)
            np.save(os.path.join(folder, "logits.npy"), logits.numpy().astype(np.float32))
            case = {"image": os.path.basename(path), "pool_stride": pool_stride, "output_stride": output_stride,
                    "rows": logits.shape[1], "cols": logits.shape[2], "classes": logits.shape[0],
                    "predicted": predicted(logits, model["background"])}
            case["tutorial_box"] = tutorial_box(logits, case["predicted"]["class"], *picture.shape[:2])
            with open(os.path.join(folder, "case.json"), "w") as f:
                json.dump(case, f, indent=1)
                f.write("\n")


if __name__ == "__main__":
    main()
