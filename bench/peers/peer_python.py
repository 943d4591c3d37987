# SPDX-License-Identifier: MIT
# One measured process of PyTorch or OpenCV's DNN module; compare.py starts it and says what the arguments and the
# answer are. Imports only the library that is measured, for the sake of its peak memory.
import json
import re
import sys
import time

import numpy as np


def pytorch(folder, threads, pixels):
    import torch

    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)
    frozen = torch.jit.optimize_for_inference(torch.jit.load(f"{folder}/frozen.pt"))
    x = torch.from_numpy(pixels)

    def run():
        with torch.inference_mode():
            return frozen(x).numpy()

    return run


def opencv(folder, threads, pixels):
    import cv2

    cv2.setNumThreads(threads)
    net = cv2.dnn.readNetFromONNX(f"{folder}/{pixels.shape[2]}x{pixels.shape[3]}.onnx")
    net.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)
    net.setPreferableTarget(cv2.dnn.DNN_TARGET_CPU)

    def run():
        net.setInput(pixels)
        return net.forward()

    return run


def main():
    library, folder, source, height, width, threads, seconds, output = sys.argv[1:]
    pixels = np.fromfile(source, np.float32).reshape(1, 3, int(height), int(width))
    run = {"pytorch": pytorch, "opencv": opencv}[library](folder, int(threads), pixels)
    for _ in range(2):
        run()
    times = []
    begin = time.perf_counter()
    while len(times) < 5 or time.perf_counter() - begin < float(seconds):
        start = time.perf_counter()
        result = run()
        times.append(1000 * (time.perf_counter() - start))
    np.ascontiguousarray(result, np.float32).tofile(output)
    with open("/proc/self/status") as status:
        peak = int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1))
    print(json.dumps({"times_ms": times, "peak_rss_kb": peak}))


main()
