"""Every leg keeps clear of masts, towers and trees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import shapely

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.geometry import nearest_on, within_heights
from dronectl.checks.rule import PLACE_TOLERANCE_M, Found, Rule, found


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
                how = f"passes {clearance_m:.1f} m from" if clearance_m > 0 else f"goes {-clearance_m:.1f} m deep into"
                yield found(
                    "obstacle",
                    flight,
                    f"{leg.words()} {how} obstacle '{obstacle.id}' ({obstacle.name}, {height_m:g} m tall), "
                    f"{margin_m:g} m are to be kept",
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
    example="leg 3→4 passes 2.1 m from obstacle 'mast' (เสา, 60 m tall), 10 m are to be kept",
    remedy="Fly higher than the obstacle, or lead the leg around it.",
)
