"""Every leg keeps clear of masts, towers and trees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import shapely

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.geometry import nearest_on, within_heights
from dronectl.checks.rule import PLACE_TOLERANCE_M, Found, Rule, found
from dronectl.checks.wording import Form

NEAR = Form(
    "{distance:.1f} m from obstacle '{id}' ({name}, {height:g} m tall) on {leg}; at least {margin:g} m required",
    "ห่างสิ่งกีดขวาง '{id}' ({name} สูง {height} ม.) {distance} ม. ที่{leg} ต้องห่างอย่างน้อย {margin} ม.",
    many="within {margin} m of obstacle '{id}' ({name}, {height} m tall), nearest {distance} m",
    many_thai="ห่างสิ่งกีดขวาง '{id}' ({name} สูง {height} ม.) ไม่ถึง {margin} ม. ใกล้ที่สุด {distance} ม.",
)
INSIDE = Form(
    "{distance:.1f} m inside obstacle '{id}' ({name}, {height:g} m tall) on {leg}; at least {margin:g} m away required",
    "เข้าไปในสิ่งกีดขวาง '{id}' ({name} สูง {height} ม.) {distance} ม. ที่{leg} ต้องห่างอย่างน้อย {margin} ม.",
    many="inside obstacle '{id}' ({name}, {height} m tall), deepest {distance} m",
    many_thai="เข้าไปในสิ่งกีดขวาง '{id}' ({name} สูง {height} ม.) ลึกที่สุด {distance} ม.",
)


def find(flights: Sequence[Flight], ground: Ground) -> Iterator[Found]:
    """One finding for each leg and obstacle, taken as an upright cylinder."""
    margin_m = ground.site.rules.keep_out_margin_m
    for flight in flights:
        shapes = flight.distinct_shapes
        heights_m = (obstacle.height_m for obstacle in ground.site.zones.obstacles)
        for (obstacle, centre), height_m in zip(ground.obstacles, heights_m, strict=True):
            least_m = obstacle.radius_m + margin_m - PLACE_TOLERANCE_M
            for index in np.flatnonzero(shapely.distance(centre, shapes) < least_m):
                leg = flight.distinct[index]
                shape = within_heights(leg, -np.inf, obstacle.height_m)
                if shape is None:
                    continue
                clearance_m = float(shapely.distance(centre, shape)) - obstacle.radius_m
                if clearance_m >= margin_m - PLACE_TOLERANCE_M:
                    continue
                how = NEAR if clearance_m > 0 else INSIDE
                yield found(
                    "obstacle",
                    flight,
                    how(
                        distance=abs(clearance_m),
                        id=obstacle.id,
                        name=obstacle.name,
                        height=height_m,
                        leg=leg.words(),
                        margin=margin_m,
                    ),
                    item=leg.item,
                    zone=obstacle.id,
                    where=nearest_on(shape, centre),
                    extent=shape,
                    amount=margin_m - clearance_m,
                    unit="m",
                    group=f"{obstacle.id} {leg.way}",
                    leg=leg,
                )


RULE = Rule(
    id="obstacle",
    title="Clear of obstacles",
    explanation="A leg that is lower than an obstacle must pass it at [rules] keep_out_margin_m or more from its side.",
    find=find,
    why="Masts and trees are on no map of the autopilot: it flies into them.",
    source="Features of kind 'obstacle' in geofences/: upright cylinders that stand on the ground where they are.",
    example="2.1 m from obstacle 'mast' (เสา, 60 m tall) on leg 3→4; at least 10 m required",
    remedy="Fly higher than the obstacle, or lead the leg around it.",
)
