"""All that the page about one incident tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dronectl.model.geo import GeoPoint, GeoPolygon
from dronectl.model.incidents.incident import Incident


@dataclass(frozen=True, slots=True)
class FlownWay:
    """The way of a drone for an incident, as far as it was recorded; ``photographs``: where some were taken."""

    drone: str
    colour: str
    points: tuple[GeoPoint, ...]
    begins: datetime
    ends: datetime
    photographs: tuple[GeoPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of who did what."""

    time: datetime
    who: str
    what: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class GroundShape:
    """An outline of the map: ``fence``, ``zone`` or ``keep_out``."""

    kind: str
    polygon: GeoPolygon


@dataclass(frozen=True, slots=True)
class IncidentSheet:
    """``whole``: the book is what was written in it; else what is wrong."""

    site_name: str
    incident: Incident
    ways: tuple[FlownWay, ...]
    deeds: tuple[Deed, ...]
    options: tuple[Mapping[str, object], ...]
    """What was proposed, as the book tells it."""
    chosen: str
    cameras: tuple[str, ...]
    """Fixed cameras that see the place."""
    ground: tuple[GroundShape, ...]
    views: tuple[GeoPoint, ...]
    """From where it was to be looked at."""
    made: datetime
    whole: str = ""
    last_sha256: str = ""
