"""What each command does over radios that are slow, late and lose frames: how often it succeeds, and how soon.

    python tests/bench/weak_links.py [--runs N] [--first SEED] [--only NAME,…] [--loss PCT,…] [--latency MS,…]
                                     [--radios three,one] [--processes N] [--why]

Three drones of the built-in fleet, 57,600 baud each way with what waits queueing, in virtual time. A line has the share
of runs that succeeded and the median seconds of those, for each loss. Latency is each way. --why also prints failures.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from statistics import median

import support_path  # isort: skip  # noqa: F401

from weak_radios import USE_CASES, Weak, outcome


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--only", default=",".join(name.replace(", ", "+") for name in USE_CASES))
    parser.add_argument("--loss", default="0,2,5,10,20")
    parser.add_argument("--latency", default="100,300")
    parser.add_argument("--radios", default="three,one")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--why", action="store_true")
    args = parser.parse_args()
    names = [name.replace("+", ", ") for name in args.only.split(",")]
    if unknown := set(names) - set(USE_CASES):
        known = ", ".join(name.replace(", ", "+") for name in USE_CASES)
        parser.error(f"--only {', '.join(sorted(unknown))}: known are {known}")
    losses = [float(word) for word in args.loss.split(",")]
    latencies = [float(word) for word in args.latency.split(",")]
    seeds = range(args.first, args.first + args.runs)
    began_s = time.perf_counter()
    print(f"{'':18}{'radios':>7}{'ms':>5}  " + "".join(f"{f'{loss:g} %':>16}" for loss in losses))
    with ProcessPoolExecutor(args.processes) as pool:
        for name, radios, latency_ms in itertools.product(names, args.radios.split(","), latencies):
            cells, reasons = [], Counter[str]()
            for loss in losses:
                weak = Weak(loss / 100.0, latency_ms, radios == "one")
                ends = list(pool.map(outcome, *zip(*((name, weak, seed) for seed in seeds), strict=True), chunksize=4))
                times_s = [end for end in ends if isinstance(end, float)]
                reasons.update(f"{loss:g} %: {end}" for end in ends if isinstance(end, str))
                middle = f"{median(times_s):.1f} s" if times_s else "-"
                cells.append(f"{f'{len(times_s)}/{len(ends)} {middle}':>16}")
            print(f"{name:18}{radios:>7}{latency_ms:>5.0f}  " + "".join(cells), flush=True)
            for reason, count in reasons.most_common() if args.why else ():
                print(f"    {count:4} {reason}", flush=True)
    print(f"{time.perf_counter() - began_s:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
