"""What rehearsals cost: 200 runs of the demo, three of all patrols of the workspace, by 'dronectl rehearse'.

    python tests/bench/rehearsal/rehearsal_speed.py [DEMO_RUNS [PATROL_RUNS]]

Processor time of all processes together, and the clock's: on two cores that nobody else uses half of it, and something
for the start. What is asked: two minutes for the one, one for the other. Where somebody else uses the computer
meanwhile, that is said (Linux): the clock's figure is then not the rehearsal's.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[3]


def main(demo_runs: int, patrol_runs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rehearsed("demo", ["demo"], demo_runs, Path(folder))
        rehearsed(
            "all patrols", sorted(path.stem for path in (ROOT / "missions").glob("*.toml")), patrol_runs, Path(folder)
        )


def rehearsed(title: str, missions: list[str], runs: int, folder: Path) -> None:
    plan = folder / title.replace(" ", "-")
    dronectl("plan", "build", *missions, "-o", str(plan))
    cpu_s, all_s, began_s = spent_s(), spent_by_all_s(), time.monotonic()
    dronectl("rehearse", str(plan), "--runs", str(runs), "--jobs", "2", "--no-stamp")
    cpu_s, all_s, lasted_s = spent_s() - cpu_s, spent_by_all_s() - all_s, time.monotonic() - began_s
    print(f"{title}: {runs} runs: {cpu_s:.0f} s of processor time, {lasted_s:.0f} s", flush=True)
    if all_s > cpu_s + 0.1 * lasted_s:
        print(f"  others used {all_s - cpu_s:.0f} s of processor time meanwhile", flush=True)


def dronectl(*arguments: str) -> None:
    """Exit codes say what was found, not that it failed."""
    subprocess.run(
        [sys.executable, "-m", "dronectl", *arguments, "--workspace", str(ROOT)], stdout=subprocess.DEVNULL, check=False
    )


def spent_by_all_s() -> float:
    """Processor time of all programs since the computer was started; 0 where it does not tell."""
    stat = Path("/proc/stat")
    if not stat.exists():
        return 0.0
    user, nice, system = map(int, stat.read_text(encoding="ascii").split()[1:4])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK")


def spent_s() -> float:
    """By all children so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(*(int(given) for given in (*sys.argv[1:3], *("200", "3")[len(sys.argv) - 1 :])))
