"""A GeoJSON file (RFC 7946) as features with points, lines and polygons of our own; every problem is collected."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from dronectl.errors import InputError
from dronectl.geodesy.distance import great_circle_m
from dronectl.geodesy.wgs84_names import is_wgs84
from dronectl.model.degrees import degrees_to_e7
from dronectl.model.geo import GeoPoint, GeoPolygon, Ring
from dronectl.model.ground.places import MOST_OF_A_SITE, SIMPLIFY, TOO_MANY_OF_A_SITE, surely_more
from dronectl.site.table import Problems, Table, as_number, printable, shown

FARTHEST_FROM_HOME_M = 50_000.0
"""A feature farther from the site's home than any battery reaches is a mistake, most often swapped coordinates."""

_COORDINATE_ORDER = "[longitude, latitude] in degrees"


@dataclass(slots=True)
class RawFeature:
    """One feature: its properties, ready to be read, and its geometry, not yet looked at."""

    properties: Table
    geometry: object
    source: str
    home: GeoPoint | None
    measures: bool = True

    def point(self) -> GeoPoint | None:
        """The place of a Point; None after reporting why there is none."""
        coordinates = self._coordinates("Point")
        return None if coordinates is None else self._place(coordinates, "coordinates")

    def line(self) -> tuple[GeoPoint, ...] | None:
        """The points of a LineString, repeated ones dropped."""
        coordinates = self._coordinates("LineString")
        if coordinates is None:
            return None
        points = self._places(coordinates, "coordinates")
        if points is None:
            return None
        points = _without_repeats(points)
        if len(points) < 2:
            self._report("geometry", "found a line of one place, allowed at least 2 different places")
            return None
        if self._crosses_antimeridian(points):
            return None
        return tuple(points)

    def polygon(self) -> GeoPolygon | None:
        """A valid Polygon: rings closed in the file and open here, exterior counter-clockwise, holes clockwise.

        Unless it ``measures``, it may cross itself or have no area.
        """
        coordinates = self._coordinates("Polygon")
        if coordinates is None:
            return None
        if not coordinates:
            self._report("geometry", "found a polygon without a ring, allowed at least one")
            return None
        rings = [self._ring(ring, number) for number, ring in enumerate(coordinates)]
        good = [ring for ring in rings if ring is not None]
        if len(good) != len(rings):
            return None
        if any(self._crosses_antimeridian(ring) for ring in good):
            return None
        polygon = GeoPolygon(_oriented(good[0], ccw=True), tuple(_oriented(hole, ccw=False) for hole in good[1:]))
        problem = _polygon_problem(polygon) if self.measures else None
        if problem:
            self._report("geometry", f"found {problem}, allowed a simple polygon with an area")
            return None
        return polygon

    # -- inside -------------------------------------------------------------------------------------------------

    def _report(self, key: str, message: str) -> None:
        self.properties.report(key, message)

    def _coordinates(self, wanted: str) -> list[object] | None:
        geometry = self.geometry
        if not isinstance(geometry, dict):
            self._report("geometry", f"found {shown(geometry)}, allowed a {wanted}")
            return None
        kind = geometry.get("type")
        if kind != wanted:
            more = "; make one feature of each part" if isinstance(kind, str) and kind == f"Multi{wanted}" else ""
            self._report("geometry", f"found {shown(kind)}, allowed a {wanted}{more}")
            return None
        coordinates = geometry.get("coordinates")
        if not isinstance(coordinates, list):
            self._report("geometry", f"found coordinates {shown(coordinates)}, allowed a list")
            return None
        return coordinates

    def _ring(self, value: object, number: int) -> Ring | None:
        name = "outer ring" if number == 0 else f"hole {number}"
        if not isinstance(value, list):
            self._report("geometry", f"found {shown(value)} as {name}, allowed a list of {_COORDINATE_ORDER}")
            return None
        points = self._places(value, name)
        if points is None:
            return None
        if len(points) < 4:
            self._report(
                "geometry", f"found {len(points)} positions in the {name}, allowed at least 4, the last as the first"
            )
            return None
        if points[0] != points[-1]:
            self._report(
                "geometry",
                f"found the {name} open (first {points[0]}, last {points[-1]}), allowed a closed one: "
                "its last position repeats the first",
            )
            return None
        ring = _without_repeats(points)[:-1]
        different = len(set(ring)) or 1
        if different < 3:
            self._report("geometry", f"found {different} different places in the {name}, allowed at least 3")
            return None
        return tuple(ring)

    def _places(self, values: Sequence[object], name: str) -> list[GeoPoint] | None:
        """All places of a ring or line. Only the first bad one is reported: the others fail alike."""
        points: list[GeoPoint] = []
        for index, value in enumerate(values):
            point = self._place(value, f"{name}, position {index}")
            if point is None:
                return None
            points.append(point)
        return points

    def _place(self, value: object, name: str) -> GeoPoint | None:
        numbers = [as_number(element) for element in value] if isinstance(value, list) else []
        if len(numbers) not in (2, 3) or any(number is None for number in numbers):
            self._report("geometry", f"found {shown(value)} as {name}, allowed {_COORDINATE_ORDER}")
            return None
        lon_deg, lat_deg = numbers[0] or 0.0, numbers[1] or 0.0
        if not (-90.0 <= lat_deg <= 90.0 and -180.0 <= lon_deg <= 180.0):
            self._report(
                "geometry",
                f"found {shown(value)} as {name}, allowed {_COORDINATE_ORDER}{self._swapped(lat_deg, lon_deg)}",
            )
            return None
        point = GeoPoint.from_e7(degrees_to_e7(lat_deg), degrees_to_e7(lon_deg))
        if self.home is not None and great_circle_m(point, self.home) > FARTHEST_FROM_HOME_M:
            away_km = great_circle_m(point, self.home) / 1000.0
            self._report(
                "geometry",
                f"found {shown(value)} as {name}, {away_km:,.0f} km from the site's home, allowed "
                f"{_COORDINATE_ORDER} within {FARTHEST_FROM_HOME_M / 1000:.0f} km{self._swapped(lat_deg, lon_deg)}",
            )
            return None
        return point

    def _swapped(self, lat_deg: float, lon_deg: float) -> str:
        """A word on swapped coordinates when swapping them back brings the place to the site."""
        if not -90.0 <= lon_deg <= 90.0 or not -180.0 <= lat_deg <= 180.0:
            return ""
        other = GeoPoint(lon_deg, lat_deg)
        if self.home is not None and great_circle_m(other, self.home) > FARTHEST_FROM_HOME_M:
            return ""
        return " (these look swapped: GeoJSON coordinates are lon,lat)"

    def _crosses_antimeridian(self, points: Sequence[GeoPoint]) -> bool:
        longitudes = [point.lon_deg for point in points]
        if max(longitudes) - min(longitudes) <= 180.0:
            return False
        self._report(
            "geometry", "found a shape that crosses the antimeridian (180° E/W), allowed one on one side of it"
        )
        return True


