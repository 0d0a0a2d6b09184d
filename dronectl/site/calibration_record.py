"""What flights told of a drone, written into dronectl.toml without touching anything else in it."""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from dronectl.errors import InputError

_DRONE = re.compile(r"\[\[\s*drone\s*\]\]\s*(#.*)?")
_SUB_TABLE = re.compile(r"\[\s*drone\s*\.\s*(\w+)\s*\]\s*(#.*)?")

Values = Mapping[str, float]
"""Key, of a sub-table with its name (``battery.hover_power_w``), → value."""


def with_values(text: str, values: Mapping[str, Values]) -> str:
    """``text`` of a dronectl.toml with these values of each drone named; comments, order and line ends stay.

    Raises:
        InputError: a drone's table cannot be edited safely; the hint says what to write by hand. Or a drone cruised as
            fast as it says that it can fly at all.
    """
    wanted = copy.deepcopy(tomllib.loads(text))
    for drone in wanted["drone"]:
        for key, value in values.get(drone["name"], {}).items():
            *tables, last = key.split(".")
            table = drone
            for name in tables:
                table = table.setdefault(name, {})
            table[last] = value
    _require_headway(wanted["drone"])
    lines = text.splitlines(keepends=True)
    for name, own in values.items():
        for key, value in own.items():
            _put(lines, name, key, value)
    edited = "".join(lines)
    try:
        is_right = tomllib.loads(edited) == wanted
    except tomllib.TOMLDecodeError:
        is_right = False
    if not is_right:
        by_hand = "; ".join(
            f"{name}: {', '.join(f'{key} = {value:g}' for key, value in own.items())}" for name, own in values.items()
        )
        raise InputError(
            "dronectl.toml: its [[drone]] tables cannot be edited safely", hint=f"write by hand: {by_hand}"
        )
    return edited


def _require_headway(drones: list[dict[str, Any]]) -> None:
    for drone in drones:
        cruise_m_s, top_m_s = drone.get("cruise_speed_m_s"), drone.get("max_airspeed_m_s")
        if cruise_m_s is not None and top_m_s is not None and cruise_m_s >= top_m_s:
            raise InputError(
                f"dronectl.toml: {drone['name']} cruised at {cruise_m_s:g} m/s, its max_airspeed_m_s is {top_m_s:g}",
                hint="say in dronectl.toml what it reaches flat out, then try again",
            )


def _put(lines: list[str], name: str, key: str, value: float) -> None:
    """Changes the line of a key, or adds one below the last of its table."""
    place = _drone(lines, name)
    if place is None:
        return
    *tables, last = key.split(".")
    begin, end = _table(lines, *place, tables[0] if tables else None)
    pattern = re.compile(rf"(\s*{re.escape(last)}\s*=\s*)[^#\r\n]*?(\s*(#.*)?[\r\n]*)")
    for number in range(begin, end):
        if (match := pattern.fullmatch(lines[number])) is not None:
            lines[number] = f"{match[1]}{value:g}{match[2]}"
            return
    filled = [number for number in range(begin, end) if lines[number].strip() and lines[number].lstrip()[0] != "#"]
    at = (filled[-1] if filled else begin - 1) + 1
    before = lines[at - 1]
    line_end = "\r\n" if before.endswith("\r\n") else "\n"
    if not before.endswith("\n"):
        lines[at - 1] = before + line_end
    lines.insert(at, f"{last} = {value:g}{line_end}")


def _drone(lines: list[str], name: str) -> tuple[int, int] | None:
    """Where the tables of this drone begin, below its header, and end."""
    starts = [number for number, line in enumerate(lines) if _DRONE.fullmatch(line.strip())]
    for start in starts:
        end = next((n for n in range(start + 1, len(lines)) if _begins_another(lines[n])), len(lines))
        try:
            tables = tomllib.loads("".join(lines[start:end]))["drone"]
        except tomllib.TOMLDecodeError:
            continue
        if tables[0].get("name") == name:
            return start + 1, end
    return None


def _begins_another(line: str) -> bool:
    stripped = line.lstrip()
    return stripped.startswith("[") and _SUB_TABLE.fullmatch(stripped.strip()) is None


def _table(lines: list[str], begin: int, end: int, name: str | None) -> tuple[int, int]:
    """The lines of the drone's own keys, or of a sub-table of it."""
    heads = [number for number in range(begin, end) if lines[number].lstrip().startswith("[")]
    if name is None:
        return begin, heads[0] if heads else end
    for number in heads:
        match = _SUB_TABLE.fullmatch(lines[number].strip())
        if match is not None and match[1] == name:
            return number + 1, next((head for head in heads if head > number), end)
    return begin, begin
