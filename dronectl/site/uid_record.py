"""The uid of an aircraft, written into dronectl.toml without touching anything else in it."""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Mapping

from dronectl.errors import InputError

_DRONE = re.compile(r"\[\[\s*drone\s*\]\]\s*(#.*)?")
_SYSTEM_ID = re.compile(r"\s*system_id\s*=")


def with_uids(text: str, uids: Mapping[str, str]) -> str:
    """``text`` of a dronectl.toml with a line ``uid = "…"`` below the system id of each drone named; comments, order
    and line ends stay.

    Raises:
        InputError: a drone's table cannot be edited safely; the hint says what to write by hand.
    """
    lines = text.splitlines(keepends=True)
    wanted = copy.deepcopy(tomllib.loads(text))
    for drone in wanted["drone"]:
        if drone["name"] in uids:
            drone["uid"] = uids[drone["name"]]
    for name, uid in uids.items():
        place = _line_of_system_id(lines, name)
        if place is not None:
            end = "\r\n" if lines[place].endswith("\r\n") else "\n"
            lines.insert(place + 1, f'uid = "{uid}"{end}')
    edited = "".join(lines)
    try:
        is_right = tomllib.loads(edited) == wanted
    except tomllib.TOMLDecodeError:
        is_right = False
    if not is_right:
        by_hand = ", ".join(f'{name}: uid = "{uid}"' for name, uid in uids.items())
        raise InputError(
            "dronectl.toml: its [[drone]] tables cannot be edited safely", hint=f"write by hand: {by_hand}"
        )
    return edited


def _line_of_system_id(lines: list[str], name: str) -> int | None:
    """In the table of this drone, above its sub-tables."""
    for start, line in enumerate(lines):
        if _DRONE.fullmatch(line.strip()) is None:
            continue
        end = next((n for n in range(start + 1, len(lines)) if lines[n].lstrip().startswith("[")), len(lines))
        try:
            table = tomllib.loads("".join(lines[start + 1 : end]))
        except tomllib.TOMLDecodeError:
            continue
        if table.get("name") == name:
            return next((n for n in range(start + 1, end) if _SYSTEM_ID.match(lines[n])), None)
    return None
