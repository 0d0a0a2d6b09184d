"""No leg is higher above ground than the rules allow."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import shapely

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rule import HEIGHT_TOLERANCE_M, Found, Rule, found
from dronectl.checks.trajectory.leg import Leg, LegKind
from dronectl.checks.wording import Form
from dronectl.model.plan.fix import Fix, replaced

TOO_HIGH = Form(
    "{height:.1f} m above ground on {leg}; at most {ceiling:g} m allowed",
    "สูง {height} ม. เหนือพื้นดินที่{leg} อนุญาตไม่เกิน {ceiling} ม.",
    many="more than {ceiling} m above ground, highest {height} m",
    many_thai="สูงเกิน {ceiling} ม. เหนือพื้นดิน สูงที่สุด {height} ม.",
)


def find(flights: Sequence[Flight], ground: Ground) -> Iterator[Found]:
    """The legs above the ceiling, reported as one: the highest."""
    for flight in flights:
        if flight.legs:
            yield from _check_legs(flight, ground.site.rules.ceiling_m)


def _check_legs(flight: Flight, ceiling_m: float) -> Iterator[Found]:
    profiles = flight.profiles
    for index in np.flatnonzero(profiles.greatest_m > ceiling_m + HEIGHT_TOLERANCE_M):
        leg, shape = flight.distinct[index], flight.distinct_shapes[index]
        height_m, share = float(profiles.greatest_m[index]), float(profiles.greatest_at[index])
        x_m = leg.start.x_m + share * (leg.end.x_m - leg.start.x_m)
        y_m = leg.start.y_m + share * (leg.end.y_m - leg.start.y_m)
        yield found(
            "ceiling",
            flight,
            TOO_HIGH(height=height_m, leg=leg.words(), ceiling=ceiling_m),
            item=leg.item,
            where=shapely.Point(x_m, y_m),
            extent=shape,
            amount=height_m - ceiling_m,
            unit="m",
            group="ceiling",
            fix=_lower(flight, leg, height_m - ceiling_m) if share == 1.0 else None,
        )


def _lower(flight: Flight, leg: Leg, by_m: float) -> Fix | None:
    """The item at which the leg ends, down to the ceiling."""
    item = flight.mission.items[leg.item]
    if leg.kind not in (LegKind.TAKE_OFF, LegKind.TRAVEL) or item.altitude_m <= by_m:
        return None
    altitude_m = math.floor((item.altitude_m - by_m) * 100 + 1e-6) / 100
    words = f"lower item {leg.item} from {item.altitude_m:g} to {altitude_m:g} m"
    return Fix(words, (replaced(leg.item, item.with_altitude(altitude_m)),), mechanical=True)


RULE = Rule(
    id="ceiling",
    title="Under the ceiling",
    explanation="No point of the flight may be higher above ground than [rules] ceiling_m. The ground is what the "
    "elevation files of [terrain] say, relative to the ground at home; without files it is flat.",
    find=find,
    why="Above it manned aircraft fly, helicopters of the rescue service first.",
    source="Thailand, Ministry of Transport announcement B.E. 2558: 90 m above ground.",
    example="95.0 m above ground on leg 6→7; at most 90 m allowed",
    remedy="Lower the items named. 'plan check --fix' lowers them to the ceiling where that breaks no other rule.",
)
