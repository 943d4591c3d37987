# SPDX-License-Identifier: MIT
# Runs this engine and its peers in turn, every run a fresh process, and prints ratios as Markdown (and JSON).
# Not here: installing and building (run.sh), the network and the pictures (network.py), the runs (fcn_peer.cpp, peer_*).
#
# A peer's process is given: MODEL INPUT HEIGHT WIDTH THREADS SECONDS OUTPUT. It runs twice to warm up, then for SECONDS
# and at least five times, writes the logits of the last run to OUTPUT (float32, classes x rows x cols), and prints
# {"times_ms": [...], "peak_rss_kb": n}. Peers read a float tensor, this engine 8-bit pixels: its time includes preprocessing.
import argparse
import json
import os
import platform
import statistics
import subprocess
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
SIDES = {
    "fcn": "fcn",
    "ort_static": "ONNX Runtime",
    "ort_free": "ONNX Runtime",
    "pytorch": "PyTorch",
    "opencv": "OpenCV DNN",
}
# Not peers but a yardstick: the network's convolutions alone, summed.
YARDSTICKS = {"onednn_direct": "oneDNN's convolutions", "onednn_winograd": "the same, Winograd"}


def command(side, options, size):
    net = options.network
    return {
        "fcn": [options.fcn, f"{net}/model.safetensors", f"{net}/{size}.u8"],
        "ort_static": ["node", f"{HERE}/peer_onnxruntime.mjs", options.node, f"{net}/{size}.onnx", f"{net}/{size}.f32"],
        "ort_free": ["node", f"{HERE}/peer_onnxruntime.mjs", options.node, f"{net}/free.onnx", f"{net}/{size}.f32"],
        "pytorch": ["/usr/bin/python3", f"{HERE}/peer_python.py", "pytorch", net, f"{net}/{size}.f32"],
        "opencv": ["/usr/bin/python3", f"{HERE}/peer_python.py", "opencv", net, f"{net}/{size}.f32"],
    }[side]


