#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compute what the shipped model must answer, independently of fcn: PyTorch in float64.

Reads the graph and the (float16) weights from the model file, runs them over pictures with torch's own operators in
float64, and writes for each case a folder with case.json (map size, predicted class and cell) and logits.npy (float32,
classes x rows x cols).  Needed only to make tests/data/golden anew, never to build or test:

    python3 tests/acceptance/make_expectations.py weights/fashion-resnet18.safetensors tests/data/golden \
        tests/data/images/shelf_*.png
"""
import argparse, json, os, struct
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


def run(model, tensors, picture, pool_stride):
    graph, values = model["graph"], {}
    mean = torch.tensor(model["preprocess"]["mean"], dtype=torch.float64)[:, None, None]
    std = torch.tensor(model["preprocess"]["std"], dtype=torch.float64)[:, None, None]
    for node in graph["nodes"]:
        name, op = node["name"], node["op"]
        x = [values[i] for i in node.get("inputs", [])]
        if op == "input":
            y = ((torch.from_numpy(picture.astype(np.float64)).permute(2, 0, 1) / 255 - mean) / std)[None]
        elif op == "conv":
            top, left, bottom, right = node["pad"]
            y = F.conv2d(F.pad(x[0], (left, right, top, bottom)), tensors[name + ".weight"], tensors.get(name + ".bias"),
                         stride=node["stride"], dilation=node["dilation"], groups=node["groups"])
            if node["residual"]:
                y = y + x[1]
            if node["relu"]:
                y = F.relu(y)
        elif op == "max_pool":
            y = F.max_pool2d(x[0], node["kernel"], node["stride"], node["pad"][:2])
        elif op == "average_pool":
            stride = [pool_stride] * 2 if name == graph["classifier_pool"] else node["stride"]
            y = F.avg_pool2d(x[0], node["kernel"], stride, node["pad"][:2])
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


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("model")
    ap.add_argument("out")
    ap.add_argument("images", nargs="+")
    a = ap.parse_args()
    model, tensors = read_model(a.model)
    pool = next(n for n in model["graph"]["nodes"] if n["name"] == model["graph"]["classifier_pool"])["kernel"][0]
    for path in a.images:
        picture = np.array(Image.open(path).convert("RGB"))
        for stride in (1, pool):
            logits = run(model, tensors, picture, stride)
            stem = os.path.splitext(os.path.basename(path))[0]
            folder = os.path.join(a.out, f"{stem}_s{stride}")
            os.makedirs(folder, exist_ok=True)
            np.save(os.path.join(folder, "logits.npy"), logits.numpy().astype(np.float32))
            case = {"image": os.path.basename(path), "pool_stride": stride, "rows": logits.shape[1], "cols": logits.shape[2],
                    "classes": logits.shape[0], "predicted": predicted(logits, model["background"])}
            with open(os.path.join(folder, "case.json"), "w") as f:
                json.dump(case, f, indent=1)
                f.write("\n")


if __name__ == "__main__":
    main()
