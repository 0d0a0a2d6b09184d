"""``dronectl log``: DataFlash logs off the aircraft."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import echo
from dronectl.model.text.shown_time import day_and_clock, iso_z, utc_of_us

if TYPE_CHECKING:
    from datetime import datetime

    from dronectl.link.fleet_link import VehicleLink
    from dronectl.ops.logs.logs import DownloadedLog
    from dronectl.protocol.vehicle.identity import Identity

_PROOFS = {
    "crc32": "equal to the vehicle's CRC32 of its file",
    "size": "every byte came; nothing proves the whole",
}


@click.group()
def log() -> None:
    """DataFlash logs off the aircraft."""


@log.command("list")
@command_options(drones=True, links=True)
def list_(app: App) -> None:
    """The logs on board of every drone, the oldest first. Only on the ground."""
    from dronectl.cli.common.tables import new_table
    from dronectl.ops.logs.logs import list_logs

    async def read(vehicle: VehicleLink, _identity: Identity, view: Any) -> Any:
        return await list_logs(vehicle, view)

    found = _on_fleet(app, read)
    if app.json:
        drones = [
            {
                "name": name,
                "logs": [
                    {"id": one.log_id, "size_bytes": one.size_bytes, "time_utc": _iso(one.time_utc_s)} for one in logs
                ],
            }
            for name, logs in found.items()
        ]
        app.print_json({"drones": drones})
        return
    table = new_table()
    table.add_column("drone")
    for heading in ("log", "bytes"):
        table.add_column(heading, justify="right")
    zone = app.zone()
    table.add_column(f"last written ({zone.key})")
    for name, logs in found.items():
        for one in logs:
            moment = _moment(one.time_utc_s)
            table.add_row(name, str(one.log_id), f"{one.size_bytes:,}", day_and_clock(moment, zone) if moment else "-")
        if not logs:
            table.add_row(name, "-", "-", "no logs on board")
    app.out().print(table)


@log.command()
@click.argument("logs", nargs=-1, required=True, metavar="ID…")
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="Folder. Default: flights/.")
@click.option(
    "--via",
    type=click.Choice(["auto", "ftp", "log"]),
    default="auto",
    show_default=True,
    help="MAVLink FTP (proved by the vehicle's checksum), or LOG_REQUEST_DATA.",
)
@command_options(drones=True, links=True)
def download(app: App, logs: tuple[str, ...], output: Path | None, via: str) -> None:
    """Fetch logs: numbers of `log list`, latest, or all. Only on the ground.

    What was interrupted goes on where it stopped. A log is in its place only when every byte of it has come.
    """
    from dronectl.ops.logs.logs import download_logs

    folder = app.root() / "flights" if output is None else output

    async def fetch(vehicle: VehicleLink, identity: Identity, view: Any) -> list[DownloadedLog]:
        return await download_logs(vehicle, identity, logs, folder, way=via, listener=view)

    found = _on_fleet(app, fetch)
    if app.json:
        drones = [{"name": name, "logs": [_as_json(one) for one in done]} for name, done in found.items()]
        app.print_json({"drones": drones})
        return
    for name, done in found.items():
        for one in done:
            if one.way == "none":
                echo(f"{name}: log {one.log_id}: {one.path} (here already)")
                continue
            rate = (one.size_bytes - one.resumed_bytes) / max(one.seconds, 1e-3)
            told = f"{one.size_bytes:,} bytes, {rate / 1000.0:,.1f} kB/s over {one.way}; {_PROOFS[one.proof]}"
            echo(f"{name}: log {one.log_id}: {one.path}: {told}")


def _as_json(one: DownloadedLog) -> dict[str, Any]:
    return {
        "id": one.log_id,
        "path": str(one.path),
        "size_bytes": one.size_bytes,
        "time_utc": _iso(one.time_utc_s),
        "fetched": one.way != "none",
        "via": one.way,
        "verified": one.proof,
        "resumed_bytes": one.resumed_bytes,
        "duration_s": round(one.seconds, 3),
        "dataflash": one.is_dataflash,
    }


def _iso(time_utc_s: int | None) -> str | None:
    moment = _moment(time_utc_s)
    return None if moment is None else iso_z(moment)


def _moment(time_utc_s: int | None) -> datetime | None:
    return None if time_utc_s is None else utc_of_us(time_utc_s * 1_000_000)


def _on_fleet(app: App, action: Any) -> dict[str, Any]:
    """The action on every drone in parallel, once each is known to be the right one; its results by drone."""
    from dronectl.cli.common.event_view import EventView
    from dronectl.link.fleet_link import open_fleet
    from dronectl.ops.common import event_loop
    from dronectl.ops.common.parallel import on_each
    from dronectl.ops.identity.identity import identify_fleet

    drones = app.drones()

    async def main() -> dict[str, Any]:
        async with open_fleet(drones) as fleet:
            vehicles = list(fleet.vehicles.values())
            identities = await identify_fleet(
                vehicles, {drone.name: drone.uid for drone in drones}, view, thorough=False
            )
            return await on_each(vehicles, lambda vehicle: action(vehicle, identities[vehicle.name], view))

    with EventView(app, in_bytes=True) as view:
        return event_loop.run(main())
