"""``dronectl report``: what a shift, a week or a month brought."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import echo
from dronectl.errors import DronectlError, InputError

if TYPE_CHECKING:
    from dronectl.cli.track.found import Found
    from dronectl.model.track.period_report import PeriodReport
    from dronectl.model.track.track import Track

SHIFT_H = 8.0


@click.group()
def report() -> None:
    """What a shift, a week or a month brought: flights, places kept, incidents, rules lifted, batteries."""


def _report_options(function: Callable[..., Any]) -> Callable[..., Any]:
    @click.argument("folder", required=False, metavar="[DIR]", type=click.Path(path_type=Path))
    @click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="A day in it, at the site. Default: today.")
    @click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write it to this .html.")
    @command_options()
    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return call


@report.command()
@click.option("--from", "begin", metavar="HH:MM", help="When it began. Default: eight hours ago, or 08:00 of --day.")
@click.option("--hours", type=click.FloatRange(0.5, 24.0), default=SHIFT_H, show_default=True, help="How long it was.")
@_report_options
def shift(
    app: App, folder: Path | None, day: datetime | None, output: Path | None, begin: str | None, hours: float
) -> None:
    """Of one shift. DIR holds the recordings: by default the workspace's flights/."""
    from dronectl.model.text.shown_time import local_day, now

    zone, lasts = app.zone(), timedelta(hours=hours)
    if begin is None and day is None:
        begins = now() - lasts
    else:
        at = _clock(begin or "08:00")
        first = day.date() if day is not None else local_day(now(), zone)
        begins = datetime(first.year, first.month, first.day, *at, tzinfo=zone)
    _tell(app, folder, output, "Shift", begins, begins + lasts)


@report.command()
@_report_options
def week(app: App, folder: Path | None, day: datetime | None, output: Path | None) -> None:
    """Of the week, Monday to Sunday, that a day is in."""
    first = _day(app, day)
    monday = first - timedelta(days=first.weekday())
    _tell(app, folder, output, "Week", _midnight(app, monday), _midnight(app, monday + timedelta(days=7)))


@report.command()
@_report_options
def month(app: App, folder: Path | None, day: datetime | None, output: Path | None) -> None:
    """Of the month that a day is in."""
    first = _day(app, day).replace(day=1)
    _tell(
        app, folder, output, "Month", _midnight(app, first), _midnight(app, (first + timedelta(days=32)).replace(day=1))
    )


def _tell(app: App, folder: Path | None, output: Path | None, title: str, begins: datetime, ends: datetime) -> None:
    from dronectl.formats.reports.period_report import period_html, period_json
    from dronectl.storage.files import write_atomic

    if output is not None and output.suffix.lower() != ".html":
        raise InputError(f"{output}: no report has the suffix '{output.suffix}'", hint="write .html, or take --json")
    made, zone = _made(app, folder, title, begins, ends), app.zone()
    if output is not None:
        write_atomic(output, period_html(made, zone))
    if app.json:
        app.print_json(period_json(made))
        return
    if output is not None:
        echo(f"written: {output}", err=True)
    _print(app, made)


def _made(app: App, folder: Path | None, title: str, begins: datetime, ends: datetime) -> PeriodReport:
    from dronectl.analysis.spots_visited import spots_visited
    from dronectl.cli.track.found import find_flights
    from dronectl.cli.track.report import sums_of
    from dronectl.cli.track.wanted import Wanted
    from dronectl.model.text.shown_time import local_day, us_of
    from dronectl.model.track.period_report import PeriodReport
    from dronectl.ops.incidents.period import incident_lines, lifted_and_refused

    root, zone, site = app.root(), app.zone(), app.site_to_show()
    place = folder or root / "flights"
    if folder is None:
        place.mkdir(exist_ok=True)
    last = ends - timedelta(microseconds=1)
    found = find_flights(app, place, Wanted(since=local_day(begins, zone), until=local_day(last, zone)))
    first_us, end_us = us_of(begins), us_of(ends)
    own = [one for one in found.flights if one.flight.start_us is not None and first_us <= one.flight.start_us < end_us]
    found = replace(found, flights=own)
    sums = sums_of(found)
    flown = {line.what for line in sums.zones}
    lifted, refused = lifted_and_refused(root, begins, ends)
    notes = [f"{path}: {why}" for path, why in found.unread]
    return PeriodReport(
        title,
        site.name,
        begins,
        ends,
        sums,
        tuple(one.id for one in site.zones.zones if one.id not in flown),
        spots_visited(_tracks(found), site.zones.points, zone),
        incident_lines(root, zone, begins, ends),
        lifted,
        refused,
        tuple(notes),
    )


def _tracks(found: Found) -> list[Track]:
    """Each flight once; what cannot be read is told elsewhere."""
    from dronectl.formats.recordings.recording import read_recording

    tracks: list[Track] = []
    for path in dict.fromkeys(one.path for one in found.flights):
        try:
            read = read_recording(found.folder / path).tracks
        except DronectlError:
            continue
        wanted = {(one.flight.system_id, one.flight.start_us) for one in found.flights if one.path == path}
        tracks += [one for one in read if (one.system_id, int(one.time_utc[0].astype("int64"))) in wanted]
    return tracks


def _print(app: App, made: PeriodReport) -> None:
    from dronectl.cli.common.tables import new_table
    from dronectl.model.text.shown_time import day_and_clock, minutes, span

    zone, total = app.zone(), made.flights.total
    echo(f"{made.title}: {day_and_clock(made.begins, zone)} – {day_and_clock(made.ends, zone)}")
    echo(f"{total.flights} flights, {total.hours:.2f} h, {total.distance_m / 1000:.1f} km")
    if made.incidents:
        table = new_table("incidents")
        for heading in ("number", "reported", "what", "where", "drone", "airborne", "in sight", ""):
            table.add_column(heading)
        for one in made.incidents:
            after = ["" if s is None else f"+{span(s)}" for s in (one.airborne_s, one.in_sight_s)]
            state = "open" if one.is_open else "closed"
            reported = day_and_clock(one.reported, zone)
            table.add_row(one.number, reported, one.kind, one.place, one.drone, *after, state)
        app.out().print(table)
    else:
        echo("no incident")
    seen = [one for one in made.spots if one.visits]
    if seen:
        alone = ", ".join(f"{one.id} {one.visits} (alone {minutes(one.alone_s or 0.0)} min)" for one in seen)
        echo(f"points seen, how often: {alone}")
    missed = [one.id for one in made.spots if not one.visits]
    if missed:
        echo(f"points that nobody came by: {', '.join(missed)}")
    if made.zones_not_flown:
        echo(f"zones that nobody flew through: {', '.join(made.zones_not_flown)}")
    for words, lines in (("lifted", made.lifted), ("refused", made.refused)):
        for line in lines:
            echo(f"{words}: {day_and_clock(line.time, zone)} {line.order} {line.drones}: {line.what}")
    for battery in made.flights.batteries:
        if battery.flights:
            echo(f"battery of {battery.drone}: {battery.flights} flights, {battery.used_pct:.0f} % used")
    for note in made.notes:
        echo(note, err=True)


def _day(app: App, day: datetime | None) -> date:
    from dronectl.model.text.shown_time import local_day, now

    return day.date() if day is not None else local_day(now(), app.zone())


def _midnight(app: App, day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=app.zone())


def _clock(text: str) -> tuple[int, int]:
    """
    Raises:
        InputError: it is no time of day.
    """
    hour, colon, minute = text.partition(":")
    if not (colon and hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60):
        raise InputError(f"--from {text}: write HH:MM")
    return int(hour), int(minute)
