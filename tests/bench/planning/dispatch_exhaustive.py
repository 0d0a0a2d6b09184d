"""Who is proposed, held against trying everything: python tests/bench/planning/dispatch_exhaustive.py [INCIDENTS]

200 random incidents on the Roi Et site, with drones that stand and fly. Prints how often the proposed drone is the one
that is there first, by how much it is late at worst where another way was found, how deep its way goes into what is
closed, and how long a proposal takes. Goals: 100 %, 0 m.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))
import support_path  # isort: skip  # noqa: F401

from exhaustive_dispatch import airspace, case_of, judged

from dronectl.ops.dispatch.options import propose

SAME_S = 0.5
"""Two estimates of one way differ by so much: rounded corners, and 1e-7 of a degree."""


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    verdicts, took_s = [], []
    for seed in range(count):
        case = case_of(seed)
        begun_s = time.perf_counter()
        propose(case.fleet, case.wish, airspace(), {})
        took_s.append(time.perf_counter() - begun_s)
        verdicts.append(judged(case))
    sent = [one for one in verdicts if one.proposal.best is not None]
    good = sum(one.late_s <= SAME_S for one in sent)
    print(f"incidents {count}, somebody can go to {len(sent)}")
    print(f"the one proposed is there first: {good} of {len(sent)} ({100.0 * good / max(1, len(sent)):.1f} %)")
    late_s, deepest_m = max(one.late_s for one in sent), max(one.deepest_m for one in sent)
    print(f"late at worst {late_s:+.2f} s, into what is closed {deepest_m:.2f} m")
    print(
        f"a proposal for three drones takes {1e3 * median(took_s):.0f} ms in median, {1e3 * max(took_s):.0f} ms at most"
    )
    for one in verdicts:
        if one.late_s > SAME_S or one.deepest_m > 0.0:
            names = [(option.name, round(option.arrives_s, 1), option.why) for option in one.proposal.options]
            print(f"  seed {one.seed}: late {one.late_s:.2f} s, {one.deepest_m:.2f} m deep: {names}")
    reasons: dict[str, int] = {}
    for verdict in verdicts:
        for option in verdict.proposal.options:
            if option.why:
                key = option.why.split(" ")[0] if "m from" not in option.why else "separation"
                reasons[key] = reasons.get(key, 0) + 1
    print(f"who could not go, by reason: {reasons}")
    return 0 if good == len(sent) else 1


if __name__ == "__main__":
    sys.exit(main())
