"""GPX (1.0 and 1.1, https://www.topografix.com/GPX/1/1/): routes, tracks and waypoints.

Heights in GPX are those of the ground or of a recording, above mean sea level, so they are none to fly at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dronectl.errors import InputError
from dronectl.formats.routes.route import Route, RoutePoint
from dronectl.formats.text.told import Tell, unheard
from dronectl.formats.text.xml_tree import Element, number_of, read_xml
from dronectl.model.geo import GeoPoint


@dataclass(frozen=True, slots=True)
class GpxWay:
    """A route, or one segment of a track."""

    name: str
    places: tuple[GeoPoint, ...]
    where: str


@dataclass(frozen=True, slots=True)
class Gpx:
    """``waypoints`` have one place each."""

    routes: tuple[GpxWay, ...]
    tracks: tuple[GpxWay, ...]
    waypoints: tuple[GpxWay, ...]


def read_gpx(data: bytes, *, source: str, tell: Tell = unheard) -> Gpx:
    """Everything with a place in a file; routes and segments without places are told.

    Raises:
        InputError: no GPX, or a place that is none; with the line.
    """
    root = read_xml(data, source=source, root=("gpx",))
    tracks = [(one, segment) for one in root.all("trk") for segment in one.all("trkseg")]
    return Gpx(
        tuple(_ways(((one, one.all("rtept")) for one in root.all("rte")), tell)),
        tuple(_ways(((one, segment.all("trkpt")) for one, segment in tracks), tell)),
        tuple(_ways(((one, iter([one])) for one in root.all("wpt")), tell)),
    )


def gpx_route(data: bytes, *, source: str, tell: Tell = unheard) -> Route:
    """The route of a file, else its track: the first one, the others are told. Its places have no heights.

    Raises:
        InputError: as :func:`read_gpx`, or neither route nor track.
    """
    gpx = read_gpx(data, source=source, tell=tell)
    ways = gpx.routes or gpx.tracks
    if not ways:
        raise InputError(f"{source}: no route and no track in it")
    first, *others = ways
    if not gpx.routes:
        tell(f"{first.where}: no route, so the track with its {len(first.places)} places is taken")
    for other in others:
        tell(f"{other.where}: passed over: '{other.name}', {len(other.places)} places; one is taken of a file")
    if gpx.routes and gpx.tracks:
        tell(f"{gpx.tracks[0].where}: passed over: tracks, as there is a route")
    if gpx.waypoints:
        tell(f"{gpx.waypoints[0].where}: passed over: {len(gpx.waypoints)} waypoints of no route")
    return Route(tuple(RoutePoint(place, None) for place in first.places))


def _ways(found: Iterable[tuple[Element, Iterator[Element]]], tell: Tell) -> Iterator[GpxWay]:
    for named, points in found:
        places = tuple(_place(point) for point in points)
        if places:
            yield GpxWay(named.words("name"), places, named.where)
        else:
            tell(f"{named.where}: {named.name} without places")


def _place(point: Element) -> GeoPoint:
    numbers = []
    for axis in ("lat", "lon"):
        if axis not in point.attributes:
            raise InputError(f"{point.where}: {point.name} has no {axis}")
        numbers.append(number_of(point.attributes[axis], point.where, axis))
    try:
        return GeoPoint(*numbers)
    except ValueError as error:
        raise InputError(f"{point.where}: {error}") from error
