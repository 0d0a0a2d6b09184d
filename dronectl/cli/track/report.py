"""``dronectl track report``: what was flown, by day, drone and zone, and what it took of the batteries."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import echo
from dronectl.cli.track.catalogue import print_notes
from dronectl.cli.track.files import count
from dronectl.cli.track.found import Found, find_flights
from dronectl.cli.track.wanted import Wanted, flight_filters
from dronectl.errors import InputError
from dronectl.model.text.shown_time import local_day, utc_of_us

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dronectl.model.track.flight_sums import FlightSum, FlightSums

_SUFFIXES = (".html", ".csv", ".json")


@click.command()
@click.argument("folder", required=False, metavar="[DIR]", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    metavar="OUT",
    type=click.Path(path_type=Path),
    help="Write the report to this file: .html .csv .json.",
)
@flight_filters
@command_options()
def report(app: App, folder: Path | None, output: Path | None, wanted: Wanted) -> None:
    """What was flown, by day, drone and zone, and what it took of the batteries: every flight in DIR.

    DIR is the workspace's flights/ by default. A flight that is in several recordings counts once.
    """
    if output is not None and output.suffix.lower() not in _SUFFIXES:
        raise InputError(f"{output}: no report has the suffix '{output.suffix}'", hint=f"one of {' '.join(_SUFFIXES)}")
    found = find_flights(app, folder, wanted)
    sums = sums_of(found)
    if output is not None:
        from dronectl.storage.files import write_atomic

        write_atomic(output, _written(output.suffix.lower(), sums, found, wanted))
    if app.json:
        app.print_json(_document(sums, found, wanted))
        return
    if output is None:
        _print_tables(app, sums)
    else:
        echo(f"{output}: {count(sums.total.flights, 'flight')}, {sums.total.hours:.2f} h", err=True)
    print_notes(found)


def sums_of(found: Found) -> FlightSums:
    """All of these flights added up."""
    from dronectl.analysis.flight_sums import summed
    from dronectl.model.track.flight_sums import FlownOnce

    flown = []
    for one in found.flights:
        flight = one.flight
        start = utc_of_us(flight.start_us)
        flown.append(
            FlownOnce(
                None if start is None else local_day(start, found.zone),
                flight.drone,
                flight.duration_s,
                flight.distance_m,
                flight.zones,
                flight.highest_m,
                flight.battery_begin_pct,
                flight.battery_end_pct,
            )
        )
    return summed(flown)


def _written(suffix: str, sums: FlightSums, found: Found, wanted: Wanted) -> bytes:
    from dronectl.formats.reports.flight_report import to_csv, to_html

    match suffix:
        case ".csv":
            return to_csv(sums)
        case ".json":
            from dronectl.cli.common.app import as_json

            return (as_json(_document(sums, found, wanted)) + "\n").encode("utf-8")
        case _:
            notes = [f"{path}: {why}" for path, why in (*found.unread, *found.notes)]
            notes += [f"{one.path}: {words}" for one in found.flights for words in one.flight.clock_notes]
            title = found.site.name if found.site else "Flights"
            return to_html(sums, title=title, period=_period(wanted), notes=notes)


def _document(sums: FlightSums, found: Found, wanted: Wanted) -> dict[str, object]:
    from dronectl.formats.reports.flight_report import to_json

    return {
        "folder": str(found.folder),
        "time_zone": found.zone.key,
        "since": None if wanted.since is None else str(wanted.since),
        "until": None if wanted.until is None else str(wanted.until),
        **to_json(sums),
        "damaged": [{"path": path, "message": why} for path, why in found.unread],
    }


def _period(wanted: Wanted) -> str:
    days = [f"{word} {day}" for word, day in (("from", wanted.since), ("to", wanted.until)) if day]
    chosen = [f"drone {name}" for name in wanted.drones] + [f"zone {name}" for name in wanted.zones]
    return ", ".join((" ".join(days) or "All days", *chosen)).capitalize()


def _print_tables(app: App, sums: FlightSums) -> None:
    from dronectl.cli.common.tables import new_table

    for heading, lines in (("day", sums.days), ("drone", sums.drones), ("zone", sums.zones)):
        if lines:
            _print_sums(app, heading, lines)
    table = new_table()
    table.add_column("battery of", no_wrap=True)
    for heading in ("flights", "used %", "lowest %", "min for 10 %"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in sums.batteries:
        if one.flights:
            lowest = "" if one.lowest_pct is None else f"{one.lowest_pct:.0f}"
            pace = "" if one.minutes_per_10_pct is None else f"{one.minutes_per_10_pct:.1f}"
            table.add_row(one.drone, str(one.flights), f"{one.used_pct:.0f}", lowest, pace)
    if table.row_count:
        app.out().print(table)
    total = sums.total
    echo(f"{count(total.flights, 'flight')}, {total.hours:.2f} h, {total.distance_m / 1000:.1f} km")


def _print_sums(app: App, heading: str, lines: Sequence[FlightSum]) -> None:
    from dronectl.cli.common.tables import new_table

    table = new_table()
    table.add_column(heading, no_wrap=True)
    for name in ("flights", "hours", "km", "max m"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("drones", "zones"):
        table.add_column(name, overflow="fold")
    for one in lines:
        highest = "" if one.highest_m is None else f"{one.highest_m:.0f}"
        way = f"{one.distance_m / 1000:.1f}"
        names = (", ".join(one.drones), ", ".join(one.zones))
        table.add_row(one.what, str(one.flights), f"{one.hours:.2f}", way, highest, *names)
    app.out().print(table)
