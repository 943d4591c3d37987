# SPDX-License-Identifier: MIT
# Compares this engine with ONNX Runtime over networks of many families, with random weights: for each network, size
# and thread count the two run in turn, every run a fresh process, and one Markdown table says how long, how much memory
# and how far apart. ONNX Runtime runs what fcn-export --to onnx writes of a classifier: the same network, for any size.
# A network that labels pixels takes any size as PyTorch exports it, and ONNX Runtime runs that.
# Not here: installing and building (run.sh), a single network beside more engines (compare.py).
#
# The ratio of a line is the median of the ratios of the rounds; the summary is their geometric mean.
import argparse
import json
import math
import os
import statistics
import subprocess
import sys

import numpy as np
import torch
import torchvision
from compare import answer_of, difference, processor
from network import as_tensor, noise_picture

HERE = os.path.dirname(os.path.abspath(__file__))
NETWORKS = [
    "resnet18",
    "resnet50",
    "resnext50_32x4d",
    "efficientnet_b0",
    "mobilenet_v2",
    "mobilenet_v3_large",
    "shufflenet_v2_x1_0",
    "regnet_y_400mf",
    "densenet121",
    "squeezenet1_1",
    "vgg11",
    "convnext_tiny",
]
PIXEL_NETWORKS = ["d2l_fcn", "fcn_resnet50", "deeplabv3_resnet50", "lraspp_mobilenet_v3_large"]
WINDOW = 224


