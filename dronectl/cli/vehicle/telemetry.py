"""``dronectl telemetry``: stream, record, replay."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, as_json, command_options
from dronectl.cli.common.out import echo, put_out
from dronectl.cli.common.unblocked import unblocked
from dronectl.cli.vehicle.flown_plan import FlownPlan, flown_plan_options
from dronectl.cli.vehicle.forwarding import forward_options
from dronectl.errors import DronectlError, InputError
from dronectl.model.text.shown_time import file_stamp, now

if TYPE_CHECKING:
    from dronectl.model.picture import FleetPicture
    from dronectl.ops.telemetry.forwarding import Forward

rate_option = click.option(
    "--rate",
    "rate_hz",
    type=click.FloatRange(min=0.1, max=50),
    default=2.0,
    show_default=True,
    help="Samples a second (Hz).",
)
duration_option = click.option(
    "--duration", "duration_s", type=click.FloatRange(min=0.1), help="Stop after so many seconds. Default: at Ctrl-C."
)


@click.group()
def telemetry() -> None:
    """Telemetry: stream it, record it, replay a recording."""


@telemetry.command()
@click.option("--format", "format_", type=click.Choice(["table", "jsonl", "csv"]), default="jsonl", show_default=True)
@click.option("--fields", help="Only these keys, comma separated, in this order.")
@rate_option
@duration_option
@flown_plan_options
@forward_options
@command_options(drones=True, links=True, json_=False)
@unblocked
def stream(
    app: App,
    format_: str,
    fields: str | None,
    rate_hz: float,
    duration_s: float | None,
    flown: FlownPlan,
    forward: Forward,
) -> None:
    """The picture of every drone on stdout until Ctrl-C: one JSON object a line, CSV with a header, or a table.

    Besides what each says: its phase, progress, time left, battery at landing, and how far it is from fence, keep-outs
    and other drones, now and at the nearest in the next 30 s. Progress, and time left on a mission, need --plan.

    A drone that is not heard has empty samples until it is; exits 4 when nobody is there, or one never came.
    """
    from dronectl.cli.common.event_view import EventView
    from dronectl.ops.common import event_loop
    from dronectl.ops.telemetry.listening import stream_pictures

    drones = app.drones()
    keys = field_names(fields)
    write = {"jsonl": _jsonl, "csv": _csv, "table": _table}[format_](keys)
    with EventView(app) as view:
        streaming = stream_pictures(
            drones,
            rate_hz,
            duration_s,
            write,
            view,
            forward,
            site=app.site_to_show,
            expected=flown.expected(),
            black_box=app.black_box,
        )
        event_loop.run(streaming)


def field_names(fields: str | None) -> list[str]:
    """The wanted keys of a drone's row.

    Raises:
        InputError: an unknown key; the known ones are named.
    """
    from dronectl.model.picture import ROW_KEYS

    known = list(ROW_KEYS)
    wanted = [name.strip() for name in fields.split(",")] if fields else known
    for name in wanted:
        if name not in known:
            raise InputError(f"--fields: no field '{name}'", hint=f"known: {', '.join(known)}")
    return wanted


def _jsonl(keys: Sequence[str]) -> Callable[[FleetPicture], None]:
    def write(picture: FleetPicture) -> None:
        for values in picture.rows():
            put_out(as_json({key: values[key] for key in keys}) + "\n")

    return write


def _csv(keys: Sequence[str]) -> Callable[[FleetPicture], None]:
    def write_row(cells: Sequence[object]) -> None:
        row = io.StringIO()
        csv.writer(row, lineterminator="\n").writerow(cells)
        put_out(row.getvalue())

    write_row(keys)

    def write(picture: FleetPicture) -> None:
        for values in picture.rows():
            write_row([_plain(values[key]) for key in keys])

    return write


def _table(keys: Sequence[str]) -> Callable[[FleetPicture], None]:
    widths = {key: max(len(key), _WIDTHS.get(key, 8)) for key in keys}
    echo("  ".join(key.rjust(widths[key]) for key in keys))

    def write(picture: FleetPicture) -> None:
        for values in picture.rows():
            echo("  ".join(_cell(values[key]).rjust(widths[key]) for key in keys))

    return write


_WIDTHS = {
    "time_utc": 24,
    "drone": 12,
    "mode": 12,
    "lat_deg": 11,
    "lon_deg": 11,
    "old": 36,
    "alarms": 24,
    "phase": 10,
    "fence": 20,
    "nearest_keep_out": 28,
}


def _plain(value: object) -> object:
    """A value of a CSV cell: nothing for None; of a list its words, and of alarms their kinds, in a row."""
    if isinstance(value, list):
        return " ".join(str(one["kind"]) if isinstance(one, dict) else str(one) for one in value)
    return "" if value is None else value


def _cell(value: object) -> str:
    value = _plain(value)
    return "-" if value == "" else f"{value:.7f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


@telemetry.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="One tlog. Default: one per drone in flights/.",
)
@click.option(
    "--rate",
    "rate_hz",
    type=click.FloatRange(min=0.1, max=50),
    default=4.0,
    show_default=True,
    help="Stream rate asked for (Hz).",
)
@duration_option
@forward_options
@command_options(drones=True, links=True)
@unblocked
def record(app: App, output: Path | None, rate_hz: float, duration_s: float | None, forward: Forward) -> None:
    """Record everything the drones say to a standard tlog until Ctrl-C.

    What is recorded survives a kill at any moment. A full disk ends the recording with exit 2 and keeps what was
    written. A drone that is not heard is told of and the others are recorded; exits 4 when it never came.
    """
    from dronectl.cli.common.event_view import EventView
    from dronectl.ops.common import event_loop
    from dronectl.ops.recordings.record import free_names, refuse_existing
    from dronectl.ops.telemetry.listening import record_fleet

    drones = app.drones()
    if output is None:
        folder = app.root() / "flights" / f"{file_stamp(now())}-recording"
        files = free_names({drone.name: folder / f"{drone.name}.tlog" for drone in drones})
    else:
        files = {drone.name: output for drone in drones}
    refuse_existing(files.values())
    frames = dict.fromkeys(files, 0)

    def recordings() -> list[dict[str, object]]:
        return [{"name": name, "path": str(files[name]), "frames": count} for name, count in frames.items()]

    def say() -> None:
        for name, count in frames.items():
            echo(f"{name}: {count} frames in {files[name]}")

    try:
        with EventView(app) as view:
            event_loop.run(record_fleet(drones, files, rate_hz, duration_s, view, frames, forward))
    except DronectlError as error:
        error.details["recordings"] = recordings()
        if not app.json and any(frames.values()):
            say()
        raise
    if app.json:
        app.print_json({"recordings": recordings()})
    else:
        say()


@telemetry.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--to", "url", default="udpout://127.0.0.1:14550", show_default=True, help="Where the ground station listens."
)
@click.option(
    "--speed",
    "--speedup",
    "speed",
    metavar="TIMES|max",
    default="1",
    show_default=True,
    help="Times faster than recorded, 0.01 to 1000 (0.1: ten times slower), or max: as fast as it can be sent.",
)
@click.option(
    "--longest-pause",
    "longest_pause_s",
    type=click.FloatRange(min=0),
    default=2.0,
    show_default=True,
    help="Gaps in the recording are replayed no longer than this (seconds of the recording).",
)
@command_options(workspace=False)
def replay(app: App, file: Path, url: str, speed: str, longest_pause_s: float) -> None:
    """Send a recording to a ground station at its own pace, or another: it feeds maps and gauges, never an aircraft."""
    from dronectl.formats.recordings.tlog.files import iter_frames
    from dronectl.ops.common import event_loop
    from dronectl.ops.recordings.replay import replay as send_frames

    work = send_frames(iter_frames(file), url, speed=_times(speed), longest_pause_s=longest_pause_s)
    done = event_loop.run(work)
    if app.json:
        shortened_s = round(done.shortened_s, 3)
        app.print_json({"path": str(file), "to": url, "frames": done.frames, "shortened_s": shortened_s})
    else:
        left_out = f", {done.shortened_s:.0f} s of pauses left out" if done.shortened_s >= 0.5 else ""
        echo(f"{file}: {done.frames} frames sent to {url}{left_out}")


def _times(text: str) -> float:
    """
    Raises:
        InputError: no number within what can be kept.
    """
    if text == "max":
        return math.inf
    try:
        times = float(text)
    except ValueError:
        times = math.nan
    if not 0.01 <= times <= 1000.0:
        raise InputError(f"--speed {text}: is neither 0.01 to 1000 nor max")
    return times
