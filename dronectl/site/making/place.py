"""The example workspace at another place: its shapes around another home, and what that home knows of itself."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass

from dronectl.errors import InputError
from dronectl.geodesy.geoid import undulation_m
from dronectl.model.geo import GeoPoint
from dronectl.model.text.plain_text import is_plain
from dronectl.site.making.fleet import with_drones

_EXAMPLE_HOME = GeoPoint(-35.3632620, 149.1652370)
_FARTHEST_NORTH_DEG = 85.0
_FROM_ANTIMERIDIAN_DEG = 1.0
_LON_LAT = re.compile(r"\[(-?\d+\.\d+), (-?\d+\.\d+)\]")
_LAT_LON = re.compile(r"lat_deg = (-?\d+\.\d+), lon_deg = (-?\d+\.\d+)")

_LAT_LON_TEXT = "lat_deg = {:.7f}, lon_deg = {:.7f}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a new workspace is. ``ground_elevation_m``: above mean sea level; None: nobody said. ``drones``: how many
    alike the example has, each with a home of its own."""

    home: GeoPoint
    name: str
    time_zone: str
    ground_elevation_m: float | None = None
    drones: int = 1

    def __post_init__(self) -> None:
        if not self.name.strip() or not is_plain(self.name):
            raise InputError(f"--name {self.name!r}: a text that is not empty is wanted")
        if abs(self.home.lat_deg) > _FARTHEST_NORTH_DEG:
            raise InputError(f"--home {self.home}: allowed is up to {_FARTHEST_NORTH_DEG:g}° of latitude")
        if 180.0 - abs(self.home.lon_deg) < _FROM_ANTIMERIDIAN_DEG:
            raise InputError(f"--home {self.home}: too near to the antimeridian, which no shape may cross")


def time_zone_at(home: GeoPoint) -> str:
    """The IANA time zone of a place, by a map of them that is some hundred metres coarse along borders.

    Raises:
        InputError: the map has none for it.
    """
    import tzfpy  # a map of the world: 0.2 s

    name = tzfpy.get_tz(home.lon_deg, home.lat_deg)
    if not name:
        raise InputError(f"no time zone is known at {home}", hint="give --time-zone, as in Asia/Bangkok")
    return str(name)


def moved(file: str, text: str, place: Place) -> str:
    """One file of the example, at its new place."""
    match file.rpartition(".")[2]:
        case "geojson":
            return _LON_LAT.sub(lambda found: "[{1:.7f}, {0:.7f}]".format(*_there(found[2], found[1], place)), text)
        case "toml" if file == "dronectl.toml":
            return _site(text, place)
        case _:
            return text


def _there(lat_deg: str, lon_deg: str, place: Place) -> tuple[float, float]:
    """As many metres north and east of the new home as of the old one."""
    old, new = _EXAMPLE_HOME, place.home
    stretch = math.cos(math.radians(old.lat_deg)) / math.cos(math.radians(new.lat_deg))
    return (
        new.lat_deg + float(lat_deg) - old.lat_deg,
        new.lon_deg + (float(lon_deg) - old.lon_deg) * stretch,
    )


def _site(text: str, place: Place) -> str:
    """dronectl.toml: name, time zone, heights and every place in it."""
    elevation_m = place.ground_elevation_m
    word = "" if elevation_m is not None else ": NOBODY SAID, measure it"
    geoid_m = undulation_m(place.home)
    lines = {
        "name = ": f"name = {json.dumps(place.name, ensure_ascii=False)}",
        "time_zone = ": f"time_zone = {json.dumps(place.time_zone)}",
        "ground_elevation_m = ": f"ground_elevation_m = {elevation_m or 0.0:.1f} # above mean sea level{word}",
        "# geoid_undulation_m = ": f"# geoid_undulation_m = {geoid_m:.2f} # height above the ellipsoid minus above "
        "the sea: EGM96 at home, which stands without it",
    }
    head, mark, rest = text.partition("\n[rules]\n")
    head = "\n".join(next((new for key, new in lines.items() if old.startswith(key)), old) for old in head.split("\n"))
    head = head.replace("S36E149", _tile(place.home))
    text = with_drones(head + mark + rest, place.drones)
    return _LAT_LON.sub(lambda found: _LAT_LON_TEXT.format(*_there(found[1], found[2], place)), text)


def _tile(home: GeoPoint) -> str:
    """The elevation tile that has this place, as SRTM's are named: after its south-west corner."""
    south, west = math.floor(home.lat_deg), math.floor(home.lon_deg)
    return f"{'S' if south < 0 else 'N'}{abs(south):02}{'W' if west < 0 else 'E'}{abs(west):03}"
