"""``dronectl track list``: the flights of a folder of recordings, by its catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import echo
from dronectl.cli.track.files import count, local_start_json, of_workspace, start_cell, start_heading
from dronectl.errors import InputError
from dronectl.model.text.shown_time import iso_z, span, us_of, utc_of_us

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from dronectl.formats.recordings.catalogue import Listed
    from dronectl.formats.recordings.damage import Damage
    from dronectl.model.site import Site
    from dronectl.ops.recordings.catalogue import Refreshed

_LAST_DAY = date.max - timedelta(days=2)


def _day(_context: click.Context, _option: click.Parameter, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no date as 2026-11-23") from None
    if not date(1970, 1, 2) <= day <= _LAST_DAY:
        raise click.BadParameter(f"{value!r}: no drone flew then")
    return day


def _number(_context: click.Context, _option: click.Parameter, value: float) -> float:
    if value != value:
        raise click.BadParameter("nan is no number of minutes")
    return value


@click.command(name="list")
@click.argument("folder", required=False, metavar="[DIR]", type=click.Path(path_type=Path))
@click.option("--since", metavar="DATE", callback=_day, help="From this day on, at the site (2026-11-23).")
@click.option("--until", metavar="DATE", callback=_day, help="Up to this day, and that day too.")
@click.option("--drone", "drones", multiple=True, metavar="NAME", help="Flights of this drone; may be repeated.")
@click.option("--zone", "zones", multiple=True, metavar="ZONE", help="Flights through this zone; may be repeated.")
@click.option(
    "--min-duration",
    type=click.FloatRange(0.0, 1e6),
    default=0.0,
    callback=_number,
    metavar="MINUTES",
    help="Flights at least so long.",
)
@click.option("--anew", is_flag=True, help="Read every recording again, whatever the catalogue has.")
@command_options()
def list_(
    app: App,
    folder: Path | None,
    since: date | None,
    until: date | None,
    drones: tuple[str, ...],
    zones: tuple[str, ...],
    min_duration: float,
    anew: bool,
) -> None:
    """Which drone flew when, through which zones: every flight in DIR (default: the workspace's flights/)."""
    from zoneinfo import ZoneInfo

    from dronectl.formats.recordings.catalogue import FlightFilter
    from dronectl.ops.recordings.catalogue import FleetContext, refresh
    from dronectl.ops.recordings.worker_pool import default_processes

    site = of_workspace(app, app.site_to_show)
    place = folder or app.root() / "flights"
    names = {drone.system_id: drone.name for drone in site.drones} if site else {}
    zone = ZoneInfo(site.time_zone if site else "UTC")
    wanted = FlightFilter(
        None if since is None else _midnight_us(since, zone),
        None if until is None else _midnight_us(until + timedelta(days=1), zone),
        min_duration * 60.0,
        frozenset(drones),
        _zone_ids(zones, site),
    )
    with _progress(app) as progress:
        fleet = FleetContext(names, site.zones.zones if site else ())
        catalogue, refreshed = refresh(place, fleet, processes=default_processes(), anew=anew, progress=progress)
    try:
        flights, damaged, partly = catalogue.flights(wanted), catalogue.damaged(), catalogue.partly_damaged()
    finally:
        catalogue.close()
    if app.json:
        app.print_json(
            {
                "folder": str(place),
                "time_zone": zone.key,
                "flights": [_flight_json(one, zone) for one in flights],
                "damaged": [{"path": path, "message": why} for path, why in (*damaged, *refreshed.unread.items())],
                "partly_damaged": [{"path": path, **damage.as_json()} for path, damage in partly],
                "read": refreshed.read,
                "unchanged": refreshed.unchanged,
                "gone": refreshed.gone,
            }
        )
        return
    _print_table(app, flights, zone)
    _print_notes(flights, damaged, partly, refreshed)


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


def _at(one: Listed) -> datetime | None:
    return utc_of_us(one.flight.start_us)


def _flight_json(one: Listed, zone: ZoneInfo) -> dict[str, object]:
    flight, at = one.flight, _at(one)
    return {
        "path": one.path,
        "kind": one.kind,
        **local_start_json(at, zone),
        "start_utc": iso_z(at, timespec="milliseconds") if at else None,
        "drone": flight.drone,
        "system_id": flight.system_id,
        "zones": list(flight.zones),
        "duration_s": round(flight.duration_s, 3),
        "distance_m": round(flight.distance_m, 2),
        "samples": flight.samples,
    }


def _print_table(app: App, flights: Sequence[Listed], zone: ZoneInfo) -> None:
    from dronectl.cli.common.tables import new_table

    table = new_table()
    for heading in (start_heading(zone), "drone"):
        table.add_column(heading, no_wrap=True)
    for heading in ("id", "min:s", "m"):
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in ("zones", "kind", "file"):
        table.add_column(heading, overflow="fold")
    for one in flights:
        flight, at = one.flight, _at(one)
        table.add_row(
            start_cell(at, zone),
            flight.drone,
            str(flight.system_id),
            span(flight.duration_s),
            f"{flight.distance_m:.0f}",
            ", ".join(flight.zones),
            one.kind,
            one.path,
        )
    if flights:
        app.out().print(table)


def _print_notes(
    flights: Sequence[Listed],
    damaged: Sequence[tuple[str, str]],
    partly: Sequence[tuple[str, Damage]],
    refreshed: Refreshed,
) -> None:
    files = refreshed.read + refreshed.unchanged
    echo(f"{count(len(flights), 'flight')} of {count(files, 'recording')}, {refreshed.read} read now", err=True)
    for path, why in (*damaged, *refreshed.unread.items()):
        echo(f"damaged: {path}: {why}", err=True)
    for path, damage in partly:
        echo(f"note: {path}: {damage.words}", err=True)
    if refreshed.not_kept:
        echo(f"warning: the catalogue is not kept: {refreshed.not_kept}", err=True)


@contextmanager
def _progress(app: App) -> Iterator[Callable[[int, int], None]]:
    """A bar on the terminal; nothing where stderr is none."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = app.err()
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("recordings", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
