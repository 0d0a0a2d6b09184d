"""``dronectl telemetry``: stream, record, replay."""

from __future__ import annotations

import asyncio
import csv
import dataclasses
import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.app import App, command_options
from dronectl.errors import InputError

if TYPE_CHECKING:
    from dronectl.model.fleet import Drone
    from dronectl.model.telemetry import TelemetrySample

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
@command_options(drones=True, links=True, json_=False)
def stream(app: App, format_: str, fields: str | None, rate_hz: float, duration_s: float | None) -> None:
    """Samples of every drone on stdout until Ctrl-C: one JSON object a line, CSV with a header, or a table."""
    from dronectl.cli import aio

    drones = app.drones()
    keys = field_names(fields)
    write = {"jsonl": _jsonl, "csv": _csv, "table": _table}[format_](keys)
    aio.run(_stream(drones, rate_hz, duration_s, write))


def field_names(fields: str | None) -> list[str]:
    """The wanted keys of a sample.

    Raises:
        InputError: an unknown key; the known ones are named.
    """
    from dronectl.model.telemetry import TelemetrySample

    known = [field.name for field in dataclasses.fields(TelemetrySample)]
    wanted = [name.strip() for name in fields.split(",")] if fields else known
    for name in wanted:
        if name not in known:
            raise InputError(f"--fields: no field '{name}'", hint=f"known: {', '.join(known)}")
    return wanted


async def _stream(
    drones: Sequence[Drone], rate_hz: float, duration_s: float | None, write: Callable[[TelemetrySample], None]
) -> None:
    from dronectl.link.fleet_link import open_fleet
    from dronectl.ops.sampling import request_telemetry, samples

    async with open_fleet(drones) as fleet:
        vehicles = list(fleet.vehicles.values())
        await request_telemetry(vehicles, rate_hz=rate_hz, timeout_s=10.0)
        try:
            async with asyncio.timeout(duration_s):
                async for sample in samples(vehicles, rate_hz=rate_hz):
                    write(sample)
        except TimeoutError:
            return


def _jsonl(keys: Sequence[str]) -> Callable[[TelemetrySample], None]:
    def write(sample: TelemetrySample) -> None:
        values = sample.as_json()
        click.echo(json.dumps({key: values[key] for key in keys}, ensure_ascii=False, allow_nan=False))

    return write


def _csv(keys: Sequence[str]) -> Callable[[TelemetrySample], None]:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(keys)

    def write(sample: TelemetrySample) -> None:
        values = sample.as_json()
        writer.writerow(["" if values[key] is None else values[key] for key in keys])
        sys.stdout.flush()

    return write


def _table(keys: Sequence[str]) -> Callable[[TelemetrySample], None]:
    widths = {key: max(len(key), 8) for key in keys}
    click.echo("  ".join(key.rjust(widths[key]) for key in keys))

    def write(sample: TelemetrySample) -> None:
        values = sample.as_json()
        cells = ("-" if values[key] is None else str(values[key]) for key in keys)
        click.echo("  ".join(cell.rjust(widths[key]) for cell, key in zip(cells, keys, strict=True)))

    return write


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
@command_options(drones=True, links=True)
def record(app: App, output: Path | None, rate_hz: float, duration_s: float | None) -> None:
    """Record everything the drones say to a standard tlog until Ctrl-C.

    What is recorded survives a kill at any moment. A full disk ends the recording with exit 2 and keeps what was
    written.
    """
    from dronectl.cli import aio
    from dronectl.cli.live import EventView

    drones = app.drones()
    if output is None:
        folder = app.root() / "flights" / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-recording"
        files = {drone.name: folder / f"{drone.name}.tlog" for drone in drones}
    else:
        files = {drone.name: output for drone in drones}
    for path in files.values():
        path.parent.mkdir(parents=True, exist_ok=True)
    with EventView(app) as view:
        frames = aio.run(_record(drones, files, rate_hz, duration_s, view))
    if app.json:
        recordings = [{"name": name, "path": str(files[name]), "frames": count} for name, count in frames.items()]
        app.print_json({"recordings": recordings})
    else:
        for name, count in frames.items():
            click.echo(f"{name}: {count} frames in {files[name]}")


async def _record(
    drones: Sequence[Drone], files: dict[str, Path], rate_hz: float, duration_s: float | None, listener: object
) -> dict[str, int]:
    from dronectl.cli.aio import first_interrupt
    from dronectl.link.fleet_link import open_fleet
    from dronectl.ops.events import Note
    from dronectl.ops.record import Recorder
    from dronectl.ops.sampling import request_telemetry

    assert callable(listener)
    stop = asyncio.Event()

    def on_event(event: object) -> None:
        listener(event)
        if recorder.failures:
            stop.set()

    async with open_fleet(drones) as fleet:
        vehicles = list(fleet.vehicles.values())
        recorder = Recorder(fleet, files, on_event)
        with recorder, first_interrupt(stop.set):
            await request_telemetry(vehicles, rate_hz=rate_hz, timeout_s=10.0)
            listener(Note("recording; Ctrl-C ends it" if duration_s is None else f"recording for {duration_s:g} s"))
            try:
                async with asyncio.timeout(duration_s):
                    await stop.wait()
            except TimeoutError:
                pass
        recorder.raise_failure()
        return recorder.frames


@telemetry.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--to", "url", default="udpout://127.0.0.1:14550", show_default=True, help="Where the ground station listens."
)
@click.option(
    "--speedup", type=click.FloatRange(min=0.01), default=1.0, show_default=True, help="Times faster than recorded."
)
@command_options(workspace=False)
def replay(app: App, file: Path, url: str, speedup: float) -> None:
    """Send a recording to a ground station with its own timing: it feeds maps and gauges, never an aircraft."""
    from dronectl.cli import aio
    from dronectl.formats.tlog import iter_frames
    from dronectl.ops.replay import replay as send_frames

    sent = aio.run(send_frames(iter_frames(file), url, speedup=speedup))
    if app.json:
        app.print_json({"path": str(file), "to": url, "frames": sent})
    else:
        click.echo(f"{file}: {sent} frames sent to {url}")
