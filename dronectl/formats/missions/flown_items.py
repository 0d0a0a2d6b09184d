"""In which order a mission's items are flown, to draw its way: jumps followed, endless ones once.

The checks have their own (``checks/trajectory/item_order.py``), which also says what is wrong with a jump; they share
no code with what draws.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping

from dronectl.model.plan.mission import Command, Mission, MissionItem

MOST_FLOWN_ITEMS = 20_000
"""A way with more jumps is drawn as far as here."""

_ENDLESS = -1


def flown_items(mission: Mission) -> Iterator[tuple[int, MissionItem]]:
    """Number and item, in the order in which they are flown, home left out; jumps themselves are not given."""
    taken: Counter[int] = Counter()
    tags: dict[int, int] = {}
    for at, item in enumerate(mission.items):
        if item.command == Command.JUMP_TAG:
            tags.setdefault(_whole(item.param1), at)
    seq = 1
    for _ in range(MOST_FLOWN_ITEMS):
        if seq >= len(mission):
            return
        item = mission.items[seq]
        if item.command not in (Command.DO_JUMP, Command.DO_JUMP_TAG):
            yield seq, item
            seq += 1
            continue
        target = _target(mission, item, tags)
        wanted = 1 if _whole(item.param2) <= _ENDLESS else _whole(item.param2)
        if target is None or taken[seq] >= wanted:
            seq += 1
            continue
        taken[seq] += 1
        seq = target


def _target(mission: Mission, jump: MissionItem, tags: Mapping[int, int]) -> int | None:
    wanted = _whole(jump.param1)
    if jump.command == Command.DO_JUMP:
        return wanted if 1 <= wanted < len(mission) else None
    return tags.get(wanted)


def _whole(value: float) -> int:
    """As ArduCopter takes a parameter; what is no number counts as 0."""
    return int(value) if math.isfinite(value) else 0
