"""The way ahead of one aircraft, held against where the others are now and where they go from there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import shapely

from dronectl.checks.approach import closest_approach
from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rule import PLACE_TOLERANCE_M, Found, found
from dronectl.checks.trajectory.leg import Leg, LegKind
from dronectl.checks.wording import Form

MEASURED_M = 1.0
"""Heights and places of two aircraft in the air are known to so much less than those of two plans."""
FOR_EVER_S = 1e5


STANDING = Form(
    "{distance:.1f} m from {drone} on the way ahead; at least {least:g} m required",
    "ทางข้างหน้าห่าง {drone} {distance} ม. ต้องห่างอย่างน้อย {least} ม.",
)
FLYING = Form(
    "{distance:.1f} m from {drone} on the way ahead {time:.0f} s from now; at least {least:g} m required",
    "ทางข้างหน้าห่าง {drone} {distance} ม. ในอีก {time} วินาที ต้องห่างอย่างน้อย {least} ม.",
)


@dataclass(frozen=True, eq=False)
class Other:
    """Another aircraft: ``flight`` is its way from where it is now, and its end is stayed at."""

    name: str
    flight: Flight
    radius_m: float = 0.0
    """Within this of its way it may be, as what is known of it is old, or where it goes is not known."""
    late_s: float = 0.0
    """So much later it may begin: an order to fly it is being given."""

    @property
    def stands(self) -> bool:
        """It goes nowhere."""
        return all(leg.kind is LegKind.HOLD for leg in self.flight.legs)


def staying(flight: Flight) -> Flight:
    """The same, and then for ever at its end."""
    last = flight.legs[-1]
    ends = Leg(LegKind.HOLD, last.item, last.item, last.end, last.end, last.end_s, last.end_s + FOR_EVER_S, False)
    return replace(flight, route=replace(flight.route, legs=(*flight.legs, ends)))


def apart(flight: Flight, others: Iterable[Other], ground: Ground) -> Iterator[Found]:
    """One finding for each other aircraft that the way comes too near to, on time or with either of them late.

    Who is too near already may go away.
    """
    rules = ground.site.rules
    for other in others:
        if other.name == flight.drone.name or not flight.legs:
            continue
        least_m = rules.separation_m - MEASURED_M + other.radius_m
        mine, theirs = staying(flight), other.flight
        now_m = float(np.linalg.norm(mine.corners[0] - theirs.corners[0]))
        closest = closest_approach(mine, theirs, delay_s=rules.separation_delay_s + other.late_s, below_m=least_m)
        if closest is None or closest.distance_m >= min(least_m, now_m) - PLACE_TOLERANCE_M:
            continue
        x_m, y_m, _ = closest.first
        yield found(
            "separation",
            flight,
            (STANDING if other.stands else FLYING)(
                distance=closest.distance_m, drone=other.name, time=closest.time_s, least=least_m
            ),
            zone=other.name,
            where=shapely.Point(x_m, y_m),
            extent=shapely.LineString([closest.first[:2], closest.second[:2]]),
            amount=least_m - closest.distance_m,
            unit="m",
        )
