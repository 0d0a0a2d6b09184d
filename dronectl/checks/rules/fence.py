"""Every leg lies inside the drone's fence, and keeps the margin to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import shapely

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.geometry import nearest_on, worst_point
from dronectl.checks.rule import PLACE_TOLERANCE_M, Found, Rule, found
from dronectl.checks.wording import Form

NO_FENCE = Form("no fence in geofences/ for this drone", "ไม่มีแนวเขตบินใน geofences/ สำหรับโดรนลำนี้")
NEAR = Form(
    "{clearance:.1f} m from the fence '{fence}' on {leg}; at least {margin:g} m required",
    "ห่างแนวเขตบิน '{fence}' {clearance} ม. ที่{leg} ต้องห่างอย่างน้อย {margin} ม.",
    many="within {margin} m of the fence '{fence}', nearest {clearance} m",
    many_thai="ห่างแนวเขตบิน '{fence}' ไม่ถึง {margin} ม. ใกล้ที่สุด {clearance} ม.",
)
OUTSIDE = Form(
    "{amount:.1f} m outside the fence '{fence}' on {leg}",
    "ออกนอกแนวเขตบิน '{fence}' {amount} ม. ที่{leg}",
    many="outside the fence '{fence}', farthest {amount} m",
    many_thai="ออกนอกแนวเขตบิน '{fence}' ไกลที่สุด {amount} ม.",
)


def find(flights: Sequence[Flight], ground: Ground) -> Iterator[Found]:
    """One finding a leg."""
    for flight in flights:
        fence = ground.fence_area(flight.drone.name)
        if fence is None:
            yield found("fence", flight, NO_FENCE())
            continue
        yield from _check_legs(flight, *fence, ground.site.rules.fence_margin_m)


def _check_legs(flight: Flight, fence_id: str, area: shapely.Polygon, margin_m: float) -> Iterator[Found]:
    shapes = flight.distinct_shapes
    if not shapes.size:
        return
    shapely.prepare(area)
    inside = shapely.covers(area, shapes)
    clearances_m = shapely.distance(area.boundary, shapes)
    for index in np.flatnonzero(~inside | (clearances_m < margin_m - PLACE_TOLERANCE_M)):
        leg, shape = flight.distinct[index], shapes[index]
        if inside[index]:
            clearance_m = float(clearances_m[index])
            where, amount_m = nearest_on(shape, area.boundary), margin_m - clearance_m
            message = NEAR(clearance=clearance_m, fence=fence_id, leg=leg.words(), margin=margin_m)
        else:
            where, amount_m = worst_point(shape, lambda points: shapely.distance(area, points))
            message = OUTSIDE(amount=amount_m, fence=fence_id, leg=leg.words())
        yield found(
            "fence",
            flight,
            message,
            item=leg.item,
            zone=fence_id,
            where=where,
            extent=shape,
            amount=amount_m,
            unit="m",
            group=f"{fence_id} {leg.way}",
            leg=leg,
        )


RULE = Rule(
    id="fence",
    title="Inside the fence",
    explanation="Every leg, with the take-off climb and the return at the mission's end, must lie inside the drone's "
    "fence and keep the margin [rules] fence_margin_m to it. Splines and circles are held against it as they are "
    "flown.",
    find=find,
    why="The autopilot's fence stops a drone only once it is outside: it then brakes or returns, and the patrol is "
    "over. The margin holds the error of the position, the cut corner and a gust.",
    source="The fence is the boundary that the site's operator answers for (kind 'fence' in geofences/). Splines: "
    "SplineCurve of ArduCopter 4.5, in chords that miss the curve by 1 cm at most.",
    example="40.0 m outside the fence 'site' on leg 4→5",
    remedy="Move the item that is named, or put a waypoint before it that leads around; 'plan check' names a place for "
    "either where it finds one.",
)
