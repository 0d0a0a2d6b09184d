"""``dronectl param``: get and set one; save, diff and load them all."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.confirm import confirm, yes_option
from dronectl.cli.common.out import echo, put_out
from dronectl.errors import InputError

if TYPE_CHECKING:
    from dronectl.link.fleet_link import VehicleLink
    from dronectl.ops.audit.trail import AuditedOrder
    from dronectl.ops.parameters.parameter_table import ParameterTable
    from dronectl.protocol.param.changes import ParameterChange, ParameterComparison
    from dronectl.protocol.param.parameters import Parameter

T = TypeVar("T")


@click.group()
def param() -> None:
    """Parameters of one or all drones."""


@param.command("get")
@click.argument("name")
@command_options(drones=True, links=True)
def get(app: App, name: str) -> None:
    """Read one parameter from every drone."""
    from dronectl.ops.parameters.settings import get_parameter

    read = _on_fleet(app, lambda vehicle, view: get_parameter(vehicle, name.upper(), listener=view), writes=False)
    _show(app, read)


@param.command("set")
@click.argument("name")
@click.argument("value", type=float)
@click.option("--in-flight", is_flag=True, help="Also on an armed drone, which acts on it at once.")
@yes_option
@command_options(drones=True, links=True)
def set_(app: App, name: str, value: float, in_flight: bool, yes: bool) -> None:
    """Set one parameter on every drone and read it back. Nothing is sent when any of them is armed.

    Nor when the value does not fit the parameter on any of them, or is a system id that another drone has.
    """
    from dronectl.cli.common.partial_result import telling_done
    from dronectl.model.ardupilot.float32 import in_digits
    from dronectl.ops.common.parallel import on_each
    from dronectl.ops.items.fence import renew_fence, touches_fence
    from dronectl.ops.parameters.parameter_table import require_disarmed
    from dronectl.ops.parameters.settings import require_fitting, set_parameter
    from dronectl.ops.parameters.system_id import is_system_id, require_free, set_system_id
    from dronectl.protocol.param.parameters import ParameterType, checked_name, value_problem
    from dronectl.site.workspace import load_drones

    name = checked_name(name)
    problem = value_problem(name, ParameterType.REAL32, value)
    if problem is not None:
        raise InputError(problem)
    done: list[str] = []

    async def set_one(vehicle: VehicleLink, view: Any) -> Parameter:
        if not in_flight:
            require_disarmed(vehicle, hint="land and disarm, or add --in-flight if it shall act on it in the air")
        if is_system_id(name):
            parameter = await set_system_id(vehicle, name, value, view)
        else:
            parameter = await set_parameter(vehicle, name, value)
        done.append(vehicle.name)
        if touches_fence(name):
            await renew_fence(vehicle, listener=view)
        return parameter

    async def set_it(vehicles: list[VehicleLink], view: Any, audited: AuditedOrder) -> dict[str, Parameter]:
        if not in_flight:
            for vehicle in vehicles:
                require_disarmed(vehicle, hint="land and disarm, or add --in-flight if it shall act on it in the air")
        await on_each(vehicles, lambda vehicle: require_fitting(vehicle, name, value, view))
        set_and_tell = audited.given_to(set_one)
        return await on_each(vehicles, lambda vehicle: set_and_tell(vehicle, view))

    drones = app.drones()
    if is_system_id(name):
        require_free(value, drones, load_drones(app.root()))
    if not yes:
        confirm(app, f"set {name} to {in_digits(value)} on {', '.join(drone.name for drone in drones)}. Go?")
    with telling_done(done), app.audited("param set", drones, {"parameter": name, "value": value}) as audited:
        values = _with_fleet(app, lambda vehicles, view: set_it(vehicles, view, audited))
    _show(app, values)


@param.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@command_options(drones=True, links=True)
def save(app: App, file: Path) -> None:
    """Write every parameter of one drone to FILE (NAME,VALUE lines as Mission Planner's; - is stdout)."""
    from dronectl.formats.missions.parameter_file import write_parameters
    from dronectl.model.text.shown_time import iso_z, now
    from dronectl.storage.files import write_atomic

    drone = app.one_drone()
    table = _tables(app)[drone.name]
    when = iso_z(now())
    who = f"{drone.name}, system {drone.system_id}, ArduCopter {table.firmware}"
    heading = f"{who}, {when}, {len(table.parameters)} parameters"
    values = {name: parameter.value for name, parameter in table.parameters.items()}
    text = write_parameters(values, [heading])
    to_stdout = str(file) == "-"
    if not to_stdout:
        write_atomic(file, text)
    if app.json:
        saved = {"name": drone.name, "parameters": len(values), "source": table.source, "firmware": table.firmware}
        app.print_json(
            {"drones": [saved], "file": None if to_stdout else str(file), "text": text if to_stdout else None}
        )
    elif to_stdout:
        put_out(text)
    else:
        echo(f"{drone.name}: {len(values)} parameters written to {file}")


@param.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@command_options(drones=True, links=True)
def diff(app: App, file: Path | None) -> None:
    """Compare drones with FILE, or with the first of them when there is no FILE. Exits 5 when they differ.

    What FILE does not name is not looked at. Other firmware's names and units are translated.
    Identity, counters and what the sensors are called differ by right: they are counted, not compared.
    """
    from dronectl.formats.missions.parameter_file import read_parameters
    from dronectl.protocol.param.changes import compare_parameters

    wanted = None if file is None else read_parameters(file)
    if wanted is None and len(app.drones()) < 2:
        raise InputError("nothing to compare with", hint="give a FILE, or --drone twice")
    tables = _tables(app)
    base = str(file)
    if wanted is None:
        base, first = next(iter(tables.items()))
        del tables[base]
        wanted = {name: float(parameter.value) for name, parameter in first.parameters.items()}
    found = {name: compare_parameters(wanted, table.parameters, whole=file is None) for name, table in tables.items()}
    is_same = all(comparison.same for comparison in found.values())
    if app.json:
        drones = [{"name": name, **_as_json(comparison)} for name, comparison in found.items()]
        app.print_json({"base": base, "equal": is_same, "drones": drones})
    else:
        for name, comparison in found.items():
            _print_comparison(name, base, comparison)
    if not is_same:
        click.get_current_context().exit(5)


@param.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@yes_option
@click.option("--skip-unknown", is_flag=True, help="Leave out names that the vehicle does not have.")
@click.option("--calibration", is_flag=True, help="Also sensor and radio calibration: the file is this airframe's own.")
@command_options(drones=True, links=True)
def load(app: App, file: Path, yes: bool, skip_unknown: bool, calibration: bool) -> None:
    """Set what differs from FILE, and read each value back. Never on an armed drone.

    Identity, counters and sensor names stay as they are on board; so does calibration without --calibration.
    Other firmware's names and units are translated; what has no counterpart is named.
    """
    from dronectl.cli.common.partial_result import telling_done
    from dronectl.formats.missions.parameter_file import read_parameters
    from dronectl.model.ardupilot.parameter_renames import names_are_of
    from dronectl.ops.items.fence import renew_fence, touches_fence
    from dronectl.ops.parameters.parameter_table import changes_to_set, read_table, require_disarmed, set_changes
    from dronectl.protocol.param.changes import compare_parameters

    wanted = read_parameters(file)

    async def look(vehicle: VehicleLink, view: Any) -> ParameterTable:
        require_disarmed(vehicle)
        return await read_table(vehicle, view)

    found = {name: compare_parameters(wanted, table.parameters) for name, table in _on_fleet(app, look).items()}
    chosen = {
        name: changes_to_set(comparison, drone=name, skip_unknown=skip_unknown, calibration=calibration)
        for name, comparison in found.items()
    }
    _announce(chosen)
    if any(chosen.values()):
        if not yes:
            _confirm_load(app, chosen)
        through: list[str] = []

        async def set_all(vehicle: VehicleLink, view: Any) -> None:
            await set_changes(vehicle, chosen[vehicle.name], view)
            through.append(vehicle.name)
            if any(touches_fence(change.name) for change in chosen[vehicle.name]):
                await renew_fence(vehicle, listener=view)

        given = {name: {change.name: change.wanted for change in changes} for name, changes in chosen.items()}
        what = {"file": str(file), "parameters": given}
        with telling_done(through), app.audited("param load", app.drones(), what) as audited:
            # The links are opened anew: while the question stood, nobody listened whether a drone was armed.
            _on_fleet(app, audited.given_to(set_all))
    left = {name: _left(comparison, chosen[name]) for name, comparison in found.items()}
    if app.json:
        drones = [
            {
                "name": name,
                "changed": [_change(one) for one in changes],
                "left": left[name],
                "translated": dict(found[name].translated),
            }
            for name, changes in chosen.items()
        ]
        app.print_json({"file": str(file), "drones": drones})
        return
    for name, changes in chosen.items():
        done = f"{len(changes)} parameters set and read back" if changes else "nothing to set"
        rests = [f"{len(names)} {reason} left as on board" for reason, names in left[name].items() if names]
        if found[name].translated:
            whose = names_are_of(wanted) or "another firmware"
            rests.insert(
                0, f"{len(found[name].translated)} names of the file are those of {whose}, and were translated"
            )
        echo("; ".join([f"{name}: {done}", *rests]))


def _left(comparison: ParameterComparison, chosen: list[ParameterChange]) -> dict[str, list[str]]:
    """What of the file was not set, by reason."""
    return {
        "calibration": [change.name for change in comparison.changes if change not in chosen],
        "own": [change.name for change in comparison.own],
        "unknown": [*comparison.unknown, *comparison.moved],
    }


def _announce(chosen: dict[str, list[ParameterChange]]) -> None:
    """What would change, on stderr."""
    for name, changes in chosen.items():
        for change in changes:
            echo(f"{name}: {_line(change)}", err=True)


def _confirm_load(app: App, chosen: dict[str, list[ParameterChange]]) -> None:

    told = ", ".join(f"{len(changes)} on {name}" for name, changes in chosen.items())
    confirm(app, f"set parameters: {told}. Go?")


def _line(change: ParameterChange) -> str:
    from dronectl.model.ardupilot.float32 import in_digits

    told_as = f" ({change.told_as} there)" if change.told_as else ""
    return f"{change.name} {in_digits(change.on_board)} → {in_digits(change.wanted)}{told_as}"


def _change(change: ParameterChange) -> dict[str, Any]:
    return {"parameter": change.name, "on_board": change.on_board, "wanted": change.wanted}


def _as_json(comparison: ParameterComparison) -> dict[str, Any]:
    return {
        "equal": comparison.same,
        "differences": [_change(change) for change in comparison.changes],
        "not_on_board": list(comparison.unknown),
        "only_on_board": list(comparison.extra),
        "own": [_change(change) for change in comparison.own],
        "translated": dict(comparison.translated),
        "moved": list(comparison.moved),
    }


def _print_comparison(name: str, base: str, comparison: ParameterComparison) -> None:
    for change in comparison.changes:
        echo(f"{name}: {_line(change)}{' (calibration)' if change.is_calibration else ''}")
    for missing in comparison.unknown:
        echo(f"{name}: {missing} is not on board")
    for extra in comparison.extra:
        echo(f"{name}: {extra} is on board, and not on {base}")
    for moved in comparison.moved:
        echo(f"{name}: {moved}")
    own = f", {len(comparison.own)} of its own" if comparison.own else ""
    own += f", {len(comparison.translated)} under another name" if comparison.translated else ""
    word = "equals" if comparison.same else "differs from"
    echo(f"{name}: {word} {base} ({comparison.equal} the same, {len(comparison.changes)} different{own})")


def _tables(app: App) -> dict[str, ParameterTable]:
    from dronectl.ops.parameters.parameter_table import read_table

    return _on_fleet(app, read_table, writes=False)


def _show(app: App, values: dict[str, Parameter]) -> None:
    from dronectl.model.ardupilot.float32 import in_digits

    if app.json:
        app.print_json({"drones": [{"name": n, "parameter": p.name, "value": p.value} for n, p in values.items()]})
    else:
        for drone, parameter in values.items():
            echo(f"{drone}: {parameter.name} {in_digits(parameter.value)}")


def _on_fleet(
    app: App, action: Callable[[VehicleLink, Any], Coroutine[Any, Any, T]], *, writes: bool = True
) -> dict[str, T]:
    """The action on every drone in parallel; its results by drone."""
    from dronectl.ops.common.parallel import on_each

    def on_all(vehicles: list[VehicleLink], view: Any) -> Coroutine[Any, Any, dict[str, T]]:
        return on_each(vehicles, lambda vehicle: action(vehicle, view))

    return _with_fleet(app, on_all, writes=writes)


def _with_fleet(
    app: App, action: Callable[[list[VehicleLink], Any], Coroutine[Any, Any, T]], *, writes: bool = True
) -> T:
    """The action on the drones, once each is known to be the right one; ``writes``: and ours to command."""
    from dronectl.cli.common.event_view import EventView
    from dronectl.link.fleet_link import open_fleet
    from dronectl.ops.common import event_loop
    from dronectl.ops.control.gate import identify_to_ask, identify_to_command

    drones = app.drones()

    async def main() -> T:
        async with open_fleet(drones) as fleet:
            vehicles = list(fleet.vehicles.values())
            await (identify_to_command if writes else identify_to_ask)(
                vehicles, {drone.name: drone.uid for drone in drones}, view
            )
            return await action(vehicles, view)

    with EventView(app) as view:
        return event_loop.run(main())
