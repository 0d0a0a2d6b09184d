"""Where uploaded items end up: the mission, and the rally points. (The fence is in fence.py.)"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

from dronectl.sim.vehicle import items
from dronectl.sim.vehicle.dialect import mavlink
from dronectl.sim.vehicle.items import ACCEPTED, Item
from dronectl.sim.vehicle.outbox import INFO, Outbox
from dronectl.sim.vehicle.parameters import Parameters

MISSION_CAPACITY = 650
"""Most items of a mission, the home item among them."""
RALLY_CAPACITY = 46


class Store(Protocol):
    """What the upload protocol needs of a place for items."""

    title: str
    """As in "Mission upload timeout"."""
    capacity: int
    mission_type: int

    def __len__(self) -> int: ...

    def begin(self, count: int) -> None:
        """An upload of ``count`` items starts."""

    def put(self, seq: int, item: Item, last: int) -> int:
        """Take item ``seq`` of an upload that ends with ``last``; a MAV_MISSION_RESULT."""

    def complete(self) -> int:
        """All items came; a MAV_MISSION_RESULT."""

    def get(self, seq: int) -> Item | None: ...

    def clear(self) -> bool: ...


class MissionStore:
    """The mission. Items are stored as they arrive: an upload that stops half-way leaves a mixture.

    ``home`` gives the item that stands in for item 0, whatever was uploaded there.
    """

    title = "Mission"
    capacity = MISSION_CAPACITY
    mission_type = 0

    def __init__(self, home: Callable[[], Item], outbox: Outbox, parameters: Parameters) -> None:
        self._items: list[Item] = []
        self._home = home
        self._outbox = outbox
        self._parameters = parameters
        self.changes = 0

    def __len__(self) -> int:
        return len(self._items)

    def begin(self, count: int) -> None:
        self.changes += 1
        del self._items[count:]
        self._count_changed()

    def put(self, seq: int, item: Item, last: int) -> int:
        result = items.refusal(item, self._parameters.firmware)
        if result != ACCEPTED:
            return result
        if item.command == mavlink.MAV_CMD_DO_JUMP:
            target = int(item.p1)
            if target == 0 or (target >= len(self._items) and target > last):
                return int(mavlink.MAV_MISSION_ERROR)
        if seq < len(self._items):
            self._items[seq] = items.stored(item, self._parameters.firmware)
        elif seq == len(self._items):
            self._items.append(items.stored(item, self._parameters.firmware))
        else:
            return int(mavlink.MAV_MISSION_ERROR)
        self.changes += 1
        self._count_changed()
        return ACCEPTED

    def complete(self) -> int:
        self._outbox.text(INFO, "Flight plan received")
        return ACCEPTED

    def get(self, seq: int) -> Item | None:
        if seq == 0:
            return self._home()
        return self._items[seq] if seq < len(self._items) else None

    def clear(self) -> bool:
        self._items.clear()
        self.changes += 1
        self._count_changed()
        return True

    def copy_from(self, other: MissionStore) -> None:
        self._items = list(other._items)

    def _count_changed(self) -> None:
        self._parameters.set("MIS_TOTAL", len(self._items), announce=True)


class RallyStore:
    """Rally points; altitudes are kept in whole metres."""

    title = "Rally"
    capacity = RALLY_CAPACITY
    mission_type = 2

    def __init__(self, parameters: Parameters) -> None:
        self.points: list[Item] = []
        self._parameters = parameters

    def __len__(self) -> int:
        return len(self.points)

    def begin(self, count: int) -> None:
        del self.points[count:]
        self._count_changed()

    def put(self, seq: int, item: Item, last: int) -> int:
        if item.command != mavlink.MAV_CMD_NAV_RALLY_POINT:
            return int(mavlink.MAV_MISSION_UNSUPPORTED)
        place = items.refusal_of_place(item.x, item.y)
        if place != ACCEPTED:
            return place
        if math.isnan(item.z) or not -32768 <= item.z <= 32767:
            return int(mavlink.MAV_MISSION_INVALID_PARAM7)
        if item.frame not in (0, 3, 5, 6, 10, 11):
            return int(mavlink.MAV_MISSION_UNSUPPORTED_FRAME)
        frame = items.stored_frame(item.frame)
        point = Item(item.command, frame, 0.0, 0.0, 0.0, 0.0, item.x, item.y, float(int(item.z)))
        if seq < len(self.points):
            self.points[seq] = point
        else:
            self.points.append(point)
        self._count_changed()
        return ACCEPTED

    def complete(self) -> int:
        return ACCEPTED

    def get(self, seq: int) -> Item | None:
        return self.points[seq] if seq < len(self.points) else None

    def clear(self) -> bool:
        self.points.clear()
        self._count_changed()
        return True

    def copy_from(self, other: RallyStore) -> None:
        self.points = list(other.points)

    def _count_changed(self) -> None:
        self._parameters.set("RALLY_TOTAL", len(self.points), announce=True)
