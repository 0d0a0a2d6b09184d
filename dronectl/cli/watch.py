"""``dronectl watch``: the fleet in one live table."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from dronectl.cli.app import App, command_options

if TYPE_CHECKING:
    from rich.table import Table

    from dronectl.link.fleet_link import VehicleLink
    from dronectl.model.fleet import Drone
    from dronectl.model.message import Message
    from dronectl.model.telemetry import TelemetrySample

STALE_S = 3.0
TEXT_LINES = 6


@click.command()
@click.option(
    "--rate",
    "rate_hz",
    type=click.FloatRange(min=0.2, max=10),
    default=2.0,
    show_default=True,
    help="Redraws a second (Hz).",
)
@click.option(
    "--duration", "duration_s", type=click.FloatRange(min=0.1), help="Stop after so many seconds. Default: at Ctrl-C."
)
@command_options(drones=True, links=True, json_=False)
def watch(app: App, rate_hz: float, duration_s: float | None) -> None:
    """Live dashboard of the fleet until Ctrl-C: mode, position, battery, link, and what the vehicles say.

    It only watches. It keeps the ground station's heartbeat up while it runs.
    """
    from dronectl.cli import aio

    drones = app.drones()
    try:
        aio.run(_watch(app, drones, rate_hz, duration_s))
    except KeyboardInterrupt:
        # Ctrl-C is how one leaves a dashboard: nothing was interrupted.
        return


async def _watch(app: App, drones: Sequence[Drone], rate_hz: float, duration_s: float | None) -> None:
    from rich.console import Group
    from rich.live import Live
    from rich.text import Text

    from dronectl.link.fleet_link import open_fleet
    from dronectl.ops.status import utc_now

    async with open_fleet(drones) as fleet:
        vehicles = list(fleet.vehicles.values())
        asked: set[str] = set()
        texts: deque[str] = deque(maxlen=TEXT_LINES)
        for vehicle in vehicles:
            _collect_texts(vehicle, texts)
        ends = time.monotonic() + duration_s if duration_s else float("inf")
        with Live(console=app.out(), auto_refresh=False) as live:
            while time.monotonic() < ends:
                for vehicle in vehicles:
                    if vehicle.name not in asked and vehicle.state.last_heartbeat_s is not None:
                        asked.add(vehicle.name)
                        await vehicle.request_streams(max(1.0, rate_hz))
                samples = [(vehicle, vehicle.state.sample(vehicle.name, utc_now())) for vehicle in vehicles]
                live.update(Group(table(samples), Text("\n".join(texts))), refresh=True)
                await asyncio.sleep(1.0 / rate_hz)


def _collect_texts(vehicle: VehicleLink, texts: deque[str]) -> None:
    from dronectl.protocol.statustext import StatusTextAssembler

    assembler = StatusTextAssembler()

    def on_message(message: Message) -> None:
        if message.name == "STATUSTEXT":
            clock = time.strftime("%H:%M:%S")
            texts.extend(f"{clock} {vehicle.name}: {status.text}" for status in assembler.feed(message))

    vehicle.subscribe(on_message)


def table(samples: Sequence[tuple[VehicleLink, TelemetrySample]]) -> Table:
    """One row a drone; what is stale or alarming is coloured."""
    from dronectl.cli.tables import new_table

    result = new_table()
    result.add_column("drone")
    result.add_column("mode")
    result.add_column("armed")
    for heading in ("item", "alt m", "speed m/s", "heading", "battery", "GPS", "loss", "heard"):
        result.add_column(heading, justify="right")
    for vehicle, sample in samples:
        silent_s = vehicle.silent_s
        heard = "never" if silent_s is None else f"{silent_s:.1f} s ago"
        stale = silent_s is None or silent_s > STALE_S
        low = sample.battery_pct is not None and sample.battery_pct < 30
        result.add_row(
            sample.drone,
            sample.mode or "-",
            "[bold red]ARMED[/bold red]" if sample.armed else "no",
            _number(sample.mission_item, "d"),
            _number(sample.relative_altitude_m, ".1f"),
            _number(sample.ground_speed_m_s, ".1f"),
            _number(sample.heading_deg, "03.0f"),
            f"[red]{_number(sample.battery_pct, '.0f')} %[/red]" if low else f"{_number(sample.battery_pct, '.0f')} %",
            f"{_number(sample.gps_fix, 'd')}/{_number(sample.satellites, 'd')}",
            f"{_number(sample.link_loss_pct, '.0f')} %",
            f"[red]{heard}[/red]" if stale else heard,
        )
    return result


def _number(value: float | None, how: str) -> str:
    return "-" if value is None else format(value, how)
