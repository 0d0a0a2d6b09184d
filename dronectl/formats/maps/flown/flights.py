"""What a map page shows of flown tracks: parts without a gap, thinned to what can be seen, in drawing units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.maps.page import MAP_BOX
from dronectl.formats.maps.view import MapView
from dronectl.formats.tracks.columns import numbered
from dronectl.formats.tracks.simplify import simplified
from dronectl.geodesy.columns import on_plane
from dronectl.geodesy.plane import LocalPlane
from dronectl.model.geo import GeoPoint
from dronectl.model.track.gaps import gaps_behind
from dronectl.model.track.track import EventKind, Track

MOST_FIXES = 80_000
"""On one page, of all its flights: some 4 MB."""
LEAST_TOLERANCE_M = 0.5
"""A third of a dot of a map of a town, and less than what a receiver knows."""
_ON_GROUND_M = 3.0
"""Above home: a recording that begins or ends higher up lacks the take-off or the landing."""
_AT_THE_END_MS = 3_000
"""So near to the first or the last fix motors begin, or end, where it is."""
_COARSEST_M = 10_000.0

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A stretch without a gap: all of its fixes, and those that are ``kept`` to be drawn, with ``seconds`` from the
    flight's first fix on and places in drawing units."""

    whole: Track
    kept: Track
    seconds: Numbers
    x: Numbers
    y: Numbers

    def between(self, begin_s: float, end_s: float) -> tuple[Numbers, Numbers]:
        """The drawn line from one time to another, as far as it is within the part."""
        begin_s, end_s = max(begin_s, float(self.seconds[0])), min(end_s, float(self.seconds[-1]))
        if begin_s > end_s:
            return np.empty(0), np.empty(0)
        inside = self.seconds[(self.seconds > begin_s) & (self.seconds < end_s)]
        seconds = np.concatenate([[begin_s], inside, [end_s]])
        return np.interp(seconds, self.seconds, self.x), np.interp(seconds, self.seconds, self.y)


@dataclass(frozen=True, slots=True, eq=False)
class Flight:
    """``number`` counts the flights of one drone from 1, ``index`` all of the page from 0."""

    track: Track
    index: int
    number: int
    colour: str
    parts: tuple[Part, ...]

    @property
    def gaps(self) -> list[tuple[float, float]]:
        """From and to, in seconds from the first fix on."""
        return [(float(one.seconds[-1]), float(two.seconds[0])) for one, two in pairwise(self.parts)]

    @property
    def begins_on_ground(self) -> bool:
        return self._is_on_ground(0, EventKind.ARMED)

    @property
    def ends_on_ground(self) -> bool:
        return self._is_on_ground(-1, EventKind.DISARMED)

    def _is_on_ground(self, fix: int, told: EventKind) -> bool:
        """By its height, or as its motors began or ended there: a roof is higher, and barometers drift."""
        near = np.timedelta64(_AT_THE_END_MS, "ms")
        at = self.track.time_utc[fix]
        return not self.track.relative_altitude_m[fix] > _ON_GROUND_M or any(
            event.kind is told and abs(event.time_utc - at) <= near for event in self.track.events
        )


@dataclass(frozen=True, slots=True)
class Flights:
    """All of a page. Each fix that is not drawn lies within ``tolerance_m``, at its own time, of what is."""

    flights: tuple[Flight, ...]
    view: MapView
    tolerance_m: float
    fixes: int
    """As recorded."""
    drawn: int


def drawn_flights(tracks: Sequence[Track], colours: Mapping[str, str], tolerance_m: float = 0.0) -> Flights:
    """The flights with a view of all of them; ``tolerance_m``: at least. Tracks thinned before tell no gaps."""
    view = view_of(tracks)
    whole = [_parts(track) for track in tracks]
    tolerance_m = max(tolerance_m, LEAST_TOLERANCE_M)
    thinned = _thinned(whole, tolerance_m)
    while _count(thinned) > MOST_FIXES and tolerance_m < _COARSEST_M:
        thinned = _thinned(thinned, tolerance_m)  # what is left out twice may be as far off twice
        tolerance_m *= 2.0
    flights = tuple(
        Flight(
            track,
            index,
            number,
            colours[track.name],
            tuple(_part(*part, track, view) for part in zip(whole[index], parts, strict=True)),
        )
        for index, ((number, track), parts) in enumerate(zip(numbered(tracks), thinned, strict=True))
    )
    return Flights(flights, view, tolerance_m, sum(map(len, tracks)), _count(thinned))


def view_of(tracks: Sequence[Track]) -> MapView:
    """All of them in the picture, by a plane through their middle; over the antimeridian the short way."""
    origin = float(tracks[0].lon_deg[0])
    east = [(track.lon_deg - origin + 180.0) % 360.0 - 180.0 for track in tracks]
    south, north = (float(edge([edge(track.lat_deg) for track in tracks])) for edge in (np.min, np.max))
    west, east_most = (float(edge([edge(one) for one in east])) for edge in (np.min, np.max))
    middle = GeoPoint((south + north) / 2, _longitude(origin + (west + east_most) / 2))
    corners = [GeoPoint(lat, _longitude(origin + lon)) for lat in (south, north) for lon in (west, east_most)]
    return MapView.of(LocalPlane(middle), corners, MAP_BOX)


def seconds_of(times_utc: NDArray[np.datetime64], track: Track) -> Numbers:
    """From the track's first fix on."""
    seconds: Numbers = (times_utc - track.time_utc[0]) / np.timedelta64(1, "s")
    return seconds


def spots(lat_deg: Numbers, lon_deg: Numbers, view: MapView) -> tuple[Numbers, Numbers]:
    """Places in drawing units, as :meth:`MapView.at` has them."""
    x0, y0 = view.at_xy((0.0, 0.0))
    east_m, north_m = on_plane(view.frame, lat_deg, lon_deg)
    return x0 + east_m * view.scale, y0 - north_m * view.scale


def _thinned(flights: Sequence[Sequence[Track]], tolerance_m: float) -> list[list[Track]]:
    return [[simplified(part, tolerance_m) for part in parts] for parts in flights]


def _count(flights: Sequence[Sequence[Track]]) -> int:
    return sum(len(part) for parts in flights for part in parts)


def _parts(track: Track) -> list[Track]:
    cuts = np.flatnonzero(gaps_behind(track)) + 1
    edges = [0, *cuts.tolist(), len(track)]
    return [track.take(slice(first, after)) for first, after in pairwise(edges)]


def _part(whole: Track, kept: Track, track: Track, view: MapView) -> Part:
    x, y = spots(kept.lat_deg, kept.lon_deg, view)
    return Part(whole, kept, seconds_of(kept.time_utc, track), x, y)


def _longitude(lon_deg: float) -> float:
    return lon_deg if -180.0 <= lon_deg <= 180.0 else (lon_deg + 180.0) % 360.0 - 180.0
