"""``dronectl incident``: what was reported, kept in the workspace."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import ask_yes, echo
from dronectl.errors import InputError
from dronectl.model.incidents.incident import Incident, IncidentEvent, IncidentKind, IncidentReport

if TYPE_CHECKING:
    from dronectl.ops.incidents.book import IncidentBook
    from dronectl.ops.incidents.incident_index import Like


@click.group()
def incident() -> None:
    """What was reported, where that is, and what became of it: flights/incidents."""


_same_options = (
    click.option("--same-as", "same_as", metavar="NUMBER", help="It is a further report of this incident."),
    click.option("--new", "is_new", is_flag=True, help="It is a new one, whatever is near it in place and time."),
)


@incident.command()
@click.argument("place")
@click.option(
    "--kind", type=click.Choice([str(kind) for kind in IncidentKind]), default="other", show_default=True, help="What."
)
@click.option("--words", default="", help="What the caller said.")
@click.option("--source", default="191", show_default=True, help="Where the report came from: 191, radio, LINE, CCTV …")
@click.option(
    "--at", "at", metavar="TIME", help="When it was reported: HH:MM of today, or a date and time. Default: now."
)
@_same_options[0]
@_same_options[1]
@command_options()
def add(
    app: App, place: str, kind: str, words: str, source: str, at: str | None, same_as: str | None, is_new: bool
) -> None:
    """Write down a report; it gets a number that can be said on the radio: 1201-07, the seventh of 1 December.

    PLACE is LAT,LON, or the id or name of anything in geofences/, or the beginning or a part of its name that only it
    has: several are listed. A report within 150 m and 15 minutes of an open incident may be about the same: it is asked
    for, or told by --same-as or --new.
    """
    from dronectl.model.text.shown_time import now
    from dronectl.ops.incidents.gazetteer import place_of

    if same_as and is_new:
        raise InputError("--same-as and --new say the contrary")
    book = _book(app)
    found = place_of(app.site_to_show(), place)
    reported = _moment(at, book) if at else now()
    if reported > now() + timedelta(minutes=1):
        raise InputError(f"--at {at}: that is still to come")
    report = IncidentReport(reported, IncidentKind(kind), words, source, found)
    (taken,) = _take_one(app, book, report, same_as, is_new=is_new)
    _warn_of_breaks(book)
    if app.json:
        from dronectl.formats.incidents.incident_json import incident_document

        app.print_json(incident_document(taken))
        return
    again = f", {len(taken.reports)} reports" if len(taken.reports) > 1 else ""
    echo(f"{taken.number}: {taken.kind} ({taken.kind.thai}) at {taken.place.name}{again}")


@incident.command("list")
@click.option("--all", "all_", is_flag=True, help="Closed ones too.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Only those of this day at the site.")
@command_options()
def list_(app: App, all_: bool, day: datetime | None) -> None:
    """The incidents that are open, by number. A book that was changed by hand, or is damaged, is said."""
    book = _book(app)
    found = [one for one in book.incidents() if (all_ or day or one.is_open) and (not day or one.day == day.date())]
    if app.json:
        from dronectl.formats.incidents.incident_json import incident_document

        app.print_json({"book": _state(book), "incidents": [incident_document(one) for one in found]})
        return
    _warn_of_breaks(book)
    if not found:
        echo("no incident" + ("" if all_ or day else " is open"))
        return
    from dronectl.cli.common.tables import new_table
    from dronectl.formats.incidents.incident_json import drone_of
    from dronectl.model.text.shown_time import day_and_clock

    table = new_table()
    for heading in ("number", "reported", "what", "where", "words", "drone", ""):
        table.add_column(heading)
    for one in found:
        table.add_row(
            one.number,
            day_and_clock(one.reported, book.zone),
            str(one.kind),
            one.place.name,
            one.reports[0].words,
            drone_of(one),
            _stage(one),
        )
    app.out().print(table)


@incident.command()
@click.argument("number")
@command_options()
def show(app: App, number: str) -> None:
    """All that is known of one incident, and what was done about it, when and by whom."""
    book = _book(app)
    one = book.find(number)
    if app.json:
        from dronectl.formats.incidents.incident_json import incident_document

        app.print_json({"book": _state(book), **incident_document(one, notes=True)})
        return
    from dronectl.cli.common.tables import new_table
    from dronectl.model.text.shown_time import day_and_clock

    _warn_of_breaks(book)
    echo(f"{one.number}: {one.kind} ({one.kind.thai}), {'open' if one.is_open else 'closed'}")
    echo(f"at {one.place.name} ({one.place.point})")
    table = new_table()
    for heading in ("time", "what", "who", "drone", "words"):
        table.add_column(heading)
    for note in one.notes:
        when = day_and_clock(note.time, book.zone, seconds=True)
        source = note.details.get("source")
        words = f"{source}: {note.words}" if source else note.words
        table.add_row(when, str(note.event).replace("_", " "), note.user, note.drone, words)
    app.out().print(table)


@incident.command()
@click.argument("number")
@click.option("--words", default="", help="How it ended.")
@command_options()
def close(app: App, number: str, words: str) -> None:
    """Say that an incident is over. A drone that was sent flies its mission to the end: `patrol resume` gives its
    patrol back before that."""
    book = _book(app)
    one = book.find(number)
    if not one.is_open:
        raise InputError(f"{one.number} is closed already")
    book.note(one, IncidentEvent.CLOSED, words=words)
    if app.json:
        from dronectl.formats.incidents.incident_json import incident_document

        app.print_json(incident_document(book.find(one.key)))
        return
    echo(f"{one.number}: closed")


@incident.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--same", "merges", is_flag=True, help="Take reports near each other in place and time for one incident.")
@click.option("--new", "is_new", is_flag=True, help="Take each report for an incident of its own.")
@click.option("--dry-run", is_flag=True, help="Say what would be written down; write nothing.")
@command_options()
def import_(app: App, file: Path, merges: bool, is_new: bool, dry_run: bool) -> None:
    """Write down the calls of a 191 log, a CSV with a line of headings in English or Thai.

    Columns: time (or date and time), place or lat and lon, kind, words, source, number. Years may be of the Buddhist
    era, the text UTF-8 or Thai Windows'. A row that was imported before is left out. All rows are written, or none: a
    row that cannot be read, or whose place is not known, is told with its number.
    """
    from dronectl.model.text.shown_time import day_and_clock
    from dronectl.ops.incidents.call_import import imported_reports

    if merges and is_new:
        raise InputError("--same and --new say the contrary")
    book = _book(app)
    reports, marks = imported_reports(file, app.site_to_show(), book.zone)
    before = {one.key: len(one.reports) for one in book.incidents()}

    def same(report: IncidentReport, likes: Sequence[Like]) -> Incident | None:
        if not likes or is_new:
            return None
        if merges:
            return likes[0].incident
        when = day_and_clock(report.reported, book.zone)
        words = f"{file}: '{report.place.name}' at {when} may be {likes[0].words()}"
        raise InputError(words, hint="--same takes such reports for one incident, --new each for one of its own")

    taken = book.would_take(reports, same, marks) if dry_run else book.take(reports, same, marks)
    told = sum(len(one.reports) - before.get(one.key, 0) for one in taken)
    counts = {"rows": len(reports), "taken": told, "known_before": len(reports) - told, "dry_run": dry_run}
    if app.json:
        from dronectl.formats.incidents.incident_json import incident_document

        app.print_json({**counts, "incidents": [incident_document(one) for one in taken]})
        return
    would = "would be " if dry_run else ""
    known = f", {len(reports) - told} known before" if told < len(reports) else ""
    echo(f"{file}: {told} reports {would}written down as {len(taken)} incidents{known}")


@incident.command()
@click.argument("number")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Default: incident-NUMBER.html here."
)
@command_options()
def report(app: App, number: str, output: Path | None) -> None:
    """One page about an incident, A4, Thai and English: the call, the decision, when what was done, the way that was
    flown, where photographs were taken, who did what.

    The way is looked for in the recordings of flights/ and in the black box.
    """
    from dronectl.formats.incidents.incident_page import incident_page
    from dronectl.model.text.shown_time import iso_z, now
    from dronectl.ops.incidents.sheet import sheet_of
    from dronectl.site.workspace import load_recorder
    from dronectl.storage.files import write_atomic

    book = _book(app)
    one = book.find(number)
    root = app.root()
    sheet = sheet_of(one, book, app.site_to_show(), (root / "flights", root / load_recorder(root).folder), now())
    path = output or Path(f"incident-{one.number}.html")
    write_atomic(path, incident_page(sheet, book.zone))
    if app.json:
        ways = [
            {
                "drone": way.drone,
                "begin_utc": iso_z(way.begins),
                "end_utc": iso_z(way.ends),
                "points": [[point.lat_deg, point.lon_deg] for point in way.points],
                "photographs": len(way.photographs),
            }
            for way in sheet.ways
        ]
        app.print_json({"number": one.number, "output": str(path), "ways": ways, "book": _state(book)})
        return
    _warn_of_breaks(book)
    if one.when(IncidentEvent.CONFIRMED) is not None and not sheet.ways:
        echo("no recording of the flight was found: 'dronectl station start' or 'watch' record it", err=True)
    echo(f"written: {path}")


def _take_one(
    app: App, book: IncidentBook, report: IncidentReport, same_as: str | None, *, is_new: bool
) -> list[Incident]:
    """Written down; where it may be about an incident that is there, as somebody says."""
    known = book.find(same_as) if same_as else None
    asked: dict[str, bool] = {}

    def same(_report: IncidentReport, likes: Sequence[Like]) -> Incident | None:
        if known is not None or is_new:
            return known
        open_ones = [like for like in likes if like.incident.key not in asked]
        if open_ones:
            raise _Unasked(open_ones)
        return next((like.incident for like in likes if asked[like.incident.key]), None)

    while True:
        try:
            return book.take([report], same)
        except _Unasked as unasked:
            for like in unasked.likes:
                if any(asked.values()):
                    asked[like.incident.key] = False
                    continue
                if app.json or not sys.stdin.isatty():
                    raise _nobody_decides(unasked.likes) from None
                asked[like.incident.key] = ask_yes(f"the same as {like.words()}?")


class _Unasked(Exception):
    """Incidents that it may be about, and nobody was asked."""

    def __init__(self, likes: Sequence[Like]) -> None:
        super().__init__()
        self.likes = likes


def _nobody_decides(likes: Sequence[Like]) -> InputError:
    named = ", ".join(like.words() for like in likes)
    numbers = [like.incident.number for like in likes]
    return InputError(
        f"nothing was written down: it may be the same as {named}",
        hint=f"add --same-as {numbers[0]}, or --new",
        details={"likely": numbers},
    )


def _moment(text: str, book: IncidentBook) -> datetime:
    from dronectl.formats.incidents.call_log import moment_of
    from dronectl.model.text.shown_time import local_day, now

    is_clock = len(text) <= 5 and ":" in text
    whole = f"{local_day(now(), book.zone)} {text}" if is_clock else text
    try:
        return moment_of(whole, book.zone)
    except ValueError as error:
        raise InputError(f"--at: {error}") from None


def _stage(one: Incident) -> str:
    """How far it has come."""
    if not one.is_open:
        return "closed"
    later = [IncidentEvent.LEFT, IncidentEvent.IN_SIGHT, IncidentEvent.AIRBORNE, IncidentEvent.CONFIRMED]
    reached = next((event for event in later if one.when(event) is not None), IncidentEvent.REPORTED)
    return str(reached).replace("_", " ")


def _book(app: App) -> IncidentBook:
    from dronectl.ops.incidents.book import IncidentBook

    return IncidentBook(app.root(), app.zone())


def _state(book: IncidentBook) -> dict[str, object]:
    defect = book.state().defect
    broken = None if defect is None else {"kind": defect.kind, "file": defect.file, "line": defect.line}
    return {"folder": str(book.log.folder), "whole": defect is None, "broken": broken}


def _warn_of_breaks(book: IncidentBook) -> None:
    defect = book.state().defect
    if defect is not None:
        where = f"{book.log.folder / defect.file}: line {defect.line}" if defect.file else str(book.log.folder)
        echo(f"warning: {where} {defect.message}; the book of incidents is not what was written in it", err=True)
