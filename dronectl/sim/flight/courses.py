"""From one place of a mission to the next: straight or curved, and whether it is stopped at or flown through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dronectl.sim.flight.fly_leg import FlyLeg
from dronectl.sim.flight.legs import NOTHING, Leg, Limits, Vector
from dronectl.sim.flight.places import Place
from dronectl.sim.flight.spline import Curve, FlyCurve, way
from dronectl.sim.vehicle.items import Item

SPLINE = 82
_FLOWN_TO = frozenset({16, 17, 19, 94})
"""Straight legs that the one before goes on into: to waypoints, and to places to stay at."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A place of the mission and the item that it is from."""

    item: Item
    place: Place

    @property
    def is_curved(self) -> bool:
        return self.item.command == SPLINE


After = Callable[[int, Place], tuple[int, Stop] | None]
"""The next place after item ``seq``, which is at ``Place``."""


def course(
    seq: int, start: Place, stop: Stop, limits: Limits, *, stays: bool, after: After, came_by: object
) -> FlyLeg | FlyCurve:
    """How item ``seq`` is flown to from ``start``. ``came_by``: what was flown before, if it was flown to its end."""
    following = None if stays else after(seq, stop.place)
    if stop.is_curved:
        return _curve(start, stop.place, limits, following, after, came_by)
    leg, before = _begun(start, stop.place, limits, came_by)
    if following is None:
        return FlyLeg(leg, limits, before=before)
    beyond = following[1]
    if beyond.is_curved:
        curve = _next_curve(following, stop.place, way(start, stop.place), limits, after)
        leg.change_end(curve.first_m_s)
        return FlyLeg(leg, limits, before=before, passes=True)
    if beyond.item.command in _FLOWN_TO:
        return FlyLeg(leg, limits, before=before, after=Leg(stop.place, beyond.place, limits))
    return FlyLeg(leg, limits, before=before)


def _begun(start: Place, end: Place, limits: Limits, came_by: object) -> tuple[Leg, Leg | None]:
    """The leg, of which some may be flown, and the one before, if that is not quite over."""
    if isinstance(came_by, FlyLeg) and came_by.after is not None and came_by.after.end == end:
        return came_by.after, None if came_by.leg.is_over else came_by.leg
    if isinstance(came_by, FlyCurve) and came_by.flows:
        return Leg(start, end, limits, from_m_s=came_by.now_m_s), None
    return Leg(start, end, limits), None


def _curve(
    start: Place, end: Place, limits: Limits, following: tuple[int, Stop] | None, after: After, came_by: object
) -> FlyCurve:
    leaves, now_m_s = NOTHING, 0.0
    if isinstance(came_by, FlyLeg) and came_by.flows:
        leaves, now_m_s = came_by.leg.whole, came_by.leg.at(came_by.leg.elapsed_s)[1]
    elif isinstance(came_by, FlyCurve) and came_by.flows:
        leaves, now_m_s = came_by.curve.arrives, came_by.now_m_s
    curve = Curve(start, end, leaves, _arrives(start, end, following), limits)
    to_m_s = curve.last_m_s
    if following is not None and to_m_s > 0.0:
        if following[1].is_curved:
            to_m_s = min(to_m_s, _next_curve(following, end, curve.arrives, limits, after).first_m_s)
        elif following[1].item.command in _FLOWN_TO:
            to_m_s = min(to_m_s, Leg(end, following[1].place, limits).top_m_s)
    return FlyCurve(curve, from_m_s=now_m_s, to_m_s=to_m_s)


def _next_curve(following: tuple[int, Stop], start: Place, leaves: Vector, limits: Limits, after: After) -> Curve:
    seq, stop = following
    beyond = None if stop.item.p1 > 0 else after(seq, stop.place)
    return Curve(start, stop.place, leaves, _arrives(start, stop.place, beyond), limits)


def _arrives(start: Place, end: Place, following: tuple[int, Stop] | None) -> Vector:
    """The direction of a curve at its end: of the next leg, or halfway between when that is a curve too."""
    if following is None:
        return NOTHING
    beyond = following[1]
    return way(start if beyond.is_curved else end, beyond.place)
