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
from dronectl.formats.text.told import Tell, unheard
from dronectl.model.ardupilot.stored_items import is_dropped
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem, MissionType

MAX_ITEMS = 10_000
"""More than any autopilot stores; ArduCopter takes 650."""

HEADER = "QGC WPL 110"
_HEADERS = (HEADER, "QGC WPL 120")
_COLUMNS = ("seq", "current", "frame", "command", "param1", "param2", "param3", "param4", "x", "y", "z", "autocontinue")
_NO_HOME = MissionItem(Command.NAV_WAYPOINT, Frame.GLOBAL)
_FENCE = frozenset(range(Command.FENCE_RETURN_POINT, Command.FENCE_CIRCLE_EXCLUSION + 1))


def read_wpl(text: str, *, source: str, tell: Tell = unheard) -> Mission:
    """A mission, fence or rally file; which of them is told by its commands.

    Tolerates what the programs that write it differ in: tabs or spaces, any line end, blank and ``#`` lines, whole
    numbers written as floats, an unset yaw (NaN in param4), command 0 for home. NaN where ArduCopter drops what it is
    sent is 0. A mission without a home line (its items begin with 1, or item 0 is no waypoint) gets an unset one, so
    that its first item is not taken for home. Items are flown in the order of their lines, as every ground station
    takes them: where their numbers say otherwise it is told.

    Raises:
        InputError: anything else, with the line's number; a jump in a file whose numbers are not those of its lines,
            if it would lead elsewhere by the one than by the other.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    header = " ".join(lines[0].split()) if lines else ""
    if header not in _HEADERS:
        found = repr(header[:40]) if header else "an empty line" if lines else "an empty file"
        raise InputError(f"{source}:1: found {found}, '{HEADER}' is wanted", hint="is it a .waypoints file?")
    items: list[MissionItem] = []
    numbers: list[int] = []
    first, in_order = None, True
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if len(items) == MAX_ITEMS:
            raise InputError(f"{source}:{number}: more than {MAX_ITEMS} items")
        where = f"{source}:{number}"
        if first is None:
            first = _first_number(line, where)
        number_told, item = _read_line(line, is_home=first == 0 and not items, where=where)
        if in_order and number_told != first + len(items):
            in_order = False
            tell(f"{where}: found item {number_told} where item {first + len(items)} comes: lines are taken in order")
        numbers.append(number_told)
        items.append(item)
    if not items:
        raise InputError(f"{source}: holds no items")
    if first is not None and not in_order:
        _require_clear_jumps(items, numbers, first, source)
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


def _first_number(line: str, where: str) -> int:
    """0 with a home line, 1 without one."""
    number = line.split()[0]
    if number.removesuffix(".0") not in ("0", "1"):
        raise InputError(
            f"{where}: found item {number[:40]}, item 0 or 1 is wanted first",
            hint="item 0 is home; a mission without one begins with item 1",
        )
    return int(number[0])


def _read_line(line: str, *, is_home: bool, where: str) -> tuple[int, MissionItem]:
    """The item and the number that its line gives it."""
    cells = line.split()
    if len(cells) != len(_COLUMNS):
        raise InputError(f"{where}: found {len(cells)} columns, {len(_COLUMNS)} are wanted")
    command = int(_cell(cells[_COLUMNS.index("command")], "command", 0, where))
    if is_home and command == 0:  # Mission Planner's home line
        command = int(Command.NAV_WAYPOINT)
    row = {column: _cell(cell, column, command, where) for column, cell in zip(_COLUMNS, cells, strict=True)}
    frame = int(row["frame"])
    try:
        lat_e7, lon_e7 = (places.from_file(row[axis], command, frame) for axis in ("x", "y"))
    except ValueError as error:
        raise InputError(f"{where}: {error}") from error
    params = (row["param1"], row["param2"], row["param3"], row["param4"])
    return int(row["seq"]), MissionItem(command, frame, *params, lat_e7, lon_e7, row["z"], bool(row["autocontinue"]))


def _require_clear_jumps(items: list[MissionItem], numbers: list[int], first: int, source: str) -> None:
    """A jump names an item by its number: by that of the file and by that of its line it must be the same one."""
    at_number: dict[int, list[int]] = {}
    for at, number in enumerate(numbers):
        at_number.setdefault(number, []).append(at)
    for position, item in enumerate(items):
        if item.command != Command.DO_JUMP or not math.isfinite(item.param1):
            continue
        target = int(item.param1)
        by_line = [target - first] if 0 <= target - first < len(items) else []
        if at_number.get(target, []) != by_line:
            raise InputError(
                f"{source}: item {first + position} jumps to {target}, and items are not numbered one after the other",
                hint="number them 0, 1, 2, … so that it is clear where the jump leads",
            )


def _cell(cell: str, column: str, command: int, where: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = None
    if value is None or "_" in cell:  # 1_000 is a number to Python alone
        raise InputError(f"{where}: {column} is {cell[:40]!r}, a number is wanted")
    if math.isnan(value) and column == "param4":
        return value
    if math.isnan(value) and is_dropped(command, column):
        return 0.0
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
