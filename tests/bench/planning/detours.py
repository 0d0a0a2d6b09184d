"""Random detours over random sites, judged by shapes of their own.

python tests/bench/planning/detours.py [COUNT]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import support_path  # isort: skip

sys.path.insert(0, str(support_path.TESTS / "property"))

from test_random_detours import MARGIN_M, detour_of, require_outside


def main(count: int) -> None:
    begun_s = time.process_time()
    lawful, inside, nearest_m = 0, 0, float("inf")
    for seed in range(count):
        if not require_outside(seed):
            continue
        lawful += 1
        clear, _ = detour_of(seed) or ((), ())
        if clear[0] >= MARGIN_M:
            nearest_m = min(nearest_m, float(clear.min()))
            inside += int(clear.min() < 0.0)
    took_s = time.process_time() - begun_s
    print(f"{count} random ways: {lawful} lawful, straight or around, {count - lawful} without a lawful way")
    print(f"{inside} inside of anything; nearest {nearest_m:.2f} m of {MARGIN_M:g} m; {took_s:.0f} s of processor")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
