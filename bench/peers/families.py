# SPDX-License-Identifier: MIT
# Compares this engine with ONNX Runtime over classifiers of many families, with random weights: for each network, size
# and thread count the two run in turn, every run a fresh process, and one Markdown table says how long, how much memory
# and how far apart. ONNX Runtime runs what fcn-export --to onnx writes: the same network, for any size.
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
WINDOW = 224


def random_classifier(name):
    """Batch norm's statistics are measured on a picture, so that activations stay of order one."""
    torch.manual_seed(1)
    net = getattr(torchvision.models, name)()
    norms = [module for module in net.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    net.eval()  # dropped branches would spoil the measurement
    for norm in norms:
        norm.momentum = None
        norm.train()
    with torch.no_grad():
        net(as_tensor(noise_picture(WINDOW, 2 * WINDOW)[:, :WINDOW]))
    return net.eval()


def make_network(options, name):
    """classifier.onnx, model.safetensors and free.onnx below the network's folder, unless they are there."""
    folder = os.path.join(options.work, name)
    os.makedirs(folder, exist_ok=True)
    classifier, model, free = (f"{folder}/{file}" for file in ("classifier.onnx", "model.safetensors", "free.onnx"))
    if not os.path.exists(classifier):
        window = torch.zeros(1, 3, WINDOW, WINDOW)
        torch.onnx.export(random_classifier(name), window, classifier + ".part", opset_version=13)
        os.rename(classifier + ".part", classifier)
    for written, to in ((model, []), (free, ["--to", "onnx"])):
        if not os.path.exists(written):
            done = subprocess.run([options.export, classifier, "-o", written, *to], capture_output=True, text=True)
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
    parser = argparse.ArgumentParser(description="Compare this engine with ONNX Runtime over many classifiers.")
    parser.add_argument("--networks", default=",".join(NETWORKS), help="torchvision's names")
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
