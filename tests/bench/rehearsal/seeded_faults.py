"""Whether a rehearsal finds what the checks cannot see, and leaves alone what is sound.

30 plans with a fault that only flying shows (a margin that errors and gusts use up, a corner that is cut, a return
that drifts into a volume, a promise that a cold battery breaks): all pass 'plan check', all are to be caught.
300 sound plans: none is to be called unsafe.

    python tests/bench/rehearsal/seeded_faults.py [FAULTY [SOUND [RUNS [FIRST]]]]

Printed: what was missed, what was alarmed at, and how long it took.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
import support_path  # isort: skip  # noqa: F401

from rehearsed_plans import ROOT, Case, faulty, sound

from dronectl.model.rehearsal.result import Rehearsal
from dronectl.ops.rehearsal.rehearse import prepared, rehearse


def rehearsed(case: Case, runs: int) -> Rehearsal:
    return rehearse(prepared(case.plan, case.site, ROOT, case.settings, seed=1), runs, processes=1)


def told(case: Case, result: Rehearsal) -> str:
    what = [f"{group.worst.rule} in {group.runs}: {group.worst.words}" for group in result.groups]
    for failure in result.failures_break:
        what += [f"{failure.failure}: {moment.breaches[0].words}" for moment in failure.worst]
    return f"{case.name}: {result.odds.good}/{result.odds.of} safe; {'; '.join(what[:3])}"


def main(faulty_plans: int, sound_plans: int, runs: int, first: int) -> None:
    began_s, cpu_s = time.monotonic(), time.process_time()
    caught = 0
    for seed in range(first, first + faulty_plans):
        case = faulty(seed)
        assert case.passes, f"{case.name}: the checks see it"
        result = rehearsed(case, runs)
        caught += result.is_unsafe
        print(f"{'caught' if result.is_unsafe else 'MISSED'}  {told(case, result)}", flush=True)
    alarms, proven = 0, 0
    for seed in range(first, first + sound_plans):
        case = sound(seed)
        result = rehearsed(case, runs)
        alarms += result.is_unsafe
        proven += result.is_proven
        if result.is_unsafe or result.groups:
            print(f"{'ALARM ' if result.is_unsafe else 'seen  '}  {told(case, result)}", flush=True)
        if seed % 25 == 24:
            print(f"        up to {seed}: {alarms} alarms, {proven} proven", flush=True)
    print(f"caught {caught} of {faulty_plans}; {alarms} false alarms in {sound_plans} sound plans, {proven} proven")
    print(f"{runs} runs each: {time.monotonic() - began_s:.0f} s, {time.process_time() - cpu_s:.0f} s of CPU")


if __name__ == "__main__":
    main(*(int(given) for given in (*sys.argv[1:5], *("30", "300", "60", "0")[len(sys.argv) - 1 :])))
