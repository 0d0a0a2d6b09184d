"""Officers on the ground as TAK tells of them: an order leads no drone over them, as far as anybody knows where they
are.

Each is a circle around where he was seen: as exact as his device says, as much wider as he may have moved since, and
the site's margin. In the airspace circles are keep-outs at every height; they are of this moment, and of no plan.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from dronectl.geodesy.plane import LocalPlane
from dronectl.model.geo import GeoPoint, GeoPolygon
from dronectl.model.ground.zone import KeepOut
from dronectl.model.tak.officers import OLD_S, Officer, OfficersPicture
from dronectl.ops.common import present
from dronectl.ops.common.events import Listener, Note, ignore
from dronectl.ops.tak.shared_officers import officers_now

if TYPE_CHECKING:
    from dronectl.ops.orders.airspace import Airspace

CORNERS = 24


@dataclass
class Officers:
    """Those of one order, looked at again whenever somebody wants to know. What is not known is told, each thing once:
    nobody is ever taken for not being there. ``told``: what was."""

    listener: Listener = ignore
    told: list[str] = field(default_factory=list)
    _keys: set[str] = field(default_factory=set)

    def in_airspace(self, airspace: Airspace) -> Airspace:
        """The airspace closed where officers may be now, and nowhere for those of before."""
        moment, site = present.hour(), airspace.site
        picture = officers_now(site.root, site.tak, moment)
        if picture is None:
            return airspace
        self._tell(picture, moment)
        kept = [one for one in picture.officers if one.name not in picture.crew]
        circles = circles_of(kept, moment, picture.margin_m)
        return replace(airspace, ground=airspace.ground.closed_around(tuple(circles)))

    def _tell(self, picture: OfficersPicture, moment: datetime) -> None:
        has_old = any(one.age_s(moment) > OLD_S for one in picture.officers)
        if not (picture.is_doubtful or has_old):
            return
        key = "; ".join((picture.why, *(one.uid for one in picture.missed), "old" if has_old else ""))
        if key not in self._keys:
            self._keys.add(key)
            self.told.append(f"officers: {picture.words(moment)}; keep people in sight")
            self.listener(Note(self.told[-1], level="warning"))


def circles_of(officers: list[Officer], moment: datetime, margin_m: float) -> Iterator[KeepOut]:
    """A keep-out around each, named after him; of several of one name each has its own."""
    names: dict[str, int] = {}
    for one in officers:
        count = names[one.name] = names.get(one.name, 0) + 1
        name = one.name if count == 1 else f"{one.name} ({count})"
        radius_m, age_s = one.radius_m(moment, margin_m), one.age_s(moment)
        words = f"officer within {radius_m:.0f} m, seen {age_s:.0f} s ago"
        yield KeepOut(name, words, True, "TAK", circle(one.place, radius_m), is_person=True)


def circle(place: GeoPoint, radius_m: float) -> GeoPolygon:
    """With all of the circle inside."""
    plane, outer_m = LocalPlane(place), max(radius_m, 0.1) / math.cos(math.pi / CORNERS)
    corners = []
    for number in range(CORNERS):
        turn = 2.0 * math.pi * number / CORNERS
        lat_deg, lon_deg = plane.to_degrees((outer_m * math.sin(turn), outer_m * math.cos(turn)))
        corners.append(GeoPoint(lat_deg, (lon_deg + 180.0) % 360.0 - 180.0))
    return GeoPolygon(tuple(corners))
