"""Every check before a flight, in the order in which it is told. A new one is a file here and a line in a list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from dronectl.ops.flight.readiness import (
    areas,
    board,
    clock,
    daylight,
    ground_station,
    law,
    permits,
    rehearsal,
    storage,
    way,
    wind,
)
from dronectl.ops.flight.readiness.asked import AskedDrone, AskedSite
from dronectl.ops.flight.readiness.check import ReadinessCheck


@dataclass(frozen=True, slots=True)
class DroneCheck:
    """``title``: what stands in the place of its answers where asking failed. ``listens``: it loads the link with no
    more than a question, and is asked beside the others."""

    title: str
    ask: Callable[[AskedDrone], Awaitable[Sequence[ReadinessCheck]]]
    needs_plan: bool = False
    listens: bool = False


@dataclass(frozen=True, slots=True)
class SiteCheck:
    """About the computer, the sky and the papers."""

    id: str
    ask: Callable[[AskedSite], ReadinessCheck]


DRONE_CHECKS = (
    DroneCheck("on board", board.ask, needs_plan=True),
    DroneCheck("way from where it stands", way.ask, needs_plan=True),
    DroneCheck("whose heartbeats its failsafe counts", ground_station.ask),
    DroneCheck(clock.ID, clock.ask, listens=True),
    DroneCheck(wind.ID, wind.ask, listens=True),
)
"""Besides what a drone's messages say by themselves (``present.py``), which is told first."""

SITE_CHECKS = (
    SiteCheck(storage.ID, storage.ask),
    SiteCheck(daylight.ID, daylight.ask),
    SiteCheck(daylight.HOURS_ID, daylight.ask_hours),
    SiteCheck(law.HOURS_ID, law.ask_hours),
    SiteCheck(law.NOTICE_ID, law.ask_notice),
    SiteCheck(law.PAPERS_ID, law.ask_papers),
    SiteCheck(permits.ID, permits.ask),
    SiteCheck(areas.ID, areas.ask),
    SiteCheck(rehearsal.ID, rehearsal.ask),
)

WAIVABLE = frozenset(
    {
        storage.ID,
        clock.ID,
        wind.ID,
        daylight.ID,
        daylight.HOURS_ID,
        law.NOTICE_ID,
        law.PAPERS_ID,
        rehearsal.ID,
    }
)
"""A person may answer for these by name, and for items of the checklist. Rules are lifted by ``plan build --allow``,
and what an aircraft lacks is mended."""
