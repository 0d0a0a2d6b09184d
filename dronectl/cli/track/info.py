"""``dronectl track info``: who flew when, how far and how high, in each recording."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.track.files import (
    SOME_FAILED,
    ReadFile,
    file_json,
    files_argument,
    highest,
    notes_of,
    of_workspace,
    read_all,
    report_failures,
    source_option,
    start_cell,
    start_heading,
    start_option,
    unique,
)
from dronectl.model.text.shown_time import span, utc_of_us


@click.command()
@files_argument
@source_option
@start_option
@command_options()
def info(app: App, files: tuple[Path, ...], source: str, start: datetime | None) -> int:
    """Who flew when, how far and how high, in each FILE."""
    fleet, zone = of_workspace(app, lambda: (app.drones(), app.zone())) or ((), ZoneInfo("UTC"))
    recordings, failures = read_all(files, source, {drone.system_id: drone.name for drone in fleet}, start)
    if app.json:
        app.print_json(
            {"time_zone": zone.key, "files": [file_json(path, recordings, failures, zone) for path in unique(files)]}
        )
    else:
        _print_table(app, recordings.values(), zone)
        report_failures(failures)
    return SOME_FAILED if failures else 0


def _print_table(app: App, recordings: Iterable[ReadFile], zone: ZoneInfo) -> None:
    from dronectl.cli.common.tables import new_table
    from dronectl.geodesy.columns import path_length_m

    table = new_table()
    table.add_column("file", overflow="fold")
    for heading in ("drone", start_heading(zone)):
        table.add_column(heading, no_wrap=True)
    for heading in ("min:s", "m", "max m", "max m/s", "samples"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("modes")
    notes: list[str] = []
    for read in recordings:
        recording = read.recording
        shown = recording.path.name
        for flight in recording.tracks:
            height, speed = highest(flight.relative_altitude_m), highest(flight.ground_speed_m_s)
            table.add_row(
                shown,
                flight.name,
                start_cell(utc_of_us(flight.start_us), zone),
                span(flight.duration_s),
                f"{path_length_m(flight.lat_deg, flight.lon_deg):.0f}",
                "" if height is None else f"{height:.1f}",
                "" if speed is None else f"{speed:.1f}",
                str(len(flight)),
                ", ".join(flight.modes()),
            )
            shown = ""
        notes += notes_of(read)
    if table.row_count:
        app.out().print(table)
    for note in notes:
        app.err().print(f"note: {note}")
