"""The flights of a folder that are wanted, by its catalogue: for ``track list``, ``report`` and ``export --merge``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.cli.common.app import App
from dronectl.cli.track.files import of_workspace
from dronectl.cli.track.wanted import Wanted
from dronectl.errors import InputError
from dronectl.model.text.shown_time import us_of

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from dronectl.formats.recordings.catalogue import Listed
    from dronectl.formats.recordings.damage import Damage
    from dronectl.model.site import Site
    from dronectl.ops.recordings.catalogue import Refreshed


@dataclass(frozen=True, slots=True)
class Found:
    """What the catalogue of a folder has of it, each flight once."""

    folder: Path
    zone: ZoneInfo
    site: Site | None
    flights: Sequence[Listed]
    damaged: Sequence[tuple[str, str]]
    partly_damaged: Sequence[tuple[str, Damage]]
    notes: Sequence[tuple[str, str]]
    refreshed: Refreshed

    @property
    def unread(self) -> Sequence[tuple[str, str]]:
        """(path, why) of everything that cannot be read."""
        return (*self.damaged, *self.refreshed.unread.items())


def find_flights(app: App, folder: Path | None, wanted: Wanted) -> Found:
    """By the catalogue of a folder (default: the workspace's flights/), which is made true first.

    Raises:
        InputError: no folder, or no such zone.
    """
    from zoneinfo import ZoneInfo

    from dronectl.formats.recordings.catalogue import FlightFilter
    from dronectl.ops.recordings.catalogue import FleetContext, refresh
    from dronectl.ops.recordings.worker_pool import default_processes

    site = of_workspace(app, app.site_to_show)
    place = folder or app.root() / "flights"
    names = {drone.system_id: drone.name for drone in site.drones} if site else {}
    zone = ZoneInfo(site.time_zone if site else "UTC")
    chosen = FlightFilter(
        None if wanted.since is None else _midnight_us(wanted.since, zone),
        None if wanted.until is None else _midnight_us(wanted.until + timedelta(days=1), zone),
        wanted.min_duration_min * 60.0,
        frozenset(wanted.drones),
        _zone_ids(wanted.zones, site),
    )
    fleet = FleetContext(names, site.zones.zones if site else ())
    with _progress(app) as progress:
        catalogue, refreshed = refresh(place, fleet, processes=default_processes(), anew=wanted.anew, progress=progress)
    try:
        flights, damaged, partly = catalogue.flights(chosen), catalogue.damaged(), catalogue.partly_damaged()
        return Found(place, zone, site, flights, damaged, partly, catalogue.notes(), refreshed)
    finally:
        catalogue.close()


def _zone_ids(zones: Sequence[str], site: Site | None) -> frozenset[str]:
    """By id or name.

    Raises:
        InputError: no such zone, so that a slip of the hand is not taken for "nobody flew there".
    """
    known = site.zones.zones if site else ()
    ids: set[str] = set()
    for wanted in zones:
        found = [zone.id for zone in known if wanted in (zone.id, zone.name)]
        if not found:
            there = ", ".join(zone.id for zone in known)
            raise InputError(f"no zone '{wanted}'", hint=f"there are: {there or 'none without a workspace'}")
        ids.update(found)
    return frozenset(ids)


def _midnight_us(day: date, zone: ZoneInfo) -> int:
    moment = datetime(day.year, day.month, day.day, tzinfo=zone)
    return us_of(moment)


@contextmanager
def _progress(app: App) -> Iterator[Callable[[int, int], None]]:
    """A bar on the terminal; nothing where stderr is none."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = app.err()
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("recordings", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
