"""Mission Planner's small text files: ``.fen`` (a fence) and ``.ral`` (rally points); a ``.poly`` is written alike.

A ``.fen`` holds a place a line, latitude and longitude; comments start with ``#``. The first place is the return point
and the polygon follows, closed. In a ``.ral`` (MAVProxy writes it too) each line is the word RALLY, latitude,
longitude, altitude above home, break altitude, landing direction, flags: copters use the first three.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from dronectl.errors import InputError
from dronectl.formats.missions.wpl import MAX_ITEMS
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Command, Mission, MissionItem, MissionType

_RALLY_WORDS = range(4, 8)


def read_fen(text: str, *, source: str) -> Mission:
    """The fence of a ``.fen`` file: its polygon as inclusion, and the return point.

    Raises:
        InputError: a line that is no place, or fewer than three places after the first; with the line's number.
    """
    places = places_of(text, source=source)
    if not places:
        raise InputError(f"{source}: holds no places")
    ring = ring_of(places[1:], source=source)
    corners = [
        replace(_at(Command.FENCE_POLYGON_VERTEX_INCLUSION, GeoPoint(lat_deg, lon_deg)), param1=float(len(ring)))
        for lon_deg, lat_deg in ring
    ]
    return Mission((*corners, _at(Command.FENCE_RETURN_POINT, places[0])), MissionType.FENCE)


def read_fence_txt(text: str, *, source: str) -> Mission:
    """The same of a ``.txt``, as Mission Planner and MAVProxy once wrote fences: the ring must be closed in the file,
    because a list of places that is not could as well be an area, whose first place is no return point.

    Raises:
        InputError: as :func:`read_fen`, or a ring that is not closed.
    """
    lines = [words for words, _ in _lines(text, source)]
    if len(lines) > 1 and lines[1] != lines[-1]:
        raise InputError(
            f"{source}: the second place and the last one differ: as a fence the ring after the return point is closed",
            hint="an area without a return point is called .poly, a fence .fen",
        )
    return read_fen(text, source=source)


def read_ral(text: str, *, source: str) -> Mission:
    """The rally points of a ``.ral`` file.

    Raises:
        InputError: a line that is no rally point, or none at all; with the line's number.
    """
    items = []
    for words, where in _lines(text, source):
        if words[0].upper() != "RALLY" or len(words) not in _RALLY_WORDS:
            raise InputError(f"{where}: found {' '.join(words)[:40]!r}, RALLY latitude longitude altitude is wanted")
        point = _at(Command.RALLY_POINT, _place(words[1:3], where))
        items.append(point.with_altitude(_number(words[3], where)))
    if not items:
        raise InputError(f"{source}: holds no rally points")
    return Mission(tuple(items), MissionType.RALLY)


def first_words(text: str) -> list[str]:
    """Of the first line that says something; none where no line does."""
    return next((words for words, _ in _lines(text, "")), [])


def places_of(text: str, *, source: str) -> list[GeoPoint]:
    """The places of a file that has one a line.

    Raises:
        InputError: a line that is no place, with its number.
    """
    return [_place(words, where) for words, where in _lines(text, source)]


def _lines(text: str, source: str) -> Iterator[tuple[list[str], str]]:
    """The words of each line that says something, and where it stands."""
    count = 0
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        count += 1
        if count > MAX_ITEMS:
            raise InputError(f"{source}:{number}: more than {MAX_ITEMS} places")
        yield words, f"{source}:{number}"


def _place(words: Sequence[str], where: str) -> GeoPoint:
    if len(words) != 2:
        raise InputError(f"{where}: found {len(words)} columns, latitude and longitude are wanted")
    try:
        return GeoPoint(_number(words[0], where), _number(words[1], where))
    except ValueError as error:
        raise InputError(f"{where}: {error}") from error


def _number(word: str, where: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if "_" in word or not math.isfinite(value):
        raise InputError(f"{where}: found {word[:40]!r}, a number is wanted")
    return value


def ring_of(places: Sequence[GeoPoint], *, source: str) -> tuple[tuple[float, float], ...]:
    """Longitude and latitude of each corner, the first not repeated.

    Raises:
        InputError: fewer than three corners.
    """
    ring = [(place.lon_deg, place.lat_deg) for place in places]
    if len(ring) > 1 and ring[0] == ring[-1]:
        ring.pop()
    if len(ring) < 3:
        raise InputError(f"{source}: found {len(ring)} corners, at least 3 are wanted")
    return tuple(ring)


def _at(command: Command, place: GeoPoint) -> MissionItem:
    return MissionItem(command, lat_e7=place.lat_e7, lon_e7=place.lon_e7)
