"""A mission against the fence that its drone carries: of the same file, or uploaded together.

The fence on board knows no altitudes: a leg over an exclusion is in it. Who flies there returns or brakes, and the
patrol is over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import shapely

from dronectl.checks.carried_areas import CarriedArea, carried_areas
from dronectl.checks.flight import Flight, Ground
from dronectl.checks.geometry import nearest_on, worst_point
from dronectl.checks.rule import PLACE_TOLERANCE_M, Found, found
from dronectl.checks.trajectory.leg import Leg
from dronectl.checks.wording import Form, recognised
from dronectl.model.plan.finding import Message, Severity

SAME_AREA_M = 0.1
"""Two outlines that are nowhere farther apart are one, drawn once in geofences/ and once on board."""

OUTSIDE = Form(
    "{amount:.1f} m outside its own fence's {area} on {leg}",
    "ออกนอก{area}ของเขตบินบนโดรนเอง {amount} ม. ที่{leg}",
    many="outside its own fence's {area}, farthest {amount} m",
    many_thai="ออกนอก{area}ของเขตบินบนโดรนเอง ไกลที่สุด {amount} ม.",
)
THROUGH = Form(
    "{length:.1f} m of {leg} go through its own fence's {area}, up to {amount:.1f} m deep",
    "{leg} ผ่าน{area}ของเขตบินบนโดรนเอง {length} ม. ลึกที่สุด {amount} ม.",
    many="through its own fence's {area}, deepest {amount} m",
    many_thai="ผ่าน{area}ของเขตบินบนโดรนเอง ลึกที่สุด {amount} ม.",
)
NEAR = Form(
    "{clearance:.1f} m from the edge of its own fence's {area} on {leg}; with less than {margin:g} m an error of the "
    "position ends the patrol",
    "ห่างขอบ{area}ของเขตบินบนโดรนเอง {clearance} ม. ที่{leg} ถ้าน้อยกว่า {margin} ม. ตำแหน่งคลาดเคลื่อนจะทำให้จบภารกิจ",
    many="within {margin} m of the edge of its own fence's {area}, nearest {clearance} m",
    many_thai="ห่างขอบ{area}ของเขตบินบนโดรนเองไม่ถึง {margin} ม. ใกล้ที่สุด {clearance} ม.",
)
STOPPED = Form(
    "{message} (allowed, but the fence on board stops it there)",
    "{message} (อนุญาตแล้ว แต่เขตบินบนโดรนจะหยุดโดรนที่นั่น)",
    many="{message} (allowed, but the fence on board stops it there)",
    many_thai="{message} (อนุญาตแล้ว แต่เขตบินบนโดรนจะหยุดโดรนที่นั่น)",
)


def own_fence(flight: Flight, areas: Sequence[CarriedArea], ground: Ground) -> Iterator[Found]:
    """One finding for each leg and area. ``zone`` is the feature of geofences/ that is drawn there, if one is."""
    moves = [index for index, shape in enumerate(flight.distinct_shapes) if shape.length > 0.0]
    if not moves:
        return  # where it only climbs and stands, its home is what counts
    shapes = flight.distinct_shapes[moves]
    legs = [flight.distinct[index] for index in moves]
    for area in areas:
        zone, margin_m = _in_geofences(area, ground), ground.site.rules.fence_margin_m
        told: set[int] = set()
        for index in np.flatnonzero(_may_break(area, shapes)):
            one = _crossing(flight, area, legs[index], shapes[index], zone)
            if one is not None:
                told.add(int(index))
                yield one
        if zone is None:  # else its own rule keeps the margin
            edge = area.shape.boundary
            for index in np.flatnonzero(shapely.distance(edge, shapes) < margin_m - PLACE_TOLERANCE_M):
                if int(index) not in told:
                    yield _near(flight, area, legs[index], shapes[index], margin_m)


def told_elsewhere(judged: Sequence[Found]) -> list[Found]:
    """Without what another rule tells of the same leg and the same feature of geofences/.

    Where that is authorised, so is this; yet the fence on board knows of no paper.
    """
    others = [one for one in judged if one.finding.rule != "on-board" and one.finding.zone is not None]
    errors, authorised = (
        {_what(one) for one in others if one.finding.severity is severity}
        for severity in (Severity.ERROR, Severity.AUTHORISED)
    )
    told = []
    for one in judged:
        what = _what(one) if one.finding.rule == "on-board" else None
        if what in authorised and what not in errors:
            words = STOPPED(message=one.finding.words or recognised(one.finding.message))
            told.append(replace(one, finding=replace(one.finding.saying(words), severity=Severity.WARNING)))
        elif what not in errors:
            told.append(one)
    return told


def _what(one: Found) -> tuple[object, ...]:
    finding = one.finding
    return (finding.drone, finding.sortie, finding.item, finding.zone)


def _may_break(area: CarriedArea, shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    """Which legs leave an inclusion or meet an exclusion; those that only touch it are among them."""
    reached: npt.NDArray[np.bool_]
    if area.centre is None:
        shapely.prepare(area.shape)
        reached = ~shapely.covers(area.shape, shapes) if area.is_inclusion else shapely.intersects(area.shape, shapes)
    elif area.is_inclusion:
        reached = shapely.hausdorff_distance(shapes, area.centre) > area.radius_m
    else:
        reached = shapely.distance(area.centre, shapes) < area.radius_m
    return reached


def _crossing(flight: Flight, area: CarriedArea, leg: Leg, shape: shapely.Geometry, zone: str | None) -> Found | None:
    where, amount_m = worst_point(shape, area.outside_m if area.is_inclusion else area.depth_m)
    if amount_m <= PLACE_TOLERANCE_M:
        return None
    if area.is_inclusion:
        message = OUTSIDE(amount=amount_m, area=area.words, leg=leg.words())
    else:
        length_m = shapely.intersection(shape, area.shape).length
        message = THROUGH(length=length_m, leg=leg.words(), area=area.words, amount=amount_m)
    return _found(flight, area, leg, message, where, shape, amount_m, Severity.ERROR, zone)


def _near(flight: Flight, area: CarriedArea, leg: Leg, shape: shapely.Geometry, margin_m: float) -> Found:
    edge = area.shape.boundary
    clearance_m = float(shapely.distance(edge, shape))
    message = NEAR(clearance=clearance_m, area=area.words, leg=leg.words(), margin=margin_m)
    where = nearest_on(shape, edge)
    return _found(flight, area, leg, message, where, shape, margin_m - clearance_m, Severity.WARNING, None)


def _found(
    flight: Flight,
    area: CarriedArea,
    leg: Leg,
    message: Message,
    where: shapely.Point,
    shape: shapely.Geometry,
    amount_m: float,
    severity: Severity,
    zone: str | None,
) -> Found:
    return found(
        "on-board",
        flight,
        message,
        item=leg.item,
        zone=zone,
        where=where,
        extent=shape,
        amount=amount_m,
        unit="m",
        severity=severity,
        group=f"{area.seq} {leg.way}",
    )


def only_on_board(flight: Flight, ground: Ground) -> list[CarriedArea]:
    """Areas of the fence of a drone that nothing in geofences/ is drawn as."""
    return [area for area in carried_areas(flight, ground)[0] if _in_geofences(area, ground) is None]


def _in_geofences(area: CarriedArea, ground: Ground) -> str | None:
    """The feature of geofences/ with the same outline: the fence, a hole of it, a keep-out or an obstacle."""
    for feature_id, shape in ground.outlines:
        if shapely.hausdorff_distance(shape.exterior, area.shape.exterior) < SAME_AREA_M:
            return feature_id
    return None
