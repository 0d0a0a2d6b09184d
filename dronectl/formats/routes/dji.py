"""DJI's routes: ``waylines.wpml``, mostly inside a ``.kmz`` of DJI Pilot 2, FlightHub 2 or DJI Fly.

WPML is KML with elements of DJI's own. A wayline is a Folder: a mode of heights and a Placemark for each place, with
groups of actions. Source: https://developer.dji.com/doc/cloud-api-tutorial/en/api-reference/dji-wpml/waylines-wpml.html
Stays and photographs are taken over; turns of the aircraft and the gimbal, recordings, curves are not, and are told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from dronectl.errors import InputError
from dronectl.formats.routes.route import MOST_PLACES, HeightAbove, Route, RouteEnd, RoutePoint
from dronectl.formats.text.told import Tell, unheard
from dronectl.formats.text.xml_tree import Element, number_of, read_xml
from dronectl.geodesy.geoid import egm96_m
from dronectl.model.geo import GeoPoint
from dronectl.storage.archive import Archive, is_archive

_WAYLINES = "waylines.wpml"
_ABOVE = {
    "relativeToStartPoint": HeightAbove.HOME,
    "WGS84": HeightAbove.SEA,
    "realTimeFollowSurface": HeightAbove.GROUND,
    "aboveGroundLevel": HeightAbove.GROUND,
}
_ELLIPSOIDAL = "WGS84"
_ENDS = {
    "goHome": RouteEnd.RETURN,
    "noAction": RouteEnd.HOVER,
    "autoLand": RouteEnd.LAND,
    "gotoFirstWaypoint": RouteEnd.FIRST,
}
_STRAIGHT_TURNS = ("", "toPointAndStopWithDiscontinuityCurvature")
_AHEAD = ("", "followWayline")
_MOST_PHOTOGRAPHS = MOST_PLACES
_MOST_ACTIONS = 2 * MOST_PLACES
_MOST_COMPARED = 5_000_000
"""Groups of actions times places: a second of work."""


def holds_dji_route(data: bytes, *, source: str) -> bool:
    """Whether an archive has a wayline in it.

    Raises:
        InputError: it is none.
    """
    with Archive(data, source=source) as archive:
        return bool(archive.names(_WAYLINES))


def read_dji_route(data: bytes, *, source: str, tell: Tell = unheard) -> Route:
    """The first wayline of a ``.kmz`` or ``.wpml`` file; further ones are told.

    Raises:
        InputError: no archive, no wayline in it, no WPML, or a value that is none; with the line.
    """
    if is_archive(data):
        with Archive(data, source=source) as archive:
            names = archive.names(_WAYLINES)
            if not names:
                raise InputError(
                    f"{source}: no DJI route ({_WAYLINES}) in this archive",
                    hint="shapes of a KMZ are taken by 'zones import'; DJI Pilot 2 packs a route that it has opened",
                )
            data, source = archive.read(names[0]), f"{source}: {names[0]}"
            for name in names[1:]:
                tell(f"{source}: passed over: {name}")
    document = read_xml(data, source=source, root=("kml",)).child("Document")
    waylines = [] if document is None else [one for one in document.all("Folder") if one.child("Placemark")]
    if document is None or not waylines:
        raise InputError(f"{source}: no route in it: no Folder with places", hint="is it DJI's waylines.wpml?")
    for other in waylines[1:]:
        tell(f"{other.where}: passed over: a further route; one is taken of a file")
    return _route(document.child("missionConfig"), waylines[0], tell)


def _route(settings: Element | None, wayline: Element, tell: Tell) -> Route:
    told = Counter[str]()
    mode = wayline.words("executeHeightMode")
    above = _ABOVE.get(mode)
    if above is None:
        found = f"{mode[:40]!r}" if mode else "none"
        raise InputError(f"{wayline.where}: executeHeightMode is {found}: {', '.join(_ABOVE)} are known")
    marks = _in_order(wayline)
    points = [_point(mark, above, wayline.number("autoFlightSpeed"), told) for mark in marks.values()]
    if mode == _ELLIPSOIDAL:
        points = _above_sea(points)
        tell(f"{wayline.where}: heights above the ellipsoid are taken above mean sea level, by EGM96")
    points = _with_actions(points, dict(zip(marks, range(len(points)), strict=True)), marks, wayline, told)
    end = _ENDS.get("" if settings is None else settings.words("finishAction"), RouteEnd.UNSAID)
    for what, count in told.items():
        tell(f"{wayline.where}: not taken over: {what}" + (f" ({count} times)" if count > 1 else ""))
    if settings is None:
        return Route(tuple(points), end=end)
    safe_m = settings.number("takeOffSecurityHeight")
    first = points[0]
    if settings.words("flyToWaylineMode") != "pointToPoint" and above is HeightAbove.HOME:
        safe_m = max(safe_m or 0.0, first.height_m or 0.0)
    return Route(tuple(points), safe_m, settings.number("globalTransitionalSpeed"), end)


def _in_order(wayline: Element) -> dict[int, Element]:
    """The places by their index.

    Raises:
        InputError: one index twice.
    """
    marks: dict[int, Element] = {}
    for place, mark in enumerate(wayline.all("Placemark")):
        index = mark.number("index")
        number = place if index is None else int(index)
        if number in marks:
            raise InputError(f"{mark.where}: a second place with index {number}")
        if place == MOST_PLACES:
            raise InputError(f"{mark.where}: more than {MOST_PLACES} places")
        marks[number] = mark
    return dict(sorted(marks.items()))


def _point(mark: Element, above: HeightAbove, usual_m_s: float | None, told: Counter[str]) -> RoutePoint:
    words = mark.words("Point", "coordinates").split(",")
    if len(words) < 2:
        raise InputError(f"{mark.where}: a place without longitude and latitude")
    try:
        place = GeoPoint(number_of(words[1], mark.where, "latitude"), number_of(words[0], mark.where, "longitude"))
    except ValueError as error:
        raise InputError(f"{mark.where}: {error}") from error
    height_m = mark.number("executeHeight")
    if height_m is None:
        raise InputError(f"{mark.where}: a place without executeHeight")
    if mark.words("waypointTurnParam", "waypointTurnMode") not in _STRAIGHT_TURNS:
        told["curves at places: they are flown through"] += 1
    if mark.words("waypointHeadingParam", "waypointHeadingMode") not in _AHEAD:
        told["headings of the aircraft"] += 1
    return RoutePoint(place, height_m, above, mark.number("waypointSpeed") or usual_m_s)


def _above_sea(points: list[RoutePoint]) -> list[RoutePoint]:
    lat, lon = np.array([(point.place.lat_deg, point.place.lon_deg) for point in points]).T
    return [
        replace(point, height_m=round((point.height_m or 0.0) - float(undulation_m), 3))
        for point, undulation_m in zip(points, egm96_m(lat, lon), strict=True)
    ]


def _with_actions(
    points: list[RoutePoint],
    place_of_index: Mapping[int, int],
    marks: Mapping[int, Element],
    wayline: Element,
    told: Counter[str],
) -> list[RoutePoint]:
    """What is done at the places, from the groups of actions: once at each, or all along."""
    groups = [(index, group) for index, mark in marks.items() for group in mark.all("actionGroup")]
    if len(groups) * len(points) > _MOST_COMPARED:
        raise InputError(f"{wayline.where}: {len(groups)} groups of actions at {len(points)} places: too many")
    count = 0
    for index, group in groups:
        start = _index(group, "actionGroupStartIndex", index)
        end = _index(group, "actionGroupEndIndex", start)
        trigger = group.words("actionTrigger", "actionTriggerType") or "reachPoint"
        spacing_m = group.number("actionTrigger", "actionTriggerParam")
        span = [place for other, place in place_of_index.items() if start <= other <= end]
        for action in group.all("action"):
            done = action.words("actionActuatorFunc")
            if trigger == "reachPoint" and span and (len(span) == 1 or done in ("takePhoto", "hover")):
                count += len(span)
                if count > _MOST_ACTIONS:
                    raise InputError(f"{action.where}: more than {_MOST_ACTIONS} actions at places")
                for place in span:
                    points[place] = _done_at(points[place], action, done, told)
            elif trigger == "multipleDistance" and done == "takePhoto" and span and spacing_m:
                points[span[0]] = replace(points[span[0]], trigger_m=spacing_m)
                points[span[-1]] = replace(points[span[-1]], trigger_m=0.0)
            else:
                told[f"{done or 'an action'} ({trigger})"] += 1
    for _ in wayline.all("startActionGroup"):
        told["actions before the first place"] += 1
    return points


def _index(group: Element, name: str, default: int) -> int:
    number = group.number(name)
    return default if number is None else int(number)


def _done_at(point: RoutePoint, action: Element, done: str, told: Counter[str]) -> RoutePoint:
    match done:
        case "takePhoto":
            return replace(point, photographs=min(point.photographs + 1, _MOST_PHOTOGRAPHS))
        case "hover":
            return replace(point, stay_s=point.stay_s + (action.number("actionActuatorFuncParam", "hoverTime") or 0.0))
        case _:
            told[done or "an action"] += 1
            return point