def answer_of(arguments, threads, accepted=(0,)):
    """What one fresh process printed, or None if it ended with another accepted code than 0."""
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    done = subprocess.run(arguments, capture_output=True, text=True, env=environment)
    if done.returncode not in accepted:
        sys.exit(f"failed: {' '.join(arguments)}\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1]) if done.returncode == 0 else None


def run(side, options, size, threads):
    """One fresh process; returns its median time, its peak memory and its logits."""
    output = os.path.join(options.network, f"logits_{side}.f32")
    shape = size.split("x")
    answer = answer_of([*command(side, options, size), *shape, str(threads), str(options.seconds), output], threads)
    logits = np.fromfile(output, np.float32)
    os.remove(output)
    return statistics.median(answer["times_ms"]), answer["peak_rss_kb"] / 1024, logits


def run_yardstick(name, options, size, threads):
    """Its median time, or None where this CPU has no such convolutions (exit code 3)."""
    shape = size.split("x")
    algorithm = name.removeprefix("onednn_")
    answer = answer_of([options.onednn, algorithm, *shape, str(threads), str(options.seconds)], threads, (0, 3))
    return answer and statistics.median(answer["times_ms"])


def difference(logits, truth):
    if logits.shape != truth.shape:
        return float("inf")
    return float(np.max(np.abs(logits - truth) / np.maximum(1, np.abs(truth))))


def measure(options, size, threads):
    """Every side once in each round, so that a machine that drifts drifts for all."""
    rounds = {side: [] for side in options.sides}
    peaks = {side: [] for side in options.sides}
    worst = dict.fromkeys(options.sides, 0.0)
    yardsticks = {name: [] for name in YARDSTICKS if options.onednn}
    for number in range(options.processes):
        truth = None
        for side in options.sides:
            print(f"{size}, {threads} threads, round {number + 1}: {side}     ", end="\r", file=sys.stderr, flush=True)
            time, peak, logits = run(side, options, size, threads)
            truth = logits if truth is None else truth
            worst[side] = max(worst[side], difference(logits, truth))
            rounds[side].append(time)
            peaks[side].append(peak)
        for name, times in yardsticks.items():
            time = run_yardstick(name, options, size, threads)
            times += [time] if time else []
    faster = min(("ort_static", "ort_free"), key=lambda s: statistics.median(rounds.get(s) or [float("inf")]))
    shown = [s for s in options.sides if not s.startswith("ort") or s == faster]
    return {
        "size": size,
        "threads": threads,
        "times_ms": rounds,
        "peak_rss_mb": peaks,
        "difference": worst,
        "shown": shown,
        "yardsticks_ms": yardsticks,
    }


def ratio(case, side, other):
    pairs = zip(case["times_ms"][side], case["times_ms"][other])
    return statistics.median(a / b for a, b in pairs)


def markdown(cases):
    names = [SIDES[s] for s in cases[0]["shown"]] + [YARDSTICKS[y] for y in cases[0]["yardsticks_ms"]]
    lines = [f"| size | threads | {' | '.join(names)} | fcn / fastest peer | largest difference |"]
    lines.append("|---" * (len(names) + 4) + "|")
    for case in cases:
        cells = []
        for side in case["shown"]:
            time = statistics.median(case["times_ms"][side])
            peak = max(case["peak_rss_mb"][side])
            cells.append(f"{time:.1f} ms, {peak:.0f} MB")
        for times in case["yardsticks_ms"].values():
            cells.append(f"{statistics.median(times):.1f} ms" if times else "none")
        peers = [s for s in case["shown"] if s != "fcn"]
        fastest = min(peers, key=lambda s: statistics.median(case["times_ms"][s]), default=None)
        lead = f"**{ratio(case, 'fcn', fastest):.2f}** ({SIDES[fastest]})" if "fcn" in case["shown"] and fastest else ""
        worst = max(case["difference"].values())
        lines.append(f"| {case['size']} | {case['threads']} | {' | '.join(cells)} | {lead} | {worst:.1e} |")
    return "\n".join(lines)


def processor():
    with open("/proc/cpuinfo") as info:
        return next((l.split(":", 1)[1].strip() for l in info if l.startswith("model name")), platform.machine())


def main():
    parser = argparse.ArgumentParser(description="Compare this engine with its peers.")
    parser.add_argument("--sizes", default="224x224,387x1024,725x1920", help="HxW,... of the pictures")
    parser.add_argument("--threads", default="1,2", help="thread counts")
    parser.add_argument("--processes", type=int, default=3, help="fresh processes a side")
    parser.add_argument("--seconds", type=float, default=3, help="measured time of a process")
    parser.add_argument("--sides", default=",".join(SIDES), help=f"of {', '.join(SIDES)}")
    parser.add_argument("--json", default=None, help="file for all figures")
    parser.add_argument("--network", required=True, help="folder made by network.py")
    parser.add_argument("--node", required=True, help="folder with node_modules")
    parser.add_argument("--fcn", required=True, help="the fcn_peer program")
    parser.add_argument("--onednn", default=None, help="the onednn_convolutions program, if there")
    options = parser.parse_args()
    options.sides = options.sides.split(",")
    cases = []
    for size in options.sizes.split(","):
        for threads in map(int, options.threads.split(",")):
            cases.append(measure(options, size, threads))
    print(f"{processor()}, {os.cpu_count()} cores; medians of {options.processes} processes a side; peak RSS\n", flush=True)
    print(markdown(cases))
    if options.json:
        with open(options.json, "w") as out:
            json.dump({"cpu": processor(), "options": vars(options), "cases": cases}, out, indent=1)
    if max(max(case["difference"].values()) for case in cases) > 1e-4:
        sys.exit("The sides disagree on the logits by more than 1e-4 x max(1, |logit|).")


if __name__ == "__main__":
    main()
