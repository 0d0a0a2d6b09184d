"""No leg enters a keep-out volume or comes nearer to it than the margin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import shapely

from dronectl.checks.failsafe_returns import failsafe_returns
from dronectl.checks.flight import Flight, Ground
from dronectl.checks.geometry import depth_inside, nearest_on, within_heights
from dronectl.checks.rule import PLACE_TOLERANCE_M, Found, Rule, found
from dronectl.checks.wording import Form
from dronectl.model.ground.zone import KeepOut

INSIDE = Form(
    "{amount:.1f} m inside keep-out '{id}' ({name}) on {leg}",
    "เข้าไปในเขตห้ามเข้า '{id}' ({name}) {amount} ม. ที่{leg}",
    many="inside keep-out '{id}' ({name}), deepest {amount} m",
    many_thai="เข้าไปในเขตห้ามเข้า '{id}' ({name}) ลึกที่สุด {amount} ม.",
)
NEAR = Form(
    "{clearance:.1f} m from keep-out '{id}' ({name}) on {leg}; at least {margin:g} m required",
    "ห่างเขตห้ามเข้า '{id}' ({name}) {clearance} ม. ที่{leg} ต้องห่างอย่างน้อย {margin} ม.",
    many="within {margin} m of keep-out '{id}' ({name}), nearest {clearance} m",
    many_thai="ห่างเขตห้ามเข้า '{id}' ({name}) ไม่ถึง {margin} ม. ใกล้ที่สุด {clearance} ม.",
)


def find(flights: Sequence[Flight], ground: Ground) -> Iterator[Found]:
    """What legs enter, and what straight failsafe returns from them would."""
    yield from entered(flights, ground)
    yield from failsafe_returns(flights, ground)


def entered(flights: Sequence[Flight], ground: Ground) -> Iterator[Found]:
    """One finding for each leg and keep-out. The margin is horizontal; over and under it is outside."""
    for flight in flights:
        for keep_out, area in ground.closed_for(flight):
            yield from _check_legs(flight, keep_out, area, ground.site.rules.keep_out_margin_m)


def _check_legs(flight: Flight, keep_out: KeepOut, area: shapely.Polygon, margin_m: float) -> Iterator[Found]:
    shapes = flight.distinct_shapes
    for index in np.flatnonzero(shapely.distance(area, shapes) < margin_m - PLACE_TOLERANCE_M):
        leg = flight.distinct[index]
        shape = within_heights(leg, keep_out.floor_m, keep_out.ceiling_m)
        if shape is None:
            continue
        clearance_m = float(shapely.distance(area, shape))
        if clearance_m >= margin_m - PLACE_TOLERANCE_M:
            continue
        where, amount_m = depth_inside(shape, area) if clearance_m == 0 else (nearest_on(shape, area), 0.0)
        if amount_m > 0:
            message = INSIDE(amount=amount_m, id=keep_out.id, name=keep_out.dated_name, leg=leg.words())
        else:
            amount_m = margin_m - clearance_m
            message = NEAR(
                clearance=clearance_m, id=keep_out.id, name=keep_out.dated_name, leg=leg.words(), margin=margin_m
            )
        told = found(
            "keep-out",
            flight,
            message,
            item=leg.item,
            zone=keep_out.id,
            where=where,
            extent=shape,
            amount=amount_m,
            unit="m",
            group=f"{keep_out.id} {leg.way}",
            leg=leg,
        )
        yield replace(told, is_person=keep_out.is_person)


RULE = Rule(
    id="keep-out",
    title="Out of the keep-outs",
    explanation="No leg may enter a keep-out between its floor and its ceiling, or come nearer to it there than "
    "[rules] keep_out_margin_m. Over its ceiling and under its floor is outside. One that is dated (valid_from, "
    "valid_until, hours, days) closes then, and counts for a flight that may be in the air then: at the times of the "
    "timetable, at the moment of 'fly' and of orders, and for a plan without times at any hour of its day. A warning "
    "names the items from which a straight failsafe return would cross a keep-out, an obstacle or the fence.",
    find=find,
    why="A keep-out is a volume that nobody may enter: a hospital, a crowd, a tower, an island with birds.",
    source="Features of kind 'keep_out' in geofences/; heights are above the ground there. Margin: "
    "[rules] keep_out_margin_m.",
    example="50.0 m inside keep-out 'tower' (หอโหวด) on leg 2→3",
    remedy="Move the item, lead the leg around (a place is named where there is one) or fly over the keep-out's "
    "ceiling; of one with hours, give the plan its time: plan build --start. A failsafe return cannot be led around: "
    "keep the pilot ready to take over at the items named.",
)
