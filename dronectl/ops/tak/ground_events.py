"""What stands: the station, fences, zones and keep-outs, a plan's routes, incidents; as Cursor on Target. Pure.

Their times are the board's to give (:mod:`dronectl.sinks.tak_board`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from dronectl import __version__
from dronectl.model.geo import GeoPoint, GeoPolygon
from dronectl.model.ground.zone import Feature, KeepOut
from dronectl.model.incidents.errand import FlownErrand
from dronectl.model.incidents.incident import Incident
from dronectl.model.plan.mission import FLOWN_TO, Command, Frame, Mission
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.model.tak.cot import CotEvent, CotNode
from dronectl.ops.tak.fleet_events import SHAPE_TYPE, argb, outline, point_text, uid_of

STATION_TYPE = "a-f-G-I"
ROUTE_TYPE, WAYPOINT_TYPE = "b-m-r", "b-m-p-w"
INCIDENT_TYPE = "b-m-p-s-m"
"""A spot on the map: devices show it, and raise no alarm by themselves."""
MOST_CORNERS, MOST_WAYPOINTS = 400, 200
_FENCE, _ZONE, _KEEP_OUT, _INCIDENT = "#ffd700", "#00a2ff", "#e60000", "#ff00ff"
_ANY = datetime(2000, 1, 1, tzinfo=UTC)
_HAS_PLACE = {*FLOWN_TO, Command.NAV_LAND}


def station_event(site: Site, callsign: str) -> CotEvent:
    """The ground station, as the user of a server that it is."""
    detail = (
        CotNode("takv", {"device": "station", "platform": "dronectl", "os": "", "version": __version__}),
        CotNode("contact", {"callsign": callsign, "endpoint": "*:-1:stcp"}),
        CotNode("__group", {"name": "Cyan", "role": "HQ"}),
        CotNode("remarks", {}, f"ศูนย์ควบคุมโดรน {site.name} | control room of the drones"),
    )
    return _standing(uid_of(callsign, "station"), STATION_TYPE, "m-c", site.home, _ground_hae_m(site), detail)


def zone_events(site: Site, callsign: str) -> Iterator[CotEvent]:
    """Fences, zones and keep-outs."""
    zones, hae_m = site.zones, _ground_hae_m(site)
    for fence in zones.fences:
        yield _area(fence, fence.polygon, "fence", "แนวเขตบิน | fence", _FENCE, 0.0, callsign, hae_m)
    for zone in zones.zones:
        words = f"เขตลาดตระเวน | patrolled zone, {zone.category}"
        yield _area(zone, zone.polygon, "zone", words, _ZONE, 0.1, callsign, hae_m)
    for keep_out in zones.keep_outs:
        words = f"เขตห้ามบิน{_heights(keep_out, thai=True)} | keep-out{_heights(keep_out, thai=False)}"
        if not keep_out.validity.is_always:
            words += f" ({keep_out.validity.words})"
        yield _area(keep_out, keep_out.polygon, "keep-out", words, _KEEP_OUT, 0.25, callsign, hae_m)


def route_events(plan: Plan, sortie: int, drones: Sequence[str], site: Site, callsign: str) -> Iterator[CotEvent]:
    """What these drones fly."""
    for drone in plan.drones:
        flight = drone.sortie(sortie)
        if drone.name not in drones or flight is None:
            continue
        way = list(_way(flight.mission, drone.home_amsl_m, site.geoid_undulation_m))
        words = f"เส้นทางของ {drone.name} | route of {drone.name}, sortie {sortie}"
        yield from _route(uid_of(callsign, "route", drone.name), drone.name, way, plan.name, words, site)


def errand_events(errands: Sequence[FlownErrand], site: Site, callsign: str) -> Iterator[CotEvent]:
    """The ways to incidents and home that drones were sent on."""
    for one in errands:
        way = list(_way(one.mission, one.home_amsl_m, site.geoid_undulation_m))
        name = f"{one.incident} {one.place}"
        words = f"{one.drone} ไปที่เกิดเหตุ {name} | {one.drone} is sent to {name}"
        yield from _route(uid_of(callsign, "errand", one.drone), one.drone, way, name, words, site)


def _route(
    uid: str, drone: str, way: Sequence[tuple[GeoPoint, float | None]], title: str, words: str, site: Site
) -> Iterator[CotEvent]:
    """None of a way that leads nowhere."""
    if len(way) < 2:
        return
    links = tuple(
        CotNode(
            "link",
            {
                "uid": f"{uid}.{number}",
                "callsign": f"{drone} {number}",
                "type": WAYPOINT_TYPE,
                "point": point_text(place, hae_m),
                "remarks": "",
                "relation": "c",
            },
        )
        for number, (place, hae_m) in enumerate(way[:MOST_WAYPOINTS], start=1)
    )
    known = site.drone(drone)
    detail = (
        *links,
        CotNode("link_attr", {"method": "Flying", "direction": "Infil", "prefix": drone, "type": "Air"}),
        CotNode("strokeColor", {"value": argb("#1f77b4" if known is None else known.colour)}),
        CotNode("contact", {"callsign": f"{drone} {title}"}),
        CotNode("remarks", {}, words),
    )
    yield _standing(uid, ROUTE_TYPE, "m-c", way[0][0], way[0][1], detail)


def incident_events(incidents: Sequence[Incident], site: Site, callsign: str) -> Iterator[CotEvent]:
    """Those that are open. Who reported them is nobody's business."""
    for one in incidents:
        if not one.is_open:
            continue
        name = f"{one.number} {one.kind.thai}"
        words = f"{one.kind.thai} · {one.place.name} | {one.kind} · {one.place.name}"
        detail = (
            CotNode("contact", {"callsign": name}),
            CotNode("color", {"argb": argb(_INCIDENT)}),
            CotNode("remarks", {}, words),
        )
        uid = uid_of(callsign, "incident", one.key)
        yield _standing(uid, INCIDENT_TYPE, "h-e", one.place.point, _ground_hae_m(site), detail)


