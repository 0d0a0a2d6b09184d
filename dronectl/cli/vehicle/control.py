"""``dronectl control``: which ground station commands a drone, asked for and given up."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, TypeVar

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.confirm import confirm, require_person, yes_option
from dronectl.cli.common.out import echo

if TYPE_CHECKING:
    from dronectl.link.fleet_link import FleetLink, VehicleLink
    from dronectl.ops.common.events import Listener
    from dronectl.ops.control.control import Control, ControlStatus
    from dronectl.ops.control.hand_over import HandOver

T = TypeVar("T")


@click.group()
def control() -> None:
    """Which of several ground stations has control of a drone."""


@control.command()
@command_options(drones=True, links=True)
def status(app: App) -> None:
    """Ask each drone whose it is: whose heartbeats its failsafe counts. Exits 4 when one does not answer."""
    from dronectl.ops.control.control import read_control_status

    found = _on_fleet(app, lambda vehicle, listener, _: read_control_status(vehicle, listener), writes=False)
    if app.json:
        app.print_json({"drones": [one.as_json() for one in found.values()]})
        return
    _status_table(app, found)


@control.command()
@yes_option
@command_options(drones=True, links=True)
def request(app: App, yes: bool) -> None:
    """Take control: the drone's failsafe counts our heartbeats from then on, and no other's.

    Agree with whoever has it first: a drone cannot be asked who minds. It is read back, and changes nothing where this
    ground station has control already. Of an armed drone with a ground station failsafe it is taken only while another
    command (station, watch, fly) keeps the heartbeat up.
    """
    from dronectl.ops.control.hand_over import HandOver, request_control

    if not yes:
        _ask(app, "take control", lambda one: not one.is_ours)
    with app.audited("control request", app.drones()) as audited:
        take = audited.given_to(request_control, HandOver.words)

        async def take_it(vehicle: VehicleLink, listener: Listener, fleet: FleetLink) -> HandOver:
            return await take(vehicle, listener, ends_at_once=fleet.beats_alone)

        done = _on_fleet(app, take_it, writes=True)
    _report(app, done)


@control.command()
@click.option("--to", "to", metavar="STATION", help="Who gets it: a system id, or a name of [[link.station]].")
@yes_option
@command_options(drones=True, links=True)
def release(app: App, to: str | None, yes: bool) -> None:
    """Give control to another ground station. An armed drone goes only to one that is heard through it.

    Without --to it goes to the only other one that dronectl.toml names or that is heard.
    """
    from dronectl.ops.control.hand_over import HandOver, release_to

    if not yes:
        _ask(app, f"give control to {to or 'the other ground station'}", lambda one: one.is_ours)

    with app.audited("control release", app.drones(), {"to": to}) as audited:
        give_up = audited.given_to(release_to, HandOver.words)
        done = _on_fleet(app, lambda vehicle, listener, _: give_up(vehicle, to, listener), writes=True)
    _report(app, done)


def _ask(app: App, what: str, concerns: Callable[[Control], bool]) -> None:
    """Who has control of those that it concerns is part of the question."""
    from dronectl.ops.control.control import read_control

    require_person(app, f"{what}: {', '.join(drone.name for drone in app.drones())}. Go?")
    found = _on_fleet(app, lambda vehicle, listener, _: read_control(vehicle, listener), writes=False)
    told = [f"{name}: {one.holder} has control\n" for name, one in found.items() if concerns(one)]
    if told:
        confirm(app, f"{''.join(told)}{what}. Go?")


def _report(app: App, done: Mapping[str, HandOver]) -> None:
    if app.json:
        app.print_json({"drones": [one.as_json() for one in done.values()]})
    else:
        for name, one in done.items():
            echo(f"{name}: {one.words()}")


def _status_table(app: App, found: Mapping[str, ControlStatus]) -> None:
    from dronectl.cli.common.tables import new_table
    from dronectl.ops.control.control import names_of_stations

    table = new_table()
    for heading in ("drone", "who has control", "by", "others heard", "without its heartbeats", "obeys"):
        table.add_column(heading)
    for name, one in found.items():
        whose = one.control
        table.add_row(
            name,
            whose.holder,
            f"{whose.parameter} {whose.first}" + (f"…{whose.last}" if whose.is_shared else ""),
            names_of_stations(whose.station, one.heard) or "none",
            "its failsafe acts" if one.failsafe else "goes on: its failsafe is off",
            "nobody else" if one.obeys_nobody_else else "everyone",
        )
    app.out().print(table)


def _on_fleet(
    app: App, action: Callable[[VehicleLink, Listener, FleetLink], Coroutine[object, object, T]], *, writes: bool
) -> dict[str, T]:
    """The action on every drone in parallel, once each is known to be the right one; its results by drone."""
    from dronectl.cli.common.event_view import EventView
    from dronectl.link.fleet_link import open_fleet
    from dronectl.ops.common import event_loop
    from dronectl.ops.common.parallel import on_each
    from dronectl.ops.identity.identity import identify_fleet

    drones = app.drones()

    async def main() -> dict[str, T]:
        async with open_fleet(drones) as fleet:
            vehicles = list(fleet.vehicles.values())
            await identify_fleet(vehicles, {drone.name: drone.uid for drone in drones}, view, thorough=writes)
            return await on_each(vehicles, lambda vehicle: action(vehicle, view, fleet))

    with EventView(app) as view:
        return event_loop.run(main())
