"""``dronectl mission``, ``fence`` and ``rally``: one drone's items. Three groups with the same verbs."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dronectl.cli.common.app import App, command_options, other_aircraft_option
from dronectl.cli.common.confirm import confirm, yes_option
from dronectl.cli.common.out import echo, put_out
from dronectl.errors import InputError

if TYPE_CHECKING:
    from dronectl.formats.missions.qgc_plan import QgcPlan
    from dronectl.link.fleet_link import VehicleLink
    from dronectl.model.fleet import Drone
    from dronectl.model.plan.mission import Mission, MissionType
    from dronectl.ops.items.transaction import Committed

T = TypeVar("T")
KINDS = {"mission": 0, "fence": 1, "rally": 2}


def items_group(kind: str, text: str) -> click.Group:
    """The group ``kind`` with upload, download, clear and diff."""
    group = click.Group(name=kind, help=text)

    @group.command()
    @click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
    @click.option(
        "--allow", "allowed", multiple=True, metavar="RULE", help="Upload although this rule is broken; needs --by."
    )
    @click.option("--by", "operator", metavar="NAME", help="Who takes the responsibility; kept in the receipt.")
    @other_aircraft_option
    @command_options(drones=True, links=True)
    def upload(app: App, file: Path, allowed: tuple[str, ...], operator: str | None, others: tuple[str, ...]) -> None:
        """Upload FILE (.waypoints, .plan, .dat …), read it back, compare. Nothing moves. flights/ keeps a receipt.

        FILE is held against the rules first, as `plan check` does: one that breaks a rule is not sent.
        """
        import hashlib
        from dataclasses import asdict

        from dronectl.ops.items.one_list import upload_items
        from dronectl.ops.plans.flight_authorisation import items_proved_today
        from dronectl.ops.plans.mission_files import read_for_site
        from dronectl.ops.plans.overrides import overrides_of
        from dronectl.storage.reading import read_bytes

        site = app.site()
        drone = app.one_drone(site)
        content = read_for_site(file, site)
        for note in content.notes:
            app.err().print(f"note: {note}", markup=False, highlight=False)
        mission = part_of(content, kind, file)
        overrides = list(overrides_of(allowed, operator))
        proved = items_proved_today(mission, site, drone, fence=content.fence, rally=content.rally, overrides=overrides)
        file_sha256 = hashlib.sha256(read_bytes(file)).hexdigest()
        details = {"file": str(file), "file_sha256": file_sha256, "overrides": overrides}
        logbook = app.logbook(f"{kind} upload", details, others)

        async def upload_it(vehicle: VehicleLink, view: Any) -> Committed:
            return await upload_items(vehicle, proved, listener=view, logbook=logbook)

        with app.audited(f"{kind} upload", [drone], details):
            committed = _run(app, drone, upload_it, identify=False)
        transfer = committed.transfers[mission.mission_type]
        entry = {
            "name": drone.name,
            "system_id": drone.system_id,
            "uid": committed.identity.uid,
            kind: asdict(transfer),
        }
        if app.json:
            document = {"drones": [entry], "committed": True, "overrides": overrides}
            app.print_json({**document, "receipt": str(logbook.receipt)})
        else:
            how = f"{transfer.seconds:.2f} s, {transfer.resent} resent" if transfer.sent else "was on board already"
            echo(f"{drone.name}: {kind} of {transfer.items} items on board, read back and equal ({how})")
            echo(f"receipt: {logbook.receipt}")

    @group.command()
    @click.option(
        "-o", "--output", type=click.Path(path_type=Path, allow_dash=True), default="-", help="File; - is stdout."
    )
    @command_options(drones=True, links=True)
    def download(app: App, output: Path) -> None:
        """Download what is on board as .waypoints (or .plan or .dat by suffix)."""
        from dronectl.formats.missions.mission_file import list_bytes
        from dronectl.ops.items.transfer import download as fetch

        drone = app.one_drone()
        mission = _run(app, drone, lambda vehicle, view: fetch(vehicle, mission_type(kind), view))
        text = list_bytes(mission, output.suffix)
        if app.json:
            shown = text if isinstance(text, str) else None
            app.print_json({"drones": [{"name": drone.name, kind: {"items": len(mission)}}], "text": shown})
        elif str(output) == "-":
            put_out(text)
        else:
            from dronectl.storage.files import write_atomic

            write_atomic(output, text)
            echo(f"{drone.name}: {kind} of {len(mission)} items written to {output}")

    @group.command()
    @yes_option
    @other_aircraft_option
    @command_options(drones=True, links=True)
    def clear(app: App, yes: bool, others: tuple[str, ...]) -> None:
        """Remove every item from the drone, and read back that it is gone."""
        from dronectl.ops.items.one_list import clear_items

        drone = app.one_drone()
        if not yes:
            confirm(app, f"remove the {kind} of {drone.name}. Go?")
        logbook = app.logbook(f"{kind} clear", {}, others)

        async def clear_it(vehicle: VehicleLink, view: Any) -> Committed:
            return await clear_items(vehicle, mission_type(kind), uid=drone.uid, listener=view, logbook=logbook)

        with app.audited(f"{kind} clear", [drone]):
            _run(app, drone, clear_it, identify=False)
        if app.json:
            entry = {"name": drone.name, kind: {"items": 0, "verified": True}}
            app.print_json({"drones": [entry], "receipt": str(logbook.receipt)})
        else:
            echo(f"{drone.name}: {kind} cleared, read back empty")
            echo(f"receipt: {logbook.receipt}")

    @group.command()
    @click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
    @command_options(drones=True, links=True)
    def diff(app: App, file: Path) -> None:
        """Compare FILE with what is on board, item by item. Exits 5 when they differ."""
        from dronectl.ops.items.transfer import download as fetch
        from dronectl.protocol.mission.canonical import differences

        drone = app.one_drone()
        wanted = read_items(file, kind)
        on_board = _run(app, drone, lambda vehicle, view: fetch(vehicle, mission_type(kind), view))
        found = list(differences(wanted, on_board))
        if app.json:
            app.print_json({"name": drone.name, "equal": not found, "differences": found})
        else:
            for line in found or [f"{drone.name}: {kind} on board equals {file}"]:
                echo(line)
        if found:
            click.get_current_context().exit(5)

    return group


mission = items_group("mission", "One drone's mission: upload, download, clear, diff.")
fence = items_group("fence", "One drone's geofence: upload, download, clear, diff, enable, disable.")
rally = items_group("rally", "One drone's rally points: upload, download, clear, diff.")


@fence.command()
@click.option("--yes", is_flag=True, help="Also on an armed drone, which may act on its fence at once.")
@command_options(drones=True, links=True)
def enable(app: App, yes: bool) -> None:
    """Let the vehicle enforce its fence: all its kinds, now and after its next start.

    Refused while the fence is also a circle around home: ArduCopter's default is one that no patrol fits in.
    """
    _set_fence(app, on=True, also_armed=yes)


@fence.command()
@yes_option
@command_options(drones=True, links=True)
def disable(app: App, yes: bool) -> None:
    """Let the vehicle ignore its fence."""

    if not yes:
        confirm(app, "let the drone ignore its fence. Go?")
    _set_fence(app, on=False, also_armed=True)


def _set_fence(app: App, *, on: bool, also_armed: bool) -> None:
    from dronectl.ops.items.fence import KINDS, disable_fence, enable_fence_lawfully, fence_kinds_text

    drone = app.one_drone()

    async def set_fence(vehicle: VehicleLink, _view: object) -> int:
        if on:
            return await enable_fence_lawfully(vehicle, also_armed=also_armed)
        await disable_fence(vehicle)
        return 0

    with app.audited(f"fence {'enable' if on else 'disable'}", [drone]):
        acting = _run(app, drone, set_fence, writes=True)
    if app.json:
        acts = [words for bit, words in KINDS.items() if acting & bit]
        app.print_json({"drones": [{"name": drone.name, "fence_enabled": on, "fence_acts": acts}]})
    else:
        echo(
            f"{drone.name}: fence {'enabled' if on else 'disabled'}, read back; it acts on: {fence_kinds_text(acting)}"
        )


def mission_type(kind: str) -> MissionType:
    from dronectl.model.plan.mission import MissionType

    return MissionType(KINDS[kind])


def read_items(path: Path, kind: str) -> Mission:
    """The items of one kind in a mission file of any format.

    Raises:
        InputError: not readable, not that format, or nothing of this kind in it.
    """
    from dronectl.formats.missions.mission_file import read_mission_file

    return part_of(read_mission_file(path), kind, path)


def part_of(content: QgcPlan, kind: str, path: Path) -> Mission:
    """
    Raises:
        InputError: the file has nothing of this kind.
    """
    found = {"mission": content.mission, "fence": content.fence, "rally": content.rally}
    if not len(found[kind]):
        others = ", ".join(name for name, items in found.items() if len(items)) or "nothing"
        raise InputError(
            f"{path}: no {kind} items in it", hint=f"it holds: {others}; to remove items use '{kind} clear'"
        )
    return found[kind]


def _run(
    app: App,
    drone: Drone,
    action: Callable[[VehicleLink, Any], Coroutine[Any, Any, T]],
    *,
    identify: bool = True,
    writes: bool = False,
) -> T:
    """The action on the drone, once it is known to be the right one; a transaction asks that itself. ``writes``:
    it is also ours to command."""
    from dronectl.cli.common.event_view import EventView
    from dronectl.link.fleet_link import open_fleet
    from dronectl.ops.common import event_loop
    from dronectl.ops.control.gate import identify_to_ask, identify_to_command

    async def main() -> T:
        async with open_fleet([drone]) as fleet:
            vehicle = fleet.vehicles[drone.name]
            if identify:
                await (identify_to_command if writes else identify_to_ask)([vehicle], {drone.name: drone.uid}, view)
            return await action(vehicle, view)

    with EventView(app) as view:
        return event_loop.run(main())
