"""Where callers say it is: the names of geofences/, as people write them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

from dronectl.errors import InputError
from dronectl.model.geo import GeoPoint
from dronectl.model.ground.zone import Cctv, Corridor, Feature
from dronectl.model.incidents.incident import IncidentPlace
from dronectl.model.site import Site
from dronectl.ops.orders.look_target import Named, look_targets, target_of

MOST_NAMED = 12
"""So many are listed where a name means several."""
LEAST_NAME = 4
"""Shorter names stand in texts by chance."""
_HINT = "give LAT,LON, or an id or a name of geofences/: 'dronectl zones list' names them"
_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


def place_of(site: Site, text: str) -> IncidentPlace:
    """A place as somebody gave it: ``LAT,LON``, else an id or a name of geofences/, looked for exactly, then without
    regard to spaces, marks, cases and kinds of digits, then by its beginning, then by any part of it.

    Raises:
        InputError: no such place, or several; those are named.
    """
    point = _point(text)
    if point is not None:
        return IncidentPlace(point, str(point))
    wanted = simplified(text)
    if not wanted:
        raise InputError(f"'{text}' is no place", hint=_HINT)
    features: tuple[Named | Corridor | Cctv, ...] = (*look_targets(site), *site.zones.corridors, *site.zones.cctv)
    ways: tuple[Callable[[Feature], bool], ...] = (
        lambda one: one.id == text,
        lambda one: one.name == text,
        lambda one: wanted in (simplified(one.id), simplified(one.name)),
        lambda one: simplified(one.id).startswith(wanted) or simplified(one.name).startswith(wanted),
        lambda one: wanted in simplified(one.id) or wanted in simplified(one.name),
    )
    for matches in ways:
        found = [feature for feature in features if matches(feature)]
        if len(found) == 1:
            return _named(found[0])
        if found:
            raise _ambiguous(text, found)
    raise InputError(f"no place '{text}' in geofences/", hint=_HINT)


def place_in(site: Site, text: str) -> IncidentPlace | None:
    """The place whose name stands in a text: of several the one with the longest name; None: none does, or two with
    names as long."""
    words = simplified(text)
    features: tuple[Named | Corridor | Cctv, ...] = (*look_targets(site), *site.zones.corridors, *site.zones.cctv)
    named = [(len(name), one) for one in features if len(name := simplified(one.name)) >= LEAST_NAME and name in words]
    if not named:
        return None
    longest = max(length for length, _ in named)
    found = [one for length, one in named if length == longest]
    return _named(found[0]) if len(found) == 1 else None


def simplified(text: str) -> str:
    """What two writings of one name share: letters and digits, in one form and case."""
    flat = unicodedata.normalize("NFKC", text).translate(_THAI_DIGITS).casefold()
    return "".join(char for char in flat if unicodedata.category(char)[0] in "LNM")


def _ambiguous(text: str, features: Sequence[Feature]) -> InputError:
    told = ", ".join(f"{one.id} ({one.name})" for one in features[:MOST_NAMED])
    rest = f" and {len(features) - MOST_NAMED} more" if len(features) > MOST_NAMED else ""
    named = [{"id": one.id, "name": one.name} for one in features]
    return InputError(
        f"'{text}' names {len(features)}: {told}{rest}", hint="give the id of one", details={"places": named}
    )


def _point(text: str) -> GeoPoint | None:
    """
    Raises:
        InputError: two numbers that are no place on Earth.
    """
    parts = text.translate(_THAI_DIGITS).split(",")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        return None
    if len(numbers) != 2:
        return None
    try:
        return GeoPoint(*numbers)
    except ValueError as error:
        raise InputError(f"'{text}' is no place: {error}", hint="write LAT,LON, e.g. 16.0545,103.6520") from None


def _named(feature: Named | Corridor | Cctv) -> IncidentPlace:
    if isinstance(feature, Corridor):
        return IncidentPlace(feature.line[len(feature.line) // 2], feature.name, feature.id)
    if isinstance(feature, Cctv):
        return IncidentPlace(feature.position, feature.name, feature.id)
    target = target_of(feature)
    return IncidentPlace(target.place, target.name, target.id, target.height_m, target.standoff_m)
