"""``dronectl track list``: the flights of a folder of recordings, by its catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import echo
from dronectl.cli.track.files import count, local_start_json, start_cell, start_heading
from dronectl.cli.track.found import Found, find_flights
from dronectl.cli.track.wanted import Wanted, flight_filters
from dronectl.model.text.shown_time import iso_z, span, utc_of_us

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from dronectl.formats.recordings.catalogue import Listed

_LONG = 300
"""More rows are aligned, and not laid out to the width of the terminal, which takes a second for a thousand."""


@click.command(name="list")
@click.argument("folder", required=False, metavar="[DIR]", type=click.Path(path_type=Path))
@flight_filters
@command_options()
def list_(app: App, folder: Path | None, wanted: Wanted) -> None:
    """Which drone flew when, through which zones: every flight in DIR (default: the workspace's flights/)."""
    found = find_flights(app, folder, wanted)
    if app.json:
        refreshed = found.refreshed
        app.print_json(
            {
                "folder": str(found.folder),
                "time_zone": found.zone.key,
                "flights": [flight_json(one, found.zone) for one in found.flights],
                "damaged": [{"path": path, "message": why} for path, why in found.unread],
                "partly_damaged": [{"path": path, **damage.as_json()} for path, damage in found.partly_damaged],
                "notes": [{"path": path, "message": words} for path, words in found.notes],
                "read": refreshed.read,
                "unchanged": refreshed.unchanged,
                "gone": refreshed.gone,
            }
        )
        return
    _print_table(app, found.flights, found.zone)
    print_notes(found)


def _at(one: Listed) -> datetime | None:
    return utc_of_us(one.flight.start_us)


def flight_json(one: Listed, zone: ZoneInfo) -> dict[str, object]:
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
        "max_relative_altitude_m": None if flight.highest_m is None else round(flight.highest_m, 3),
        "battery_begin_pct": flight.battery_begin_pct,
        "battery_end_pct": flight.battery_end_pct,
        "clock_source": flight.clock,
        "clock_notes": list(flight.clock_notes),
        "recorded_in": [one.path, *one.others],
    }


def _print_table(app: App, flights: Sequence[Listed], zone: ZoneInfo) -> None:
    headings = (start_heading(zone), "drone", "id", "min:s", "m", "zones", "kind", "file")
    rows = [_row(one, zone) for one in flights]
    if len(rows) > _LONG:
        from dronectl.cli.common.long_tables import put_long_table

        put_long_table(headings, rows, right=frozenset({2, 3, 4}))
    elif rows:
        from dronectl.cli.common.tables import new_table

        table = new_table()
        for heading in headings[:2]:
            table.add_column(heading, no_wrap=True)
        for heading in headings[2:5]:
            table.add_column(heading, justify="right", no_wrap=True)
        for heading in headings[5:]:
            table.add_column(heading, overflow="fold")
        for row in rows:
            table.add_row(*row)
        app.out().print(table)


def _row(one: Listed, zone: ZoneInfo) -> tuple[str, ...]:
    flight = one.flight
    return (
        start_cell(_at(one), zone),
        flight.drone,
        str(flight.system_id),
        span(flight.duration_s),
        f"{flight.distance_m:.0f}",
        ", ".join(flight.zones),
        one.kind,
        ", ".join((one.path, *one.others)),
    )


def print_notes(found: Found) -> None:
    """How many there are, and what is to be known besides."""
    refreshed = found.refreshed
    files = refreshed.read + refreshed.unchanged
    echo(f"{count(len(found.flights), 'flight')} of {count(files, 'recording')}, {refreshed.read} read now", err=True)
    for path, why in found.unread:
        echo(f"damaged: {path}: {why}", err=True)
    for path, damage in found.partly_damaged:
        echo(f"note: {path}: {damage.words}", err=True)
    of_clocks = ((one.path, words) for one in found.flights for words in one.flight.clock_notes)
    for path, words in (*found.notes, *of_clocks):
        echo(f"note: {path}: {words}", err=True)
    if refreshed.not_kept:
        echo(f"warning: the catalogue is not kept: {refreshed.not_kept}", err=True)
