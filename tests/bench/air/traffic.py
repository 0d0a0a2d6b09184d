"""Encounters with aircraft: how many alarms come half a minute before, and how many come for nothing.

    python tests/bench/air/traffic.py [ENCOUNTERS] [FIRST_SEED]

Positions err by 8 m, heights are rounded to 25 feet, courses to 1°, one message in five is lost; the day's air is off
from standard by up to 80 m of height.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "support" / "air"))

from air_encounters import AHEAD_S, alarm_s, drawn_encounter

AT_ONCE_S = 5.0
"""Who is told of so soon after it was heard first could not be told of earlier."""


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    ahead: list[float] = []
    missed: list[int] = []
    late: list[int] = []
    false: list[int] = []
    free = 0
    began = time.process_time()
    for seed in range(first, first + count):
        encounter = drawn_encounter(seed)
        told_s = alarm_s(encounter, seed, pressure_off_m=(seed % 17 - 8) * 10.0)
        near_s = encounter.too_near_s
        if near_s is None:
            free += 1
            if told_s is not None:
                false.append(seed)
        elif told_s is None:
            missed.append(seed)
        elif near_s - told_s < AHEAD_S and told_s > AT_ONCE_S:
            late.append(seed)
        else:
            ahead.append(near_s - told_s)
    print(
        f"{count} encounters, {count - free} too near: {len(missed)} missed {missed[:9]}, {len(late)} late {late[:9]}"
    )
    print(f"{len(false)} of {free} that passed clear told ({100.0 * len(false) / max(free, 1):.1f} %) {false[:30]}")
    print(f"told {statistics.median(ahead):.0f} s before (median), least {min(ahead):.0f} s")
    print(f"{(time.process_time() - began) / count * 1000.0:.0f} ms an encounter")


if __name__ == "__main__":
    main()
