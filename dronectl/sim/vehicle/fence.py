"""The geofence: polygons and circles from an upload, the simple circle and the altitude limit from parameters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dronectl.sim.vehicle import items
from dronectl.sim.vehicle.dialect import mavlink
from dronectl.sim.vehicle.geodesy import LocalMap, Point, distance_to_ring, is_inside
from dronectl.sim.vehicle.items import ACCEPTED, Item
from dronectl.sim.vehicle.outbox import DEBUG, INFO, WARNING, Outbox
from dronectl.sim.vehicle.parameters import Parameters

ALT_MAX, CIRCLE, POLYGON = 1, 2, 4
"""Bits of FENCE_TYPE."""
_EVERY = ALT_MAX | CIRCLE | POLYGON
_NAMES = {ALT_MAX: "Max Alt", CIRCLE: "Circle", POLYGON: "Polygon"}
_LOOK_S = 0.1
FENCE_CAPACITY = 70
STORAGE_BYTES = 560

_AS_WHOLE_M = 0.001
"""A radius so near above whole metres is kept in whole metres."""

_POLYGONS = {
    mavlink.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_INCLUSION,
    mavlink.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_EXCLUSION,
}
_CIRCLES = {mavlink.MAV_CMD_NAV_FENCE_CIRCLE_INCLUSION, mavlink.MAV_CMD_NAV_FENCE_CIRCLE_EXCLUSION}
_INCLUSIONS = {mavlink.MAV_CMD_NAV_FENCE_POLYGON_VERTEX_INCLUSION, mavlink.MAV_CMD_NAV_FENCE_CIRCLE_INCLUSION}
_BREACH_OF = {ALT_MAX: mavlink.FENCE_BREACH_MAXALT, CIRCLE: mavlink.FENCE_BREACH_BOUNDARY,
              POLYGON: mavlink.FENCE_BREACH_BOUNDARY}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Shape:
    """A polygon (``ring``) or circle (``centre``, ``radius_m``) to stay inside or outside of."""

    is_inclusion: bool
    ring: tuple[Point, ...] = ()
    centre: Point = (0.0, 0.0)
    radius_m: float = 0.0

    def is_broken(self, point: Point) -> bool:
        """Whether a point is on the wrong side; measured only where it seems so, as its very edge is not."""
        if self.ring and is_inside(point, self.ring) == self.is_inclusion:
            return False
        return self.outside_m(point) > 0.0

    def outside_m(self, point: Point) -> float:
        """How far the wrong side of this shape a point is; negative: how far from it on the right side."""
        if self.ring:
            distance = distance_to_ring(point, self.ring)
            return distance if is_inside(point, self.ring) != self.is_inclusion else -distance
        beyond = math.hypot(point[0] - self.centre[0], point[1] - self.centre[1]) - self.radius_m
        return beyond if self.is_inclusion else -beyond


class FenceStore:
    """What was uploaded: validated as a whole when it is complete, else the old fence stays."""

    title = "Fence"
    capacity = FENCE_CAPACITY
    mission_type = 1

    def __init__(self, chart: LocalMap, outbox: Outbox, parameters: Parameters) -> None:
        self._chart = chart
        self._outbox = outbox
        self._parameters = parameters
        self._items: tuple[Item, ...] = ()
        self._arriving: list[Item] = []
        self.shapes: tuple[_Shape, ...] = ()

    def __len__(self) -> int:
        return len(self._items)

    def begin(self, count: int) -> None:
        self._arriving = list(self._items[:count])

    def put(self, seq: int, item: Item, last: int) -> int:
        if item.frame not in (0, 3, 5, 6, 10, 11):
            return int(mavlink.MAV_MISSION_UNSUPPORTED_FRAME)
        if item.command not in _POLYGONS | _CIRCLES | {mavlink.MAV_CMD_NAV_FENCE_RETURN_POINT}:
            return int(mavlink.MAV_MISSION_UNSUPPORTED)
        p1 = 0.0
        if math.isfinite(item.p1):
            is_near_whole = self._parameters.firmware.whole_radii and item.p1 - int(item.p1) < _AS_WHOLE_M
            is_whole = item.command in _POLYGONS or is_near_whole
            p1 = float(int(item.p1)) if is_whole else item.p1
        self._arriving[seq : seq + 1] = [Item(item.command, 0, p1, 0.0, 0.0, 0.0, item.x, item.y, 0.0)]
        return ACCEPTED

    def complete(self) -> int:
        problem = _problem(self._arriving)
        if problem:
            self._outbox.text(INFO if problem == "Incorrect item count" else WARNING, problem)
            self._outbox.text(WARNING, "Fence validation failed")
            return int(mavlink.MAV_MISSION_ERROR)
        if _bytes_of(self._arriving) > STORAGE_BYTES:
            self._outbox.text(WARNING, "Fence exceeds storage size")
            return int(mavlink.MAV_MISSION_ERROR)
        self._adopt(self._arriving)
        return ACCEPTED

    def get(self, seq: int) -> Item | None:
        return self._items[seq] if seq < len(self._items) else None

    def clear(self) -> bool:
        self._adopt([])
        return True

    def copy_from(self, other: FenceStore) -> None:
        self._items, self.shapes = other._items, other.shapes

    def _adopt(self, new: Sequence[Item]) -> None:
        self._items = tuple(new)
        self.shapes = tuple(self._build_shapes())
        self._outbox.text(DEBUG, "Fence Indexed OK")
        self._parameters.set("FENCE_TOTAL", len(new), announce=True)

    def _build_shapes(self) -> list[_Shape]:
        shapes = []
        seq = 0
        while seq < len(self._items):
            item = self._items[seq]
            inclusion = item.command in _INCLUSIONS
            if item.command in _POLYGONS:
                vertices = self._items[seq : seq + int(item.p1)]
                shapes.append(_Shape(inclusion, tuple(self._chart.to_local(v.x, v.y) for v in vertices)))
                seq += len(vertices)
                continue
            if item.command in _CIRCLES:
                shapes.append(_Shape(inclusion, (), self._chart.to_local(item.x, item.y), item.p1))
            seq += 1
        return shapes


class Fence:
    """Which limits are in force and which of them are breached.

    What FENCE_ENABLE and FENCE_TYPE say is in force at once, or from the next look on in releases that latch it.
    """

    def __init__(self, store: FenceStore, parameters: Parameters) -> None:
        self._store = store
        self._parameters = parameters
        self._firmware = parameters.firmware
        self._latched = 0
        self._was_enabled = 0.0
        self._next_look_s = 0.0
        self.breaches = 0
        self.breach_count = 0
        self.breach_type = 0
        self.breach_time_ms = 0

    @property
    def is_enabled(self) -> bool:
        return self._latched > 0 if self._firmware.fence_is_latched else self._parameters["FENCE_ENABLE"] > 0

    @property
    def is_shown(self) -> bool:
        """Whether SYS_STATUS has it as enabled: it is, with something to act on, and does more than report."""
        return self.is_enabled and self._present > 0 and self._parameters["FENCE_ACTION"] > 0

    @property
    def types(self) -> int:
        """Limits that are configured, present and, where that is latched, in force."""
        return self._present & self._latched if self._firmware.fence_is_latched else self._present

    @property
    def _present(self) -> int:
        """Limits that are configured; polygons only when some were uploaded."""
        return self._configured if self._store.shapes else self._configured & ~POLYGON

    @property
    def _configured(self) -> int:
        return int(self._parameters["FENCE_TYPE"]) & (ALT_MAX | CIRCLE | POLYGON)

    def step(self, now_s: float) -> None:
        """Ten times a second: has FENCE_ENABLE been changed?"""
        if now_s < self._next_look_s:
            return
        self._next_look_s = now_s + _LOOK_S
        enable = self._parameters["FENCE_ENABLE"]
        if enable != self._was_enabled:
            self._was_enabled = enable
            self._latched = self._configured if enable else 0

    def can_enable(self, types: int) -> bool:
        """Whether there is something to enable. ``types`` 0 means all."""
        return bool(self._present & (types or _EVERY if self._firmware.fence_is_latched else _EVERY))

    def order(self, *, enable: bool, types: int = 0) -> int:
        """DO_FENCE_ENABLE: the limits that changed. ``types`` 0 means all."""
        if not enable:
            self.breaches = 0
        if not self._firmware.fence_is_latched:
            self._parameters.set("FENCE_ENABLE", float(enable))
            return self._present
        before = self._latched
        changed = self._configured & (types or _EVERY)
        self._latched = before | changed if enable else before & ~changed
        return before ^ self._latched

    def breach_text(self, fresh: int) -> str:
        """What is said when limits are broken."""
        return f"{_named(fresh)} breached" if self._firmware.names_fences else "Fence Breached"

    def order_text(self, changed: int, *, enable: bool) -> str:
        """What is said when a mission has switched the fence; empty when it changed nothing and says so by silence."""
        if not self._firmware.names_fences:
            return "Fence Enabled" if enable else "Fence Disabled"
        return f"{_named(changed)} {'enabled' if enable else 'disabled'}" if changed else ""

    @property
    def needs_position(self) -> bool:
        return self.is_enabled and bool(self.types & (CIRCLE | POLYGON))

    def allows(self, point: Point, above_home_m: float, home: Point) -> bool:
        """Whether a destination is within every limit in force (always, while the fence is off)."""
        return not self.is_enabled or not self._broken(point, above_home_m, home)

    def check(self, point: Point | None, above_home_m: float, home: Point, now_ms: int) -> int:
        """New breaches since the last look (bits of FENCE_TYPE); where no place is known, only of the height."""
        broken = self._broken(point, above_home_m, home) if self.is_enabled else 0
        fresh = broken & ~self.breaches
        self.breaches = broken
        if fresh:
            self.breach_count += 1
            self.breach_time_ms = now_ms
            self.breach_type = int(_BREACH_OF[fresh & -fresh])
        return fresh

    def outside_m(self, point: Point, home: Point) -> float:
        """Metres beyond the worst broken horizontal limit; 0 or less when none is."""
        worst = -math.inf
        if self.types & POLYGON:
            worst = max((shape.outside_m(point) for shape in self._store.shapes), default=worst)
        if self.types & CIRCLE:
            worst = max(worst, math.dist(point, home) - self._parameters["FENCE_RADIUS"])
        return worst

    def problem(self) -> str:
        """Why the vehicle may not arm, in ArduPilot's words; empty when it may."""
        if self._parameters["FENCE_ENABLE"] > 0 and not self._present:
            return "Fences enabled, but none selected"
        if not self.is_enabled:
            return ""
        firmware = self._firmware
        if self._parameters["FENCE_RADIUS"] < self._parameters["FENCE_MARGIN"]:
            which = "Circle " if firmware.names_fences else ""
            return f"{which}FENCE_MARGIN is {firmware.margin_is} than FENCE_RADIUS"
        if not self.breaches:
            return ""
        return f"Vehicle breaching {_named(self.breaches)}" if firmware.names_fences else "vehicle outside fence"

    def _broken(self, point: Point | None, above_home_m: float, home: Point) -> int:
        types = self.types
        broken = 0
        if types & ALT_MAX and above_home_m > self._parameters["FENCE_ALT_MAX"]:
            broken |= ALT_MAX
        if point is None:
            return broken
        if types & CIRCLE and math.dist(point, home) > self._parameters["FENCE_RADIUS"]:
            broken |= CIRCLE
        if types & POLYGON and any(shape.is_broken(point) for shape in self._store.shapes):
            broken |= POLYGON
        return broken


