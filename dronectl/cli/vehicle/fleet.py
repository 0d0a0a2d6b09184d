"""``dronectl fleet``: who is there, go / no-go, and which aircraft is which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.confirm import confirm, yes_option
from dronectl.cli.common.out import echo
from dronectl.cli.vehicle.ready import ready

if TYPE_CHECKING:
    from rich.text import Text

    from dronectl.link.quality import LinkReport
    from dronectl.ops.telemetry.status import DroneStatus


@click.group()
def fleet() -> None:
    """Who is there, and go / no-go per drone."""


@fleet.command()
@click.option("--timeout", "timeout_s", type=click.FloatRange(min=0.5), default=5.0, show_default=True, help="Seconds.")
@command_options(drones=True, links=True)
def status(app: App, timeout_s: float) -> None:
    """Ask every drone who and how it is. Exits 4 when one does not answer, 5 when another aircraft answers."""
    from dronectl.cli.common.event_view import EventView
    from dronectl.errors import NoAnswer
    from dronectl.link.fleet_link import open_fleet
    from dronectl.model.ardupilot.vehicle_settings import firmware_remarks
    from dronectl.ops.common import event_loop
    from dronectl.ops.identity.identity import require_known
    from dronectl.ops.telemetry.status import fleet_status

    drones = app.drones()

    async def main() -> tuple[DroneStatus, ...]:
        async with open_fleet(drones) as opened:
            uids = {drone.name: drone.uid for drone in drones}
            return await fleet_status(
                list(opened.vehicles.values()), uids, timeout_s=timeout_s, listener=view, site=app.site_to_show
            )

    with EventView(app) as view:
        answers = event_loop.run(main())
    doubts = [answer.identity_error for answer in answers if answer.identity_error is not None]
    silent = [answer for answer in answers if answer.error is not None and answer.identity_error is None]
    if app.json:
        app.print_json({"drones": [answer.as_json() for answer in answers]})
        click.get_current_context().exit(5 if doubts else 4 if silent else 0)
    _status_table(app, answers)
    for remark in firmware_remarks({answer.name: answer.firmware for answer in answers if answer.firmware}):
        echo(f"firmware: {remark}")
    require_known(doubts)
    if silent:
        raise NoAnswer(
            "; ".join(str(answer.error) for answer in silent),
            hint="is it powered, and is the link right? See 'dronectl doctor'",
        )


def _status_table(app: App, answers: tuple[DroneStatus, ...]) -> None:
    from rich.text import Text

    from dronectl.cli.common.alarm_lines import alarm_line
    from dronectl.cli.common.tables import new_table, telemetry_cell
    from dronectl.model.telemetry import TelemetryKind

    table = new_table()
    state_headings = ("phase", "mode", "armed", "battery", "GPS", "position")
    for heading in ("drone", "id", "firmware", "uid", *state_headings, "loss", "answers in"):
        table.add_column(heading)
    for answer in answers:
        picture = answer.picture
        if picture is None:
            words = "two aircraft answer" if answer.identity_error else "no answer"
            table.add_row(answer.name, str(answer.system_id), Text(words, style="red"))
            continue
        sample = picture.sample
        battery = "-" if sample.battery_pct is None else f"{sample.battery_pct:.0f} %"
        place = "-" if sample.lat_deg is None else f"{sample.lat_deg:.6f},{sample.lon_deg:.6f}"
        gps = "-" if sample.gps_fix is None else f"fix {sample.gps_fix}, {sample.satellites or 0} sats"
        armed = "ARMED" if sample.armed else "no"
        uid = (answer.uid or "-")[:12]
        told = uid if answer.identity_error is None else Text(f"{uid}\nANOTHER AIRCRAFT", style="bold red")
        identity = (answer.firmware or "-", told)
        state = (
            telemetry_cell(sample, TelemetryKind.MODE, picture.phase_text, with_age=False),
            telemetry_cell(sample, TelemetryKind.MODE, sample.mode or "-"),
            telemetry_cell(sample, TelemetryKind.MODE, armed, with_age=False),
            telemetry_cell(sample, TelemetryKind.BATTERY, battery),
            telemetry_cell(sample, TelemetryKind.GPS, gps),
            telemetry_cell(sample, TelemetryKind.POSITION, place),
        )
        table.add_row(answer.name, str(answer.system_id), *identity, *state, *_link_cells(answer.links))
    app.out().print(table)
    for alarm in (alarm for answer in answers for alarm in answer.alarms):
        app.out().print(alarm_line(alarm))


def _link_cells(links: Sequence[LinkReport]) -> tuple[Text, Text]:
    """Loss and round trip, one line a link; of several, the one in use is marked."""
    from rich.text import Text

    losses, times = [], []
    for link in links:
        mark = " *" if link.in_use and len(links) > 1 else ""
        losses.append("-" if link.loss_pct is None or not link.heard else f"{link.loss_pct:.0f} %")
        times.append(("-" if link.round_trip_ms is None else f"{link.round_trip_ms:.0f} ms") + mark)
    return Text("\n".join(losses)), Text("\n".join(times))


fleet.add_command(ready)


@fleet.command()
@yes_option
@command_options(drones=True, links=True)
def record(app: App, yes: bool) -> None:
    """Write each drone's uid into dronectl.toml, so that swapped aircraft are noticed from then on.

    Do it once, when you see which aircraft answers as which drone. A uid that is there already is never replaced: a
    drone that answers with another one is refused, and a new board's uid is written by hand.
    """
    from dronectl.cli.common.event_view import EventView
    from dronectl.ops.common import event_loop
    from dronectl.ops.identity.recorded_uids import ask_for_uids

    site = app.site()
    drones = app.drones(site)
    with EventView(app) as view:
        answered = event_loop.run(ask_for_uids(site.root, drones, view))
    if answered.new:
        whose = [drone for drone in drones if drone.name in answered.new]
        for drone in whose:
            echo(f"{drone.name}: system {drone.system_id} answers with uid {answered.new[drone.name]}", err=True)
        if not yes:
            confirm(app, f"record {len(whose)} uid(s) in {answered.path}. Go?")
        with app.audited("fleet record", whose, {"uids": dict(answered.new)}):
            answered.record()
    if app.json:
        told = [{"name": name, "uid": uid, "recorded": name in answered.new} for name, uid in answered.uids.items()]
        app.print_json({"drones": told})
    else:
        for name in answered.uids:
            echo(f"{name}: {'recorded' if name in answered.new else 'was recorded already, and is the same'}")