class Scores(torch.nn.Module):
    """torchvision's networks that label pixels give a dictionary."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, picture):
        return self.net(picture)["out"]


def d2l_fcn(classes=21, stride=32):
    """The network of "Dive into Deep Learning", section 14.11, with bilinear kernels."""
    net = torch.nn.Sequential(*list(torchvision.models.resnet18().children())[:-2])
    net.add_module("final_conv", torch.nn.Conv2d(512, classes, 1))
    up = torch.nn.ConvTranspose2d(classes, classes, 2 * stride, stride, stride // 2)
    line = 1 - (torch.arange(2 * stride) - (stride - 0.5)).abs() / stride
    torch.nn.init.zeros_(up.weight)
    up.weight.data[range(classes), range(classes)] = line[:, None] * line
    net.add_module("transpose_conv", up)
    return net


def network(name):
    if name == "d2l_fcn":
        return d2l_fcn()
    if name in PIXEL_NETWORKS:
        return Scores(getattr(torchvision.models.segmentation, name)(weights=None, weights_backbone=None))
    return getattr(torchvision.models, name)()


def random_network(name):
    """Batch norm's statistics are measured on a picture, so that activations stay of order one."""
    torch.manual_seed(1)
    net = network(name)
    norms = [module for module in net.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    net.eval()  # dropped branches would spoil the measurement
    for norm in norms:
        norm.momentum = None
        norm.train()
    with torch.no_grad():
        net(as_tensor(noise_picture(WINDOW, 2 * WINDOW)[:, :WINDOW]))
    return net.eval()


def make_network(options, name):
    """trained.onnx, model.safetensors and free.onnx below the network's folder, unless they are there."""
    folder = os.path.join(options.work, name)
    os.makedirs(folder, exist_ok=True)
    trained, model, free = (f"{folder}/{file}" for file in ("trained.onnx", "model.safetensors", "free.onnx"))
    labels_pixels = name in PIXEL_NETWORKS
    if not os.path.exists(trained):
        window = torch.zeros(1, 3, WINDOW, WINDOW)
        sides = {"x": {2: "height", 3: "width"}, "y": {2: "height", 3: "width"}} if labels_pixels else None
        names = {"input_names": ["x"], "output_names": ["y"], "dynamic_axes": sides}
        torch.onnx.export(random_network(name), window, trained + ".part", opset_version=13, **names)
        os.rename(trained + ".part", trained)
    if labels_pixels:
        free = trained
    for written, to in ((model, []), (free, ["--to", "onnx"])):
        if not os.path.exists(written):
            done = subprocess.run([options.export, trained, "-o", written, *to], capture_output=True, text=True)
            if done.returncode != 0:
                sys.exit(f"{name}: {done.stdout}{done.stderr}")
    return model, free


def make_pictures(options):
    for size in options.sizes:
        pixels = noise_picture(*map(int, size.split("x")))
        pixels.tofile(f"{options.work}/{size}.u8")
        as_tensor(pixels).numpy().tofile(f"{options.work}/{size}.f32")


def run(options, start, size, threads):
    """One fresh process; returns its median time, its peak memory and its logits."""
    output = f"{options.work}/logits.f32"
    answer = answer_of([*start, *size.split("x"), str(threads), str(options.seconds), output], threads)
    logits = np.fromfile(output, np.float32)
    os.remove(output)
    return statistics.median(answer["times_ms"]), answer["peak_rss_kb"] / 1024, logits


def measure(options, name, model, free, size, threads):
    sides = {
        "fcn": [options.fcn, model, f"{options.work}/{size}.u8"],
        "ort": ["node", f"{HERE}/peer_onnxruntime.mjs", options.node, free, f"{options.work}/{size}.f32"],
    }
    times, peaks, apart = {side: [] for side in sides}, {side: 0.0 for side in sides}, 0.0
    for number in range(options.processes):
        logits = {}
        for side, start in sides.items():
            if sys.stderr.isatty():
                print(f"{name} {size}, {threads} threads, round {number + 1}: {side}    ", end="\r", file=sys.stderr)
            time, peak, logits[side] = run(options, start, size, threads)
            times[side].append(time)
            peaks[side] = max(peaks[side], peak)
        apart = max(apart, difference(logits["fcn"], logits["ort"]))
    ratio = statistics.median(ours / theirs for ours, theirs in zip(times["fcn"], times["ort"]))
    return {
        "network": name,
        "size": size,
        "threads": threads,
        "times_ms": times,
        "peak_rss_mb": peaks,
        "ratio": ratio,
        "difference": apart,
    }


def line(case):
    cells = [f"{statistics.median(case['times_ms'][s]):.1f} ms, {case['peak_rss_mb'][s]:.0f} MB" for s in ("fcn", "ort")]
    where = f"| {case['network']} | {case['size']} | {case['threads']} "
    return where + f"| {' | '.join(cells)} | **{case['ratio']:.2f}** | {case['difference']:.1e} |"


def main():
    parser = argparse.ArgumentParser(description="Compare this engine with ONNX Runtime over many networks.")
    parser.add_argument("--networks", default=",".join(NETWORKS), help=f"torchvision's names; also {', '.join(PIXEL_NETWORKS)}")
    parser.add_argument("--sizes", default="224x224,725x1920", help="HxW,... of the pictures")
    parser.add_argument("--threads", default=f"1,{len(os.sched_getaffinity(0))}", help="thread counts")
    parser.add_argument("--processes", type=int, default=3, help="fresh processes a side")
    parser.add_argument("--seconds", type=float, default=0.5, help="measured time of a process")
    parser.add_argument("--json", default=None, help="file for all figures")
    parser.add_argument("--work", required=True, help="folder for networks and pictures")
    parser.add_argument("--node", required=True, help="folder with node_modules")
    parser.add_argument("--export", required=True, help="the fcn-export program")
    parser.add_argument("--fcn", required=True, help="the fcn_peer program")
    options = parser.parse_args()
    options.sizes = options.sizes.split(",")
    os.makedirs(options.work, exist_ok=True)
    make_pictures(options)
    print(f"{processor()}, {os.cpu_count()} cores; medians of {options.processes} processes a side; peak RSS\n")
    print("| network | size | threads | fcn | ONNX Runtime | fcn / ONNX Runtime | largest difference |")
    print("|---|---|---|---|---|---|---|", flush=True)
    cases = []
    for name in options.networks.split(","):
        model, free = make_network(options, name)
        for size in options.sizes:
            for threads in dict.fromkeys(map(int, options.threads.split(","))):
                cases.append(measure(options, name, model, free, size, threads))
                print(line(cases[-1]), flush=True)
    mean = math.exp(statistics.fmean(math.log(case["ratio"]) for case in cases))
    print(f"\nGeometric mean of the ratios: {mean:.2f}")
    if options.json:
        with open(options.json, "w") as out:
            json.dump({"cpu": processor(), "options": vars(options), "cases": cases}, out, indent=1)
    apart = [f"{case['network']} at {case['size']}" for case in cases if case["difference"] > 1e-4]
    if apart:
        print("The sides differ by more than 1e-4 x max(1, |logit|); which is wrong, float64 tells:", *dict.fromkeys(apart))


main()
