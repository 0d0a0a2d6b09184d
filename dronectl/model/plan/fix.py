"""What would mend a finding: words for a person and, where it can be done by a program, edits of the mission."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from dronectl.model.plan.mission import Command, Mission, MissionItem


class EditKind(StrEnum):
    """What is done at an item."""

    REPLACE = "replace"
    INSERT = "insert"
    """Before the item; at the end of the mission when the number is one past the last."""
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one item, by its sequence number before any change."""

    kind: EditKind
    item: int
    to: MissionItem | None = None

    def as_json(self) -> dict[str, object]:
        to = None if self.to is None else _item_json(self.to)
        return {"kind": str(self.kind), "item": self.item, "to": to}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Edit:
        to = value["to"]
        return cls(EditKind(value["kind"]), int(value["item"]), None if to is None else _read_item(to))


@dataclass(frozen=True, slots=True)
class Fix:
    """A way to mend a finding. ``mechanical``: it changes nothing that anybody could have meant otherwise."""

    description: str
    edits: tuple[Edit, ...] = ()
    mechanical: bool = False

    def as_json(self) -> dict[str, object]:
        edits = [edit.as_json() for edit in self.edits]
        return {"words": self.description, "mechanical": self.mechanical, "edits": edits}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Fix:
        """What ``as_json`` wrote.

        Raises:
            KeyError, TypeError, ValueError: it is none.
        """
        edits = tuple(Edit.from_json(edit) for edit in value["edits"])
        return cls(str(value["words"]), edits, bool(value["mechanical"]))


def replaced(item: int, to: MissionItem) -> Edit:
    return Edit(EditKind.REPLACE, item, to)


def inserted(before: int, what: MissionItem) -> Edit:
    return Edit(EditKind.INSERT, before, what)


def deleted(item: int) -> Edit:
    return Edit(EditKind.DELETE, item)


def edited(mission: Mission, edits: Iterable[Edit]) -> Mission:
    """The mission after the edits; jumps still go to the items that they went to.

    A jump to an item before which something is inserted goes to what is inserted.
    """
    inserts: dict[int, list[MissionItem]] = {}
    replacements: dict[int, MissionItem | None] = {}
    for edit in edits:
        if edit.kind is EditKind.INSERT and edit.to is not None:
            inserts.setdefault(min(edit.item, len(mission)), []).append(edit.to)
        elif edit.item < len(mission):
            replacements[edit.item] = edit.to
    items: list[MissionItem] = []
    number_of: dict[int, int] = {}
    for seq in range(len(mission) + 1):
        number_of[seq] = len(items)
        items += inserts.get(seq, ())
        item = replacements.get(seq, mission.items[seq]) if seq < len(mission) else None
        if item is not None:
            items.append(item)
    jumps = (_renumbered(item, number_of) for item in items)
    return replace(mission, items=tuple(jumps))


def _renumbered(item: MissionItem, number_of: Mapping[int, int]) -> MissionItem:
    if item.command != Command.DO_JUMP or not math.isfinite(item.param1):
        return item
    return replace(item, param1=float(number_of.get(int(item.param1), int(item.param1))))


def _item_json(item: MissionItem) -> dict[str, object]:
    return {
        "command": item.command,
        "frame": item.frame,
        "params": [value if math.isfinite(value) else None for value in item.params],
        "lat_e7": item.lat_e7,
        "lon_e7": item.lon_e7,
        "altitude_m": item.altitude_m if math.isfinite(item.altitude_m) else None,
    }


def _read_item(value: Mapping[str, Any]) -> MissionItem:
    def number(found: object) -> float:
        return math.nan if found is None else float(str(found))

    param1, param2, param3, param4 = (number(found) for found in value["params"])
    return MissionItem(
        int(value["command"]),
        int(value["frame"]),
        param1,
        param2,
        param3,
        param4,
        int(value["lat_e7"]),
        int(value["lon_e7"]),
        number(value["altitude_m"]),
    )
