"""A hot-spot patrol comes back to every point as often as it promises."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rule import Found, Rule, found
from dronectl.checks.trajectory.leg import LegKind
from dronectl.checks.wording import Form
from dronectl.model.ground.zone import PointOfInterest
from dronectl.model.plan.hotspot import HotspotFigures

BESIDE_M = 0.5
"""A hover counts for a point if it is off the standoff distance by no more."""

LONGER_S, LONGER_SHARE = 15.0, 0.01
"""By so much, and this share of the promise, the two estimates of time may differ."""


ALONE = Form(
    "{gap:.1f} min without a visit to point {point} from minute {begin:.1f} of patrol {patrol}; at most {most:g} min "
    "promised",
    "ไม่มีโดรนไปที่จุด {point} นาน {gap} นาที ตั้งแต่นาทีที่ {begin} ของภารกิจ {patrol} สัญญาไว้ไม่เกิน {most} นาที",
)


def find(flights: Sequence[Flight], ground: Ground) -> Iterator[Found]:
    """One finding for each point that is left alone for too long."""
    for promise in ground.hotspots:
        own = [flight for flight in flights if flight.patrol == promise.patrol]
        for spot in promise.spots:
            point = next((one for one in ground.site.zones.points if one.id == spot.id), None)
            if point is None or not own:
                continue
            gap_s, begin_s = longest_gap_s(stays_at(point, spot.standoff_m, own, promise, ground), promise.period_s)
            if gap_s <= promise.max_idleness_s * (1.0 + LONGER_SHARE) + LONGER_S:
                continue
            last = _last_before(own, promise, begin_s)
            yield found(
                "idleness",
                last,
                ALONE(
                    gap=gap_s / 60.0,
                    point=point.id,
                    begin=begin_s / 60.0,
                    patrol=promise.patrol,
                    most=promise.max_idleness_s / 60.0,
                ),
                amount=(gap_s - promise.max_idleness_s) / 60.0,
                unit="min",
            )


def stays_at(
    point: PointOfInterest, standoff_m: float, flights: Sequence[Flight], promise: HotspotFigures, ground: Ground
) -> list[tuple[float, float]]:
    """From and to, in seconds of the period, of every hover at the point's standoff distance."""
    x_m, y_m = ground.frame.point_to_xy(point.position)
    stays = []
    for flight in flights:
        begins_s = _begins_s(flight, promise)
        for leg in flight.legs:
            off_m = abs(math.hypot(leg.end.x_m - x_m, leg.end.y_m - y_m) - standoff_m)
            if leg.kind is LegKind.HOLD and off_m <= BESIDE_M:
                stays.append((begins_s + leg.start_s, begins_s + leg.end_s))
    return sorted(stays)


def _begins_s(flight: Flight, promise: HotspotFigures) -> float:
    """Take-off in seconds of the period; a sortie that the promise does not know comes after it."""
    wave = flight.sortie - promise.first_sortie
    known = 0 <= wave < len(promise.wave_starts_s)
    return flight.start_s + (promise.wave_starts_s[wave] if known else promise.period_s)


def longest_gap_s(stays: Sequence[tuple[float, float]], period_s: float) -> tuple[float, float]:
    """The longest time with nobody there, and when it begins."""
    return max(gaps_s(stays, period_s))


def gaps_s(stays: Sequence[tuple[float, float]], period_s: float) -> list[tuple[float, float]]:
    """Each time with nobody there, up to the end of the period, and when it begins."""
    ends_s = itertools.accumulate((end_s for _, end_s in stays), max, initial=0.0)
    begins_s = [*(begin_s for begin_s, _ in stays), period_s]
    return [(begin_s - alone_s, alone_s) for alone_s, begin_s in zip(ends_s, begins_s, strict=True)]


def _last_before(flights: Sequence[Flight], promise: HotspotFigures, moment_s: float) -> Flight:
    """The last flight to take off before a moment, else the first."""
    before = [flight for flight in flights if _begins_s(flight, promise) <= moment_s]
    return max(before or flights[:1], key=lambda flight: _begins_s(flight, promise))


RULE = Rule(
    id="idleness",
    title="Back in time",
    explanation="No point of a hot-spot patrol is left alone for longer than the max_idleness_min of its mission, "
    "from the first take-off to the end of its period. A hover counts if it is at the point's standoff distance.",
    find=find,
    why="The promise is what tells random rounds from careless ones.",
    source="Koper (1995): return to a hot spot at least every two hours. The mission's [hotspot].",
    example="75.2 min without a visit to point market from minute 48.0 of patrol hotspots; at most 60 min promised",
    remedy="Build the plan again, or raise max_idleness_min in the mission.",
)
