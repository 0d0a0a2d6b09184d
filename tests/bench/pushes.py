"""Seeded pushes to three drones over radios that lose frames, fall and drones that restart: is what is said true?

    python tests/bench/pushes.py [PUSHES] [FIRST SEED] [LINKS]

Each push replaces a mission, a fence and rally points in a transaction, in virtual time. Afterwards the store of every
vehicle is read past all protocols. A *wrong success* is a push that said "done" while a drone holds anything else; a
*silent mixture* is a drone that holds neither all old nor all new items without being named. LINKS: so many lead to
each drone.
"""

from __future__ import annotations

import sys
import time
from collections import Counter

import support_path  # isort: skip  # noqa: F401

from seeded_pushes import DRONES, verdict


def main(pushes: int = 1000, first_seed: int = 0, links: int = 1) -> None:
    began_s = time.perf_counter()
    verdicts: Counter[str] = Counter()
    for seed in range(first_seed, first_seed + pushes):
        what = verdict(seed, links)
        verdicts[what] += 1
        if what.startswith("WRONG"):
            print(f"seed {seed}: {what}", flush=True)
    wrong = sum(count for what, count in verdicts.items() if what.startswith("WRONG"))
    print(f"{pushes} pushes to {DRONES} drones in {time.perf_counter() - began_s:.0f} s: {wrong} wrong")
    for what, count in verdicts.most_common():
        print(f"  {count:5}  {what}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:4]))
