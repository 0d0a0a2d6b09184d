"""Whether the disk takes the recordings of the flight."""

from __future__ import annotations

import shutil
from pathlib import Path

from dronectl.model.recorder import MB
from dronectl.ops.flight.readiness.asked import AskedSite
from dronectl.ops.flight.readiness.check import ReadinessCheck, not_evaluated

ID = "storage"
BYTES_PER_S = 10_000
"""Of one drone, both ways: three times what streams of 4 Hz make."""
RECORDINGS = 2
"""The flight's own, and the black box."""
WITHOUT_PLAN_S = 3600.0
BEFORE_AND_AFTER_S = 600.0
SPARE_BYTES = 100 * MB


def ask(asked: AskedSite) -> ReadinessCheck:
    """Free space where recordings go, against what a flight of this length makes."""
    flown_s = WITHOUT_PLAN_S if asked.longest_s is None else asked.longest_s
    expected = RECORDINGS * len(asked.drones) * BYTES_PER_S * (flown_s + BEFORE_AND_AFTER_S)
    needed = expected + SPARE_BYTES
    wanted = f"≥ {needed / MB:,.0f} MB free for {len(asked.drones)} drone(s), {flown_s / 60:.0f} min"
    folder = asked.site.root / "flights"
    try:
        free = shutil.disk_usage(_existing(folder)).free
    except OSError as error:
        return not_evaluated(ID, f"{folder}: {error.strerror or error}", wanted, ID)
    return ReadinessCheck(ID, free >= needed, f"{free / MB:,.0f} MB free", wanted, ID)


def _existing(folder: Path) -> Path:
    return next((path for path in (folder, *folder.parents) if path.exists()), folder)
