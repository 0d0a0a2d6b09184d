"""How much of the zones the photographs of a plan show, worked out from the mission items alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.trajectory.route import LegKind
from dronectl.model.plan.pattern import Pattern

GRID_M = 1e-4
"""Without a grid GEOS may lose whole areas in a union and still call the result valid."""


def covered_pct(flights: Sequence[Flight], ground: Ground) -> float | None:
    """Share of the coverage patrols' zones, less the keep-outs, that photographing legs show; None: no such patrol.

    A leg shows a strip as wide as a photograph is across, from its start to its end.
    """
    patrols = {flight.patrol for flight in flights}
    wanted = [
        ground.areas[zone]
        for patrol in ground.site.patrols
        if patrol.id in patrols and patrol.pattern is Pattern.COVERAGE
        for zone in patrol.zones
        if zone in ground.areas
    ]
    if not wanted:
        return None
    closed = [area for _, area in ground.closed_for(*flights)]
    target = shapely.difference(
        shapely.union_all(wanted, grid_size=GRID_M), shapely.union_all(closed, grid_size=GRID_M), grid_size=GRID_M
    )
    if target.area == 0:
        return None
    shown = [strip for flight in flights for strip in strips(flight)]
    seen = shapely.union_all(np.array(shown, dtype=object), grid_size=GRID_M)
    return 100.0 * float(shapely.intersection(seen, target, grid_size=GRID_M).area / target.area)


def strips(flight: Flight, *, only_photographed: bool = True) -> list[shapely.Geometry]:
    """What each leg shows; without ``only_photographed``, whatever the camera does."""
    return [
        shapely.buffer(shape, flight.drone.camera.footprint_m(leg.start.height_m)[0] / 2, cap_style="flat")
        for leg, shape in zip(flight.legs, flight.shapes, strict=True)
        if (leg.camera_on or not only_photographed) and leg.kind is LegKind.TRAVEL and shape.length > 0
    ]
