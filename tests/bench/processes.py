"""How long a whole process takes: by the clock on the wall, and by what the processor did for it.

On a machine that does other things at the same time only the latter is the process's own.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

MAVLOGDUMP = (sys.executable, "-m", "pymavlink.tools.mavlogdump")
DRONECTL = (sys.executable, "-m", "dronectl")


@dataclass(frozen=True, slots=True)
class Took:
    wall_s: float
    cpu_s: float


def took(command: Sequence[str], folder: Path, out: IO[bytes] | int = subprocess.DEVNULL) -> Took:
    """Runs a command to its end in a folder that is no workspace.

    Raises:
        CalledProcessError: it failed.
    """
    start, used_s = time.perf_counter(), _of_children_s()
    subprocess.run(command, check=True, stdout=out, stderr=subprocess.DEVNULL, cwd=folder)
    return Took(time.perf_counter() - start, _of_children_s() - used_s)


def ratio_words(name: str, ours: Iterable[Took], other_name: str, theirs: Iterable[Took]) -> str:
    """Medians of both, and medians of their ratios pair by pair."""
    pairs = list(zip(ours, theirs, strict=True))
    own_s, other_s = (statistics.median(took.cpu_s for took in column) for column in zip(*pairs, strict=True))
    by_wall = statistics.median(other.wall_s / own.wall_s for own, other in pairs)
    by_cpu = statistics.median(other.cpu_s / own.cpu_s for own, other in pairs)
    return (
        f"{name} {own_s:.2f} s · {other_name} {other_s:.2f} s of processor time · "
        f"median ratio {by_cpu:.1f} (by the wall {by_wall:.1f})"
    )


def _of_children_s() -> float:
    times = os.times()
    return times.children_user + times.children_system