def _named(types: int) -> str:
    """``Max Alt and Polygon fences``."""
    names = [name for bit, name in _NAMES.items() if types & bit]
    listed = " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
    return f"{listed} fence{'s' if len(names) > 1 else ''}"


def _problem(new: Sequence[Item]) -> str:
    """What is wrong with an uploaded fence, in ArduPilot's words; empty when nothing is."""
    command, count, missing, has_return_point = 0, 0.0, 0, False
    for item in new:
        if item.command in _POLYGONS:
            if item.p1 < 3:
                return f"Invalid vertex count ({int(item.p1)})"
            if not missing:
                command, count, missing = item.command, item.p1, int(item.p1)
            elif item.command != command:
                return f"Received incorrect vertex type (want={_kind(command)} got={_kind(item.command)})"
            elif item.p1 != count:
                return f"Unexpected vertex count want={int(count)} got={int(item.p1)}"
            missing -= 1
        elif missing:
            return f"Received incorrect type (want={_kind(command)} got={_kind(item.command)})"
        elif item.command in _CIRCLES and item.p1 <= 0:
            return "Non-positive circle radius"
        elif item.command == mavlink.MAV_CMD_NAV_FENCE_RETURN_POINT:
            if has_return_point:
                return "Multiple return points"
            has_return_point = True
        if items.refusal_of_place(item.x, item.y) != ACCEPTED:
            return "Bad lat or lon"
    return "Incorrect item count" if missing else ""


def _bytes_of(new: Sequence[Item]) -> int:
    """A header, then type, count and vertices of each polygon, type, centre and radius of each circle."""
    total, seq = 4, 0
    while seq < len(new):
        item = new[seq]
        if item.command in _POLYGONS:
            total += 2 + 8 * int(item.p1)
            seq += int(item.p1)
        else:
            total += 13 if item.command in _CIRCLES else 9
            seq += 1
    return total


def _kind(command: int) -> int:
    """ArduPilot's own number for a kind of fence item, as its messages show it."""
    kinds = {5000: 95, 5001: 98, 5002: 97, 5003: 92, 5004: 93}
    return kinds[command]
