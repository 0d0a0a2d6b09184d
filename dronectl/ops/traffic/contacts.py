"""Who is in the sky: a fold over what transponders say, of whoever heard them."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field, replace

from dronectl.geodesy.plane import LocalPlane
from dronectl.model.geo import GeoPoint
from dronectl.model.traffic import Contact, TrafficReport

FORGOTTEN_S = 60.0
MOST_CONTACTS = 500
"""So many are kept: more are a fault, or somebody's invention."""
_COURSES_S = 10.0
"""So far back courses tell whether it turns."""
_TURNS_DEG_S = 0.2
"""Courses are rounded: what turns less than this flies straight on."""
_FASTEST_TURN_DEG_S = 6.0
_LEAST_SPAN_S = 4.0
_MOVED_LEAST_S, _MOVED_MOST_S = 5.0, 10.0
"""Places err by metres: two of them tell a course only with some way between them."""


@dataclass(slots=True)
class _Known:
    contact: Contact
    courses: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=32))
    """When, and a course that does not jump at north."""
    places: deque[tuple[float, GeoPoint]] = field(default_factory=lambda: deque(maxlen=64))
    tells_velocity: bool = False


class Contacts:
    """What is known of each aircraft. Times are on the clock of the reports."""

    def __init__(self) -> None:
        self._known: dict[int, _Known] = {}

    def take(self, report: TrafficReport) -> None:
        """One message. What it does not say stays as it was; one that is older than what is known is of no use."""
        known = self._known.get(report.address)
        if known is None or report.heard_s - known.contact.heard_s > FORGOTTEN_S:
            known = self._known[report.address] = _Known(Contact(report.address, report.source, report.heard_s))
            self._forget_most_distant_in_time()
        before = known.contact
        if report.heard_s < before.heard_s:
            return
        speed_m_s, track_deg = report.ground_speed_m_s, report.track_deg
        known.tells_velocity |= speed_m_s is not None
        if report.position is not None and not known.tells_velocity:
            speed_m_s, track_deg = _moved(known.places, report)
        if track_deg is not None and (speed_m_s or before.ground_speed_m_s):
            _add_course(known.courses, report.heard_s, track_deg)
        has_altitude = report.pressure_altitude_m is not None or report.ellipsoid_altitude_m is not None
        known.contact = replace(
            before,
            source=report.source,
            heard_s=report.heard_s,
            callsign=report.callsign or before.callsign,
            position=report.position or before.position,
            position_s=report.heard_s if report.position is not None else before.position_s,
            pressure_altitude_m=report.pressure_altitude_m if has_altitude else before.pressure_altitude_m,
            ellipsoid_altitude_m=report.ellipsoid_altitude_m if has_altitude else before.ellipsoid_altitude_m,
            altitude_s=report.heard_s if has_altitude else before.altitude_s,
            ground_speed_m_s=before.ground_speed_m_s if speed_m_s is None else speed_m_s,
            track_deg=before.track_deg if track_deg is None else track_deg,
            turn_deg_s=_turn_deg_s(known.courses, report.heard_s),
            climb_m_s=before.climb_m_s if report.climb_m_s is None else report.climb_m_s,
            on_ground=before.on_ground if report.on_ground is None else report.on_ground,
        )

    def at(self, now_s: float) -> tuple[Contact, ...]:
        """Those heard in the last :data:`FORGOTTEN_S`, the latest first."""
        self._known = {
            address: known for address, known in self._known.items() if now_s - known.contact.heard_s <= FORGOTTEN_S
        }
        return tuple(sorted((known.contact for known in self._known.values()), key=lambda contact: -contact.heard_s))

    def _forget_most_distant_in_time(self) -> None:
        if len(self._known) > MOST_CONTACTS:
            del self._known[min(self._known, key=lambda address: self._known[address].contact.heard_s)]


def _moved(places: deque[tuple[float, GeoPoint]], report: TrafficReport) -> tuple[float | None, float | None]:
    """Speed and course by its places, of one that tells no velocity."""
    assert report.position is not None
    places.append((report.heard_s, report.position))
    while report.heard_s - places[0][0] > _MOVED_MOST_S:
        places.popleft()
    before_s, before = places[0]
    took_s = report.heard_s - before_s
    if took_s < _MOVED_LEAST_S:
        return None, None
    east_m, north_m = LocalPlane(before).to_xy(report.position)
    return math.hypot(east_m, north_m) / took_s, math.degrees(math.atan2(east_m, north_m)) % 360.0


def _add_course(courses: deque[tuple[float, float]], at_s: float, track_deg: float) -> None:
    if courses:
        last = courses[-1][1]
        track_deg = last + (track_deg - last + 180.0) % 360.0 - 180.0
    courses.append((at_s, track_deg))
    while courses and courses[0][0] < at_s - _COURSES_S:
        courses.popleft()


def _turn_deg_s(courses: deque[tuple[float, float]], now_s: float) -> float:
    """The slope of its last courses, by least squares; 0: too few, or it flies straight on."""
    late = [(at_s, deg) for at_s, deg in courses if at_s >= now_s - _COURSES_S]
    if len(late) < 3 or late[-1][0] - late[0][0] < _LEAST_SPAN_S:
        return 0.0
    mean_s = sum(at_s for at_s, _ in late) / len(late)
    mean_deg = sum(deg for _, deg in late) / len(late)
    spread = sum((at_s - mean_s) ** 2 for at_s, _ in late)
    slope = sum((at_s - mean_s) * (deg - mean_deg) for at_s, deg in late) / spread
    return slope if _TURNS_DEG_S < abs(slope) <= _FASTEST_TURN_DEG_S else 0.0
