"""How long a person waits for a proposal: python tests/bench/planning/dispatch_cold.py [RUNS]

Whole ``dronectl dispatch N --dry-run`` processes, one after the other, at a built-in fleet of three on real sockets;
beside each, in turn, a process that only loads the geometry engine (NumPy, Shapely, pyproj). Prints wall and processor
time, and their ratio to that one's: on a machine that others use too, only the ratios can be compared. Goal: 1 s.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))
import support_path  # isort: skip  # noqa: F401

from running_fleet import copy_workspace, fleet_behind

from dronectl.cli.main import run

GOAL_S = 1.0
ENGINE = [sys.executable, "-c", "import numpy, shapely, pyproj"]


def took(command: list[str]) -> tuple[float, float]:
    """Wall and processor seconds."""
    before, begun_s = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall_s, after = time.perf_counter() - begun_s, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall_s, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(runs: int) -> int:
    folder = Path(tempfile.mkdtemp())
    try:
        root = copy_workspace(folder / "site")
        with fleet_behind(root, speedup=1.0):
            assert run(["incident", "add", "ร้านทอง 2", "--kind", "fight", "--workspace", str(root)]) == 0
            command = [sys.executable, "-m", "dronectl", "dispatch", "1", "--dry-run", "--workspace", str(root)]
            while subprocess.run(command, capture_output=True, check=False).returncode != 0:
                time.sleep(2.0)  # the drones look for their positions
            took(ENGINE)
            pairs = [(took(command), took(ENGINE)) for _ in range(runs)]
    finally:
        shutil.rmtree(folder)
    wall_s, cpu_s = median(ours[0] for ours, _ in pairs), median(ours[1] for ours, _ in pairs)
    engine_wall_s, engine_cpu_s = median(other[0] for _, other in pairs), median(other[1] for _, other in pairs)
    print(f"a proposal by a process of its own: {wall_s:.2f} s (processor {cpu_s:.2f} s)")
    print(f"the geometry engine alone: {engine_wall_s:.2f} s (processor {engine_cpu_s:.2f} s)")
    print(f"ratio {wall_s / engine_wall_s:.1f} (processor {cpu_s / engine_cpu_s:.1f})")
    return 0 if wall_s <= GOAL_S else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 15))
