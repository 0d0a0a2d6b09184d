"""One flight on a briefing sheet: its map, and a table of every item with leg, course and time."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from dronectl.formats.briefing.table import row, table
from dronectl.formats.briefing.words import action, altitude
from dronectl.formats.maps import symbols
from dronectl.formats.maps.below import Below
from dronectl.formats.maps.labels import Box
from dronectl.formats.maps.route import drawn_route
from dronectl.formats.maps.scene import DrawnFlight, Scene, scene_of
from dronectl.formats.maps.svg import map_content, map_furniture
from dronectl.formats.maps.svg_text import element, number
from dronectl.formats.maps.view import MapView
from dronectl.geodesy.plane import LocalPlane
from dronectl.model.ardupilot.stored_items import COMMANDS_WITH_PLACE
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import MissionItem
from dronectl.model.plan.plan import DronePlan, Plan, Sortie
from dronectl.model.site import Site
from dronectl.model.text.shown_time import span

_MAP_BOX: Box = (0.0, 0.0, 760.0, 560.0)
_MARGIN = 0.13
"""Share of the map left free on each side: scale bar and north arrow must hide no part of the flight."""


def flight_map(plan: Plan, site: Site, drone: DronePlan, sortie: Sortie, below: Below | None = None) -> str:
    """The drone's own flight of one sortie, with what the checks found on it."""
    found = tuple(one for one in plan.findings if one.drone in (drone.name, None))
    scene = scene_of(replace(plan, findings=found), site, sortie.number)
    flights = tuple(flight for flight in scene.flights if flight.drone.name == drone.name)
    own = replace(scene, flights=flights)
    view = MapView.of(own.frame, _focus(own, flights), _MAP_BOX, margin=_MARGIN)
    edge = f"edge-{drone.system_id}-{sortie.number}"
    left, top, right, bottom = _MAP_BOX
    frame = element("rect", x=left, y=top, width=right - left, height=bottom - top)
    inside = element("g", "\n".join(map_content(own, view, below)), clip_path=f"url(#{edge})")
    parts = [symbols.patterns(), element("clipPath", frame, id=edge), inside, *map_furniture(view, below)]
    box = " ".join(number(value) for value in _MAP_BOX)
    drawn = element("svg", "".join(parts), viewBox=box, font_size=11.0, class_="map")
    return f'<div class="together"><h2>แผนที่ · map – เที่ยวที่ sortie {sortie.number}</h2>{drawn}</div>'


def _focus(scene: Scene, flights: Iterable[DrawnFlight]) -> list[GeoPoint]:
    """The flight itself; the whole of the work where it never leaves the ground."""
    places = [vertex.point for flight in flights for vertex in flight.route]
    return places if len(set(places)) > 1 else scene.focus()


def points_table(site: Site, drone: DronePlan, sortie: Sortie) -> str:
    scene_route = _route(site, drone, sortie)
    heads = (
        "ที่<br>no.",
        "ทำอะไร<br>action",
        "ละติจูด<br>latitude",
        "ลองจิจูด<br>longitude",
        "ความสูง<br>altitude",
        "ช่วง<br>leg",
        "ทิศ<br>course",
        "เวลา ≈<br>time",
    )
    rows = []
    for seq, item in enumerate(sortie.mission.items[1:], start=1):
        leg_m, course_deg, t_s = scene_route.get(seq, (None, None, None))
        has_place = item.command in COMMANDS_WITH_PLACE and (item.lat_e7, item.lon_e7) != (0, 0)
        rows.append(
            row(
                (
                    str(seq),
                    action(item),
                    *(degrees(item) if has_place else ("", "")),
                    altitude(item) if has_place else "",
                    f"{leg_m:,.0f} m" if leg_m else "",
                    f"{course_deg:03.0f}°" if course_deg is not None and leg_m else "",
                    f"T+{span(t_s)}" if t_s is not None else "",
                )
            )
        )
    title = f"<h2>จุดบิน · waypoints – เที่ยวที่ sortie {sortie.number}</h2>"
    note = (
        "<p class='small'>ความสูงวัดจากจุดขึ้นบิน · altitudes above home unless AMSL or AGL stands beside them. WGS 84.</p>"
    )
    return title + table(heads, rows, "points") + note


def _route(site: Site, drone: DronePlan, sortie: Sortie) -> dict[int, tuple[float, float, float]]:
    """Item → (length of the way there, its course at the start, when it is done)."""
    frame = LocalPlane(drone.home)
    found: dict[int, tuple[float, float, float]] = {}
    route = drawn_route(drone, sortie, site.drone(drone.name))
    for before, vertex in pairwise(route):
        (x0, y0), (x1, y1) = frame.to_xy(before.point), frame.to_xy(vertex.point)
        length_m, course_deg = math.hypot(x1 - x0, y1 - y0), math.degrees(math.atan2(x1 - x0, y1 - y0)) % 360.0
        earlier_m, first_deg, _ = found.get(vertex.item, (0.0, course_deg, 0.0))
        found[vertex.item] = (earlier_m + length_m, first_deg if earlier_m else course_deg, vertex.t_s)
    return found


def degrees(item: MissionItem) -> tuple[str, str]:
    """Latitude and longitude as sheets have them: to 1e-7."""
    return f"{item.lat_e7 / 1e7:.7f}", f"{item.lon_e7 / 1e7:.7f}"
