"""Which item of a mission comes next: through jumps, past what is only done on the way."""

from __future__ import annotations

from dronectl.sim.vehicle.dialect import mavlink
from dronectl.sim.vehicle.items import NAVIGATION, Item
from dronectl.sim.vehicle.stores import MissionStore

_JUMPS = frozenset({mavlink.MAV_CMD_DO_JUMP, mavlink.MAV_CMD_DO_JUMP_TAG})
_MOST_STEPS = 1000
"""Jumps that lead nowhere but to each other would never end."""


class MissionWalk:
    """Counts the jumps that were taken."""

    def __init__(self, mission: MissionStore) -> None:
        self._mission = mission
        self._jumps: dict[int, int] = {}

    def item(self, seq: int) -> Item | None:
        """Item 0 is home, and none to fly."""
        return self._mission.get(seq) if seq > 0 else None

    def forget_jumps(self) -> None:
        self._jumps.clear()

    def first_navigation(self) -> int | None:
        """The first item of the list that is flown."""
        for seq in range(1, len(self._mission)):
            item = self.item(seq)
            if item is not None and item.command in NAVIGATION:
                return seq
        return None

    def next_navigation(self, seq: int) -> tuple[list[int], int | None]:
        """What is to be done before the next item that is flown, from ``seq`` on, and that item, if there is one."""
        queue: list[int] = []
        for _ in range(_MOST_STEPS):
            item = self.item(seq)
            if item is None:
                return queue, None
            if item.command in _JUMPS:
                seq = self._jump(seq, item)
            elif item.command in NAVIGATION:
                return queue, seq
            else:
                queue.append(seq)
                seq += 1
        return queue, None

    def after(self, seq: int) -> int | None:
        """The item that will be flown after this one, if nothing changes; no jump is counted."""
        seq += 1
        for _ in range(_MOST_STEPS):
            item = self.item(seq)
            if item is None:
                return None
            if item.command in _JUMPS:
                target = self._target(item)
                is_taken = target is not None and (item.p2 < 0 or self._jumps.get(seq, 0) < item.p2)
                seq = target if is_taken and target is not None else seq + 1
            elif item.command in NAVIGATION:
                return seq
            else:
                seq += 1
        return None

    def _jump(self, seq: int, item: Item) -> int:
        target, done = self._target(item), self._jumps.get(seq, 0)
        if target is None or (item.p2 >= 0 and done >= item.p2):
            return seq + 1
        self._jumps[seq] = done + 1
        return target

    def _target(self, item: Item) -> int | None:
        wanted = int(item.p1)
        if item.command == mavlink.MAV_CMD_DO_JUMP:
            return wanted
        for seq in range(1, len(self._mission)):
            tag = self.item(seq)
            if tag is not None and tag.command == mavlink.MAV_CMD_JUMP_TAG and int(tag.p1) == wanted:
                return seq
        return None
