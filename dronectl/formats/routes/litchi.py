"""Litchi's missions: CSV as Mission Hub exports it, and as the many programs write it that feed Litchi.

A line a place, by the names of the columns; separated by commas or semicolons. Heights are above the take-off
(``altitudemode`` 0) or above the ground (1), in metres or feet; actions are pairs of columns. A speed of 0 is the
mission's own, which the file does not have.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from dronectl.errors import InputError
from dronectl.formats.routes.route import MOST_PLACES, HeightAbove, Route, RoutePoint
from dronectl.formats.text.told import Tell, unheard
from dronectl.formats.text.xml_tree import number_of
from dronectl.model.geo import GeoPoint
from dronectl.model.text.plain_text import plain

_FOOT_M = 0.3048
_NEEDED = ("latitude", "longitude")
_HEIGHTS = {"altitude(m)": 1.0, "altitude(ft)": _FOOT_M, "altitude": 1.0}
_SPEEDS = {"speed(m/s)": 1.0, "speed(mph)": 0.44704, "speed(km/h)": 1.0 / 3.6}
_NO_ACTION, _STAY, _PHOTOGRAPH = -1, 0, 1
_OTHER_ACTIONS = {
    2: "start of a recording",
    3: "end of a recording",
    4: "turn of the aircraft",
    5: "tilt of the camera",
}
_ABOVE = {0: HeightAbove.HOME, 1: HeightAbove.GROUND}


def read_litchi_csv(text: str, *, source: str, tell: Tell = unheard) -> Route:
    """The route of a file.

    Raises:
        InputError: no columns of Litchi's, or a value that is none; with the line.
    """
    text = text.removeprefix("\ufeff")
    head = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",")
    told = Counter[str]()
    try:
        names = [cell.strip().lower() for cell in next(rows, [])]
        height = next((name for name in _HEIGHTS if name in names), None)
        if height is None or any(name not in names for name in _NEEDED):
            raise InputError(
                f"{source}:1: no columns latitude, longitude and altitude(m)", hint="is it a mission of Litchi's?"
            )
        points: list[RoutePoint] = []
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            if len(points) == MOST_PLACES:
                raise InputError(f"{source}:{rows.line_num}: more than {MOST_PLACES} places")
            cells = dict(zip(names, row, strict=False))
            triggers = bool(points and points[-1].trigger_m)
            points.append(_point(cells, height, f"{source}:{rows.line_num}", told, triggers=triggers))
    except csv.Error as error:
        raise InputError(f"{source}:{rows.line_num}: no CSV: {error}") from error
    if not points:
        raise InputError(f"{source}: holds no places")
    for what, count in told.items():
        tell(f"{source}: not taken over: {what}" + (f" ({count} times)" if count > 1 else ""))
    return Route(tuple(points))


def _point(row: Mapping[str, str], height: str, where: str, told: Counter[str], *, triggers: bool) -> RoutePoint:
    """``triggers``: the camera does until here."""

    def number(column: str, default: float = 0.0) -> float:
        cell = row.get(column, "").strip()
        return number_of(cell.replace(",", "."), where, column) if cell else default

    for column in (*_NEEDED, height):
        if not row.get(column, "").strip():
            raise InputError(f"{where}: no {column}")
    try:
        place = GeoPoint(number("latitude"), number("longitude"))
    except ValueError as error:
        raise InputError(f"{where}: {error}") from error
    mode = number("altitudemode")
    if mode not in _ABOVE:
        raise InputError(f"{where}: altitudemode is {mode:g}: 0 (above take-off) or 1 (above ground) is wanted")
    speed_m_s = next((number(name) * unit for name, unit in _SPEEDS.items() if name in row), 0.0)
    point = RoutePoint(place, round(number(height) * _HEIGHTS[height], 3), _ABOVE[int(mode)], speed_m_s or None)
    spacing_m = number("photo_distinterval", -1.0)
    if spacing_m > 0.0 or triggers:
        point = replace(point, trigger_m=max(spacing_m, 0.0))
    if number("photo_timeinterval", -1.0) > 0.0:
        told["photographs by time"] += 1
    if number("curvesize(m)") > 0.0:
        told["curves at places: they are flown through"] += 1
    if number("poi_latitude") or number("poi_longitude"):
        told["points of interest that the camera follows"] += 1
    return _with_actions(point, row, where, told)


def _with_actions(point: RoutePoint, row: Mapping[str, str], where: str, told: Counter[str]) -> RoutePoint:
    for column, cell in row.items():
        if column is None or not column.startswith("actiontype") or not cell.strip():
            continue
        kind = int(number_of(cell, where, column))
        match kind:
            case _ if kind == _NO_ACTION:
                continue
            case _ if kind == _STAY:
                given = row.get(column.replace("type", "param"), "").strip() or "0"
                stay_s = max(number_of(given, where, column), 0.0) / 1000.0
                point = replace(point, stay_s=point.stay_s + stay_s)
            case _ if kind == _PHOTOGRAPH:
                point = replace(point, photographs=point.photographs + 1)
            case _:
                told[_OTHER_ACTIONS.get(kind, f"action {plain(str(kind), 20)}")] += 1
    return point
