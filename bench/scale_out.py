#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How long N workers of fcn-infer take, from figures measured with one: the tables of docs/scale-out.md.

Each worker gets a share whose size varies as a hash makes it vary, starts, loads the model, runs its pictures, and is
killed now and then, whereupon it starts again and loses the picture in hand. The file server delivers so many bytes
and opens so many files a second for all workers together. Only the slowest worker matters, and the server.

    bench/scale_out.py [--pictures 1e6] [--picture-ms 56] [--start-s 1.0] [--picture-kb 80] [--line-kb 1.6]
                       [--server-mb 10000] [--server-opens 50000] [--kills 0.01] [WORKERS...]
"""
import argparse
import random


def simulate(workers, options, seed=1):
    """Seconds until the last worker ends, and what held it up."""
    dice = random.Random(seed)
    mean = options.pictures / workers
    spread = (mean * (1 - 1 / workers)) ** 0.5
    slowest = 0.0
    for _ in range(workers):
        share = max(0, round(dice.gauss(mean, spread)))
        busy = share * options.picture_ms / 1000
        starts = 1
        while dice.random() < 1 - (1 - options.kills) ** (busy / 3600):  # a worker lives hours, or is killed
            starts += 1
            if starts > 20:
                break
        slowest = max(slowest, busy + starts * (options.start_s + options.picture_ms / 2000))
    # The server's part, if all that is read passes through it: pictures, the model once a worker, and lines back.
    megabytes = options.pictures * (options.picture_kb + options.line_kb) / 1e3 + workers * options.model_mb
    parts = {"processors": slowest, "bytes": megabytes / options.server_mb,
             "opens": (options.pictures + 3 * workers) / options.server_opens}
    limit = max(parts, key=parts.get)
    return parts[limit], limit


def main():
    parser = argparse.ArgumentParser(description="Simulates many workers of fcn-infer.")
    parser.add_argument("--pictures", type=float, default=1e6)
    parser.add_argument("--picture-ms", type=float, default=56, help="processor time of a picture on one thread")
    parser.add_argument("--start-s", type=float, default=1.0, help="time to load the model and read the results")
    parser.add_argument("--picture-kb", type=float, default=80)
    parser.add_argument("--line-kb", type=float, default=1.6)
    parser.add_argument("--model-mb", type=float, default=45)
    parser.add_argument("--server-mb", type=float, default=10000, help="MB/s of the file server")
    parser.add_argument("--server-opens", type=float, default=50000, help="files it opens a second")
    parser.add_argument("--kills", type=float, default=0.01, help="chance of a worker to be killed in an hour")
    parser.add_argument("workers", type=int, nargs="*", default=[1, 2, 10, 100, 1000, 10000])
    options = parser.parse_args()
    print(f"{'workers':>8} {'time':>12} {'pictures/s':>11} {'efficiency':>10}  limited by")
    ideal = options.pictures * options.picture_ms / 1000
    for workers in options.workers:
        seconds, limit = simulate(workers, options)
        time = f"{seconds / 3600:.2f} h" if seconds >= 3600 else f"{seconds:.1f} s"
        print(f"{workers:>8} {time:>12} {options.pictures / seconds:>11.0f} {ideal / workers / seconds:>10.0%}  {limit}")


if __name__ == "__main__":
    main()
