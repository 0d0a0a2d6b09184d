"""Which points of interest flights came by, and how long they were alone in between."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from dronectl.geodesy.plane import LocalPlane
from dronectl.model.ground.zone import PointOfInterest
from dronectl.model.text.shown_time import local_day, utc_of_us
from dronectl.model.track.period_report import SpotKept
from dronectl.model.track.track import Track

NEAR_M = 60.0
"""Whoever comes so near, or as near as the point is looked at from and a half more, sees it."""
APART_S = 60.0
"""Away for less it was there all the time."""

Spans = list[tuple[float, float]]


def spots_visited(tracks: Sequence[Track], points: Sequence[PointOfInterest], zone: ZoneInfo) -> tuple[SpotKept, ...]:
    """One for each point, in their order. Days are the site's."""
    flown: dict[date, Spans] = {}
    for track in tracks:
        seconds = _seconds(track)
        flown.setdefault(_day(seconds[0], zone), []).append((float(seconds[0]), float(seconds[-1])))
    found = []
    for point in points:
        visits = [span for track in tracks for span in _visits(track, point)]
        alone = [_longest_alone_s(day, spans, visits, zone) for day, spans in flown.items()]
        found.append(SpotKept(point.id, point.name, len(visits), max(alone, default=None)))
    return tuple(found)


def _seconds(track: Track) -> NDArray[np.float64]:
    since = track.time_utc.astype("datetime64[us]").astype(np.int64)
    seconds: NDArray[np.float64] = since / 1e6
    return seconds


def _day(moment_s: float, zone: ZoneInfo) -> date:
    moment = utc_of_us(int(moment_s * 1e6))
    return date.min if moment is None else local_day(moment, zone)


def _visits(track: Track, point: PointOfInterest) -> Spans:
    """From and to, in seconds since 1970."""
    plane = LocalPlane(point.position)
    east_m, north_m = plane.to_xy(type(point.position)(point.position.lat_deg + 0.001, point.position.lon_deg + 0.001))
    off_m = np.hypot(
        (track.lat_deg - point.position.lat_deg) * 1000.0 * north_m,
        (track.lon_deg - point.position.lon_deg) * 1000.0 * east_m,
    )
    near_m = max(NEAR_M, 1.5 * (point.standoff_m or 0.0))
    seconds = _seconds(track)[off_m <= near_m]
    if not len(seconds):
        return []
    cuts = np.flatnonzero(np.diff(seconds) > APART_S)
    begins = [seconds[0], *seconds[cuts + 1]]
    ends = [*seconds[cuts], seconds[-1]]
    return [(float(begin), float(end)) for begin, end in zip(begins, ends, strict=True)]


def _longest_alone_s(day: date, flown: Spans, visits: Spans, zone: ZoneInfo) -> float:
    """Between the first take-off and the last landing of a day."""
    begin, end = min(span[0] for span in flown), max(span[1] for span in flown)
    longest_s, last = 0.0, begin
    for came, went in sorted(visit for visit in visits if _day(visit[0], zone) == day):
        longest_s, last = max(longest_s, came - last), max(last, went)
    return max(longest_s, end - last)
