"""What drones keep away from, as arrays on a plane: how far many places are from all of it is a matter of
milliseconds, and needs no geometry engine."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, timedelta, tzinfo

import numpy as np
import numpy.typing as npt

from dronectl.geodesy.plane import LocalPlane
from dronectl.model.geo import GeoPoint, GeoPolygon
from dronectl.model.ground.zone import ZoneSet
from dronectl.model.rules import Rules
from dronectl.model.site import Site
from dronectl.model.validity import ALWAYS, Validity
from dronectl.ops.common import present
from dronectl.site.local_time import zone_of

FloatArray = npt.NDArray[np.float64]

HEIGHT_TOLERANCE_M = 2.0
"""Barometers err by so much: who flies nearer below or above a keep-out is not told to be in it."""
SOON = timedelta(minutes=1)
"""As far as a picture looks ahead: what closes within this is closed."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A fence, or a keep-out or obstacle between two heights above the site's ground. ``rings``: metres north, east."""

    what: str
    is_fence: bool
    rings: tuple[tuple[tuple[float, float], ...], ...]
    low_m: float = -math.inf
    high_m: float = math.inf
    radius_m: float = 0.0
    """Of what stands around a place, a ring of one."""
    validity: Validity = ALWAYS
    """When a dated keep-out closes."""


@dataclass(frozen=True, eq=False)
class Surroundings:
    """All of a site. ``fences``: the number of each drone's in ``limits``; ``homes_m``: how much higher than the site's
    ground its home is, where that is not level."""

    plane: LocalPlane
    rules: Rules
    limits: tuple[Limit, ...]
    fences: dict[str, int]
    homes_m: dict[str, float] = field(default_factory=dict)
    zone: tzinfo = UTC
    """By whose clock dated keep-outs close."""
    _starts: FloatArray = field(init=False, repr=False)
    _ends: FloatArray = field(init=False, repr=False)
    _first: npt.NDArray[np.intp] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        edges = [
            (a, b)
            for limit in self.limits
            for ring in limit.rings
            for a, b in zip(ring, ring[1:] + ring[:1], strict=True)
        ]
        counts = [sum(map(len, limit.rings)) for limit in self.limits]
        array = np.array(edges, dtype=np.float64).reshape(-1, 2, 2)
        object.__setattr__(self, "_starts", array[:, 0])
        object.__setattr__(self, "_ends", array[:, 1])
        object.__setattr__(self, "_first", np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.intp))

    def clearances_m(self, places: FloatArray) -> FloatArray:
        """(limits, n): how far each of (n, 3) places, metres north, east and up, is from each limit; below zero inside
        a keep-out or outside a fence; infinite where it is above or below it, and from what does not close now."""
        if not self.limits:
            return np.empty((0, len(places)))
        north, east = places[:, 0], places[:, 1]
        (n0, e0), (n1, e1) = self._starts.T[:, :, None], self._ends.T[:, :, None]
        dn, de = n1 - n0, e1 - e0
        length2 = np.maximum(dn * dn + de * de, 1e-9)
        share = np.clip(((north - n0) * dn + (east - e0) * de) / length2, 0.0, 1.0)
        apart = np.hypot(n0 + share * dn - north, e0 + share * de - east)
        nearest = np.minimum.reduceat(apart, self._first, axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            crossed = ((n0 > north) != (n1 > north)) & (east < e0 + de * (north - n0) / dn)
        inside = np.add.reduceat(crossed.astype(np.intp), self._first, axis=0) % 2 == 1
        signed = [self._signed(*of, up_m=places[:, 2]) for of in zip(self.limits, nearest, inside, strict=True)]
        now = present.hour()
        for number, limit in enumerate(self.limits):
            if not limit.validity.is_always and not limit.validity.in_force(now, now + SOON, self.zone):
                signed[number] = np.full(len(places), np.inf)
        return np.stack(signed)

    def _signed(
        self, limit: Limit, nearest_m: FloatArray, inside: npt.NDArray[np.bool_], *, up_m: FloatArray
    ) -> FloatArray:
        free = inside if limit.is_fence else ~inside
        clear: FloatArray = np.where(free, nearest_m, -nearest_m) - limit.radius_m
        low_m, high_m = limit.low_m + HEIGHT_TOLERANCE_M, limit.high_m - HEIGHT_TOLERANCE_M
        return np.where((up_m > low_m) & (up_m < high_m), clear, np.inf)


def surroundings_of(site: Site) -> Surroundings:
    """Fences, keep-outs and obstacles of a site. Elevation files are asked only where there are some."""
    plane = LocalPlane(site.home)
    zones, homes_m = (site.zones, {}) if site.terrain is None else _on_its_ground(site)
    fences = [Limit(f"fence '{fence.id}'", True, _rings(fence.polygon, plane)) for fence in zones.fences]
    keep_outs = [
        Limit(
            f"keep-out '{one.id}'",
            False,
            _rings(one.polygon, plane),
            one.floor_m if one.floor_m > 0.0 else -math.inf,
            math.inf if one.ceiling_m is None else one.ceiling_m,
            validity=one.validity,
        )
        for one in zones.keep_outs
    ]
    obstacles = [
        Limit(
            f"obstacle '{one.id}'",
            False,
            tuple(_ring([one.position], plane)),
            high_m=one.height_m,
            radius_m=one.radius_m,
        )
        for one in zones.obstacles
    ]
    of_drone = {drone.name: zones.fence_of(drone.name) for drone in site.drones}
    numbers = {name: zones.fences.index(fence) for name, fence in of_drone.items() if fence is not None}
    return Surroundings(plane, site.rules, (*fences, *keep_outs, *obstacles), numbers, homes_m, zone_of(site))


def _on_its_ground(site: Site) -> tuple[ZoneSet, dict[str, float]]:
    """Heights counted from the site's ground, of the zones and of each drone's home, as the checks have them."""
    from dronectl.checks.flight import Ground
    from dronectl.geodesy.frame import LocalFrame

    ground = Ground(site, date.min, LocalFrame(site.home))
    keep_outs = tuple(one for one, _ in ground.keep_outs)
    obstacles = tuple(one for one, _ in ground.obstacles)
    homes = {drone.name: ground.relief.known_at(*ground.frame.point_to_xy(drone.home)) for drone in site.drones}
    return replace(site.zones, keep_outs=keep_outs, obstacles=obstacles), homes


def _rings(polygon: GeoPolygon, plane: LocalPlane) -> tuple[tuple[tuple[float, float], ...], ...]:
    return tuple(ring for one in (polygon.exterior, *polygon.holes) for ring in _ring(one, plane))


def _ring(places: Sequence[GeoPoint], plane: LocalPlane) -> Iterator[tuple[tuple[float, float], ...]]:
    yield tuple((north, east) for east, north in map(plane.to_xy, places))
