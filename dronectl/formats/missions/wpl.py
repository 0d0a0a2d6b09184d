"""QGC WPL 110, the ``.waypoints`` text of Mission Planner, MAVProxy and QGroundControl.

A header line, then one line an item with twelve columns: sequence number, current, frame, command, param1..param4,
x (latitude), y (longitude), z (altitude), autocontinue. Item 0 of a mission is home. Fence and rally files have the
same shape; a home line before their items (as Mission Planner writes it) is dropped.
"""

from __future__ import annotations

import math
from dataclasses import replace

from dronectl.errors import InputError
from dronectl.formats.text import places
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem, MissionType

MAX_ITEMS = 10_000
"""More than any autopilot stores; ArduCopter takes 650."""

HEADER = "QGC WPL 110"
_HEADERS = (HEADER, "QGC WPL 120")
_COLUMNS = ("seq", "current", "frame", "command", "param1", "param2", "param3", "param4", "x", "y", "z", "autocontinue")
_NO_HOME = MissionItem(Command.NAV_WAYPOINT, Frame.GLOBAL)
_FENCE = frozenset(range(Command.FENCE_RETURN_POINT, Command.FENCE_CIRCLE_EXCLUSION + 1))


def read_wpl(text: str, *, source: str) -> Mission:
    """A mission, fence or rally file; which of them is told by its commands.

    Tolerates what the programs that write it differ in: tabs or spaces, any line end, blank and ``#`` lines, whole
    numbers written as floats, an unset yaw (NaN in param4), command 0 for home. A mission without a home line (its
    items begin with 1, or item 0 is no waypoint) gets an unset one, so that its first item is not taken for home.

    Raises:
        InputError: anything else, with the line's number.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    header = " ".join(lines[0].split()) if lines else ""
    if header not in _HEADERS:
        found = repr(header[:40]) if header else "an empty line" if lines else "an empty file"
        raise InputError(f"{source}:1: found {found}, '{HEADER}' is wanted", hint="is it a .waypoints file?")
    items: list[MissionItem] = []
    first = None
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if len(items) == MAX_ITEMS:
            raise InputError(f"{source}:{number}: more than {MAX_ITEMS} items")
        where = f"{source}:{number}"
        if first is None:
            first = 1 if line.split()[0] in ("1", "1.0") else 0
        items.append(_read_line(line, first + len(items), where=where))
    if not items:
        raise InputError(f"{source}: holds no items")
    return _as_mission(items, has_home=first == 0)


def write_wpl(mission: Mission) -> str:
    """The file's text: degrees to 1e-7, altitudes to the micrometre, parameters as they are.

    An unset (NaN) parameter is written as 0: not every reader knows NaN, and ArduCopter drops the yaw it stands for.
    """
    lines = [HEADER]
    for seq, item in enumerate(mission.items):
        x, y = (f"{value:.7f}" for value in places.to_file(item))
        columns = (
            str(seq),
            "1" if seq == 0 else "0",
            str(item.frame),
            str(item.command),
            *(_number(value) for value in item.params),
            x,
            y,
            f"{item.altitude_m:.6f}",
            "1" if item.autocontinue else "0",
        )
        lines.append("\t".join(columns))
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    return "0" if math.isnan(value) else repr(float(value)).removesuffix(".0")


def _read_line(line: str, seq: int, *, where: str) -> MissionItem:
    cells = line.split()
    if len(cells) != len(_COLUMNS):
        raise InputError(f"{where}: found {len(cells)} columns, {len(_COLUMNS)} are wanted")
    row = {column: _cell(cell, column, where) for column, cell in zip(_COLUMNS, cells, strict=True)}
    if row["seq"] != seq:
        raise InputError(
            f"{where}: found item {row['seq']:g}, item {seq} is wanted",
            hint="items are numbered 0, 1, 2, … without gaps; item 0 is home",
        )
    command, frame = int(row["command"]), int(row["frame"])
    if seq == 0 and command == 0:  # Mission Planner's home line
        command = int(Command.NAV_WAYPOINT)
    try:
        lat_e7, lon_e7 = (places.from_file(row[axis], command, frame) for axis in ("x", "y"))
    except ValueError as error:
        raise InputError(f"{where}: {error}") from error
    params = (row["param1"], row["param2"], row["param3"], row["param4"])
    return MissionItem(command, frame, *params, lat_e7, lon_e7, row["z"], bool(row["autocontinue"]))


def _cell(cell: str, column: str, where: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = None
    if value is None or "_" in cell:  # 1_000 is a number to Python alone
        raise InputError(f"{where}: {column} is {cell[:40]!r}, a number is wanted")
    if math.isnan(value) and column == "param4":
        return value
    if not math.isfinite(value):
        raise InputError(f"{where}: {column} is {cell[:40]!r}, a finite number is wanted")
    if column in ("seq", "frame", "command") and not (value == int(value) and 0 <= value < 65_536):
        raise InputError(f"{where}: {column} is {cell[:40]!r}, a whole number from 0 to 65535 is wanted")
    if column in ("param1", "param2", "param3", "param4", "z") and abs(value) > places.FLOAT32_MAX:
        raise InputError(f"{where}: {column} is {cell[:40]!r}, more than MAVLink's float32 holds")
    return value


def _as_mission(items: list[MissionItem], *, has_home: bool) -> Mission:
    rest = items[1:] if has_home and items[0].command == Command.NAV_WAYPOINT else items
    for mission_type, commands in ((MissionType.FENCE, _FENCE), (MissionType.RALLY, {int(Command.RALLY_POINT)})):
        if rest and all(item.command in commands for item in rest):
            return Mission(tuple(rest), mission_type)
    if not has_home:
        return Mission((_NO_HOME, *items))
    if items[0].command == Command.NAV_WAYPOINT:
        return Mission(tuple(items))
    return Mission((_NO_HOME, *map(_one_later, items)))


def _one_later(item: MissionItem) -> MissionItem:
    """An item whose mission moved back by one: jumps go with it."""
    return replace(item, param1=item.param1 + 1.0) if item.command == Command.DO_JUMP else item
