"""What becomes of a patrol that was left: its rest as a plan, and what of the day's promises cannot be kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dronectl.checks.promises import BrokenPromise, Leave, broken_promises
from dronectl.model.audit import AuditEvent, AuditResult
from dronectl.ops.audit.log import AuditLog, audit_folder
from dronectl.ops.audit.reading import moment_of
from dronectl.ops.dispatch.left_patrol import LeftPatrol, all_left, rest_of

if TYPE_CHECKING:
    from dronectl.model.site import Site

LONGEST = timedelta(hours=2)
"""No flight lasts so long: who took off earlier did so for another one."""
DAY = timedelta(hours=18)
"""What was left longer ago belongs to another day's flights of a plan."""


@dataclass(frozen=True)
class Kept:
    """What became of a patrol that was left: the plan of its rest, and what of the promises of the whole plan cannot be
    kept: where it is given back when the errand's stay is over, and where it never is."""

    remainder: Path | None
    broken: tuple[BrokenPromise, ...]
    broken_for_ever: tuple[BrokenPromise, ...]

    def words(self, zone: ZoneInfo) -> list[str]:
        """A line each, times of day in ``zone``."""
        told = []
        if self.remainder is not None:
            told.append(f"its rest, for 'dronectl fly --resume' after it has landed: {self.remainder}")
        for if_so, broken in (
            ("given back after its stay", self.broken),
            ("never given back", self.broken_for_ever),
        ):
            if broken:
                told.append(f"{if_so}, of what the plan promised is not kept:")
                told += [f"  {one.words(zone)}" for one in broken]
        return told

    def as_json(self) -> dict[str, object]:
        return {
            "remainder": None if self.remainder is None else str(self.remainder),
            "broken_promises": [one.as_json() for one in self.broken],
            "broken_if_never_given_back": [one.as_json() for one in self.broken_for_ever],
        }


def keep_rest(left: LeftPatrol, site: Site, away_s: float, lands_s: float) -> Kept:
    """Writes the plan of the rest beside the patrol that was left, where ``fly --resume`` finds it.

    ``away_s``: from the call to the end of the errand's stay. ``lands_s``: to its landing.

    Raises:
        DronectlError, OSError: it cannot be cut, or not be written.
    """
    from dronectl.ops.flight.remainders import checked
    from dronectl.ops.plans.plan_map import write_plan_with_map

    rest, plan = rest_of(left, site)
    if rest is not None:
        write_plan_with_map(checked(site, rest), site, left.remainder)
    before = list(_others(left, site.root, site.root / "flights"))
    flown_s = _flown_s(left, site.root)

    def broken(away_s: float | None) -> tuple[BrokenPromise, ...]:
        own = Leave(left.drone, left.sortie, max(0, left.item - 1), left.left, away_s, lands_s, flown_s)
        return broken_promises(plan, site, [*before, own])

    return Kept(left.remainder if rest is not None else None, broken(away_s), broken(None))


def _others(left: LeftPatrol, root: Path, flights: Path) -> Iterator[Leave]:
    """What else was left of the same plan on this day, in order of time."""
    seen = {(left.drone, left.left)}
    found = []
    for one in all_left(flights):
        is_same = one.plan == left.plan and left.plan is not None and left.left - DAY <= one.left <= left.left
        if is_same and (one.drone, one.left) not in seen:  # called on to another errand: left once
            seen.add((one.drone, one.left))
            found.append(one)
    for one in sorted(found, key=lambda one: one.left):
        away_s = None if one.given_back_at is None else (one.given_back_at - one.left).total_seconds()
        yield Leave(one.drone, one.sortie, max(0, one.item - 1), one.left, away_s, flown_s=_flown_s(one, root))


def _flown_s(left: LeftPatrol, root: Path) -> float | None:
    """How long the drone had been in the air when it left, by the audit log; None: that does not tell."""
    day = str((left.left - LONGEST).astimezone(UTC).date())
    took_off = [moment for moment in _take_offs(AuditLog(audit_folder(root)), left.drone, day) if moment <= left.left]
    if not took_off or left.left - max(took_off) > LONGEST:
        return None
    return (left.left - max(took_off)).total_seconds()


def _take_offs(log: AuditLog, drone: str, day: str) -> Iterator[datetime]:
    for entry in log.lines(since=day):
        is_start = entry.get("event") == AuditEvent.OUTCOME and entry.get("order") == "start"
        if entry.get("drone") != drone or not (
            entry.get("event") == AuditEvent.STARTED or (is_start and entry.get("result") == AuditResult.DONE)
        ):
            continue
        if (moment := moment_of(entry)) is not None:
            yield moment
