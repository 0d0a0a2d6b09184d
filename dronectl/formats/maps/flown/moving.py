"""What the script of a page moves: each flight as columns of numbers, on the time of its outing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from dronectl.formats.maps import profile
from dronectl.formats.maps.flown.flights import Flight, Flights, Numbers, Part, seconds_of
from dronectl.formats.maps.flown.outings import Outing
from dronectl.formats.maps.words import shown
from dronectl.formats.tracks.view import AMSL_DATUM
from dronectl.model.text.shown_time import clock, zone_label
from dronectl.model.track.track import EventKind

if TYPE_CHECKING:
    from dronectl.formats.tracks.track_document import TrackDocument


def moving(flights: Flights, outings: Sequence[Outing], document: TrackDocument) -> dict[str, object]:
    """What the script moves: for each flight its parts as columns (seconds of its outing, place in the drawing, height,
    speed, battery, height above the sea) and its modes."""
    placed = {index: (number, from_s) for number, one in enumerate(outings) for index, from_s in one.members}
    return {
        "scale": flights.view.scale,
        "profile": [profile.LEFT, profile.RIGHT],
        "outings": [
            {
                "end": round(one.end_s, 1),
                "clock": _clock_of(one, document),
                "flights": [index for index, _ in one.members],
            }
            for one in outings
        ],
        "flights": [_flight_data(flight, *placed[index]) for index, flight in enumerate(flights.flights)],
    }


def _clock_of(outing: Outing, document: TrackDocument) -> dict[str, object] | None:
    """Seconds of the day at which it begins, and what stands behind a time of day."""
    if outing.begins is None:
        return None
    hours, minutes, seconds = clock(outing.begins, document.zone, seconds=True)[:8].split(":")
    begins_s = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
    return {"begin": begins_s, "zone": zone_label(outing.begins, document.zone)}


def _flight_data(flight: Flight, outing: int, from_s: float) -> dict[str, object]:
    track = flight.track
    heights_known = bool(np.isfinite(track.relative_altitude_m).any())
    modes = [event for event in track.events if event.kind is EventKind.MODE]
    begun = seconds_of(np.array([mode.time_utc for mode in modes], "datetime64[us]"), track) + from_s
    return {
        "name": shown(track.name),
        "colour": flight.colour,
        "outing": outing,
        "datum": "" if heights_known else AMSL_DATUM,
        "modes": sorted([begin, shown(mode.text)] for begin, mode in zip(begun.round(2).tolist(), modes, strict=True)),
        "parts": [
            [
                _rounded(part.seconds + from_s, 2),
                _rounded(part.x, 2),
                _rounded(part.y, 2),
                _rounded(part.kept.relative_altitude_m if heights_known else part.kept.amsl_altitude_m, 1),
                _rounded(_speeds_m_s(part), 1),
                _rounded(part.kept.battery_pct, 0),
                _rounded(part.kept.amsl_altitude_m, 1),
            ]
            for part in flight.parts
        ],
    }


def _speeds_m_s(part: Part) -> Numbers:
    """As recorded, from each fix that is drawn to the next one: the mean of all that were."""
    first = np.searchsorted(part.whole.time_utc, part.kept.time_utc)
    speeds = part.whole.ground_speed_m_s
    known = np.isfinite(speeds)
    sums = np.add.reduceat(np.where(known, speeds, 0.0), first)
    counts = np.add.reduceat(known.astype(np.float64), first)
    means: Numbers = np.divide(sums, counts, out=np.full(len(first), np.nan), where=counts > 0.0)
    return means


def _rounded(column: Numbers, decimals: int) -> list[float | None]:
    """Null where it is not known; one null for a column of which nothing is."""
    if not np.isfinite(column).any():
        return []
    whole = decimals == 0
    return [None if value != value else int(value) if whole else value for value in np.round(column, decimals).tolist()]