def read_features(
    text: str, *, file: str, home: GeoPoint | None, problems: Problems, measures: bool = True
) -> list[RawFeature]:
    """The features of a FeatureCollection; with ``measures``, their polygons will have to be sound.

    Raises:
        InputError: too many places, not JSON (line and column are named), or not a FeatureCollection.
    """
    if surely_more(text, MOST_OF_A_SITE):
        raise InputError(f"{file}: {TOO_MANY_OF_A_SITE}", hint=SIMPLIFY)
    try:
        document = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_unique_keys)
    except json.JSONDecodeError as error:
        raise InputError(f"{file}: not valid JSON: {error.msg} (line {error.lineno}, column {error.colno})") from error
    except RecursionError as error:
        raise InputError(f"{file}: not valid GeoJSON: nested too deeply") from error
    except ValueError as error:
        raise InputError(f"{file}: not valid GeoJSON: {printable(str(error))}") from error
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        found = document.get("type") if isinstance(document, dict) else document
        raise InputError(f"{file}: type: found {shown(found)}, allowed 'FeatureCollection'")
    members = document.get("features")
    if not isinstance(members, list):
        raise InputError(f"{file}: features: found {shown(members)}, allowed a list of features")
    _require_wgs84(document, file, problems)
    if not members:
        problems.add(f"{file}: features: found none, allowed at least one")
    found_features = (_feature(member, index, file, home, problems, measures) for index, member in enumerate(members))
    return [feature for feature in found_features if feature is not None]


def _require_wgs84(member: Mapping[str, object], where: str, problems: Problems) -> None:
    """GeoJSON of 2008 may name another system, in the file or in any part of it."""
    crs = member.get("crs")
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else crs
    if not (isinstance(name, str) and is_wgs84(name)):
        problems.add(
            f"{where}: crs: found {shown(name)}, allowed none: RFC 7946 has WGS 84 only "
            "('zones import' transforms others)"
        )


def _feature(
    member: object, index: int, file: str, home: GeoPoint | None, problems: Problems, measures: bool
) -> RawFeature | None:
    source = f"{file}#{index}"
    if not isinstance(member, dict) or member.get("type") != "Feature":
        found = member.get("type") if isinstance(member, dict) else member
        problems.add(f"{file}: feature #{index}: type: found {shown(found)}, allowed 'Feature'")
        return None
    properties = member.get("properties")
    if not isinstance(properties, dict):
        problems.add(
            f"{file}: feature #{index}: properties: found {shown(properties)}, allowed an object with 'kind' and 'id'"
        )
        return None
    name = properties.get("id")
    label = f"feature #{index}" + (f" {printable(name[:40])}" if isinstance(name, str) else "")
    locate: Callable[[str], str] = lambda _key: file  # noqa: E731
    geometry = member.get("geometry")
    for part in (member, geometry):
        if isinstance(part, dict):
            _require_wgs84(part, f"{file}: {label}", problems)
    return RawFeature(Table(properties, problems, locate, label), geometry, source, home, measures)


def _polygon_problem(polygon: GeoPolygon) -> str | None:
    from dronectl.site.geometry import polygon_problem  # shapely and pyproj: see load_site

    return polygon_problem(polygon)


def _oriented(ring: Ring, *, ccw: bool) -> Ring:
    """The ring in the wanted direction. Coordinates are taken from its first point, to lose no digits."""
    origin = ring[0]
    doubled_area = sum(
        (a.lon_deg - origin.lon_deg) * (b.lat_deg - origin.lat_deg)
        - (b.lon_deg - origin.lon_deg) * (a.lat_deg - origin.lat_deg)
        for a, b in zip(ring, (*ring[1:], ring[0]), strict=True)
    )
    return ring if (doubled_area > 0) == ccw else (ring[0], *reversed(ring[1:]))


def _without_repeats(points: Sequence[GeoPoint]) -> list[GeoPoint]:
    return [point for index, point in enumerate(points) if index == 0 or point != points[index - 1]]


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"found {word}, which is no JSON number")


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"found the key '{twice}' twice in one object")
    return dict(pairs)