def _standing(
    uid: str, kind: str, how: str, place: GeoPoint, hae_m: float | None, detail: tuple[CotNode, ...]
) -> CotEvent:
    return CotEvent(uid, kind, how, _ANY, _ANY, _ANY, place, hae_m, None, None, detail)


def _ground_hae_m(site: Site) -> float:
    """The site's plane above the ellipsoid."""
    return site.ground_elevation_m + site.geoid_undulation_m


def _area(
    feature: Feature,
    polygon: GeoPolygon,
    kind: str,
    words: str,
    colour: str,
    opacity: float,
    callsign: str,
    hae_m: float,
) -> CotEvent:
    ring = list(polygon.exterior)
    if len(ring) > MOST_CORNERS:  # evenly thinned: it is a drawing, nobody flies by it
        ring = [ring[round(index * len(ring) / MOST_CORNERS)] for index in range(MOST_CORNERS)]
    middle = GeoPoint(sum(one.lat_deg for one in ring) / len(ring), sum(one.lon_deg for one in ring) / len(ring))
    detail = (
        *outline([*ring, ring[0]], hae_m),
        CotNode("strokeColor", {"value": argb(colour)}),
        CotNode("strokeWeight", {"value": "3.0"}),
        CotNode("fillColor", {"value": argb(colour, opacity)}),
        CotNode("labels_on", {"value": "true"}),
        CotNode("contact", {"callsign": feature.name}),
        CotNode("remarks", {}, words),
    )
    return _standing(uid_of(callsign, kind, feature.id), SHAPE_TYPE, "m-c", middle, hae_m, detail)


def _heights(keep_out: KeepOut, *, thai: bool) -> str:
    """Above the ground."""
    unit, to, above = ("ม.", "ถึง", "สูงกว่า") if thai else ("m", "to", "above")
    if keep_out.ceiling_m is not None:
        return f" {keep_out.floor_m:g} {to} {keep_out.ceiling_m:g} {unit}"
    return f" {above} {keep_out.floor_m:g} {unit}" if keep_out.floor_m > 0.0 else ""


def _way(mission: Mission, home_amsl_m: float, undulation_m: float) -> Iterator[tuple[GeoPoint, float | None]]:
    """The places that it flies to, in order, with their heights above the ellipsoid; None: above ground that is not
    known here."""
    base_m: dict[int, float] = {Frame.GLOBAL: undulation_m, Frame.GLOBAL_RELATIVE_ALT: home_amsl_m + undulation_m}
    for item in mission.items[1:]:
        if item.command in _HAS_PLACE and (item.lat_e7 or item.lon_e7):
            base = base_m.get(item.frame)
            yield item.position, None if base is None else base + item.altitude_m
