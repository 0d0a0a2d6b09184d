"""A drone in the picture, and what its camera sees, as Cursor on Target. Pure."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta

from dronectl.geodesy.geoid import undulation_m
from dronectl.geodesy.plane import LocalPlane
from dronectl.model.fleet import Camera, Drone
from dronectl.model.geo import GeoPoint
from dronectl.model.picture import DronePicture, FlightPhase
from dronectl.model.tak.cot import CotEvent, CotNode
from dronectl.model.telemetry import TelemetryKind
from dronectl.sinks.tak_board import HOLDS

DRONE_TYPE = "a-f-A-M-H-Q"
"""Friend, air, rotary wing, unmanned: the only unmanned copter of the CoT tree, whoever owns it."""
SHAPE_TYPE = "u-d-f"
"""A drawn shape."""
GEOID_ERROR_M = 1.0
"""EGM96 between the points of its grid, nearly everywhere."""
_THAI = {
    FlightPhase.UNHEARD: "ไม่เคยได้ยิน",
    FlightPhase.STANDING: "จอดอยู่",
    FlightPhase.ARMING: "กำลังติดเครื่อง",
    FlightPhase.CLIMBING: "กำลังไต่ขึ้น",
    FlightPhase.PATROL: "ลาดตระเวน",
    FlightPhase.DISPATCHED: "ไปที่เกิดเหตุ",
    FlightPhase.HOLDING: "ลอยตัวรอ",
    FlightPhase.RETURNING: "กำลังบินกลับ",
    FlightPhase.LANDING: "กำลังลงจอด",
    FlightPhase.LANDED: "ลงจอดแล้ว",
    FlightPhase.STEERED: "นักบินบังคับ",
    FlightPhase.LOST: "ขาดการติดต่อ",
}


def uid_of(callsign: str, kind: str, name: str = "") -> str:
    """``dronectl.ROI-ET.drone.alpha``: the same for the same thing every day."""
    return ".".join(part for part in ("dronectl", callsign, kind, name) if part)


def drone_event(drone: DronePicture, moment: datetime, callsign: str, undulation: float | None) -> CotEvent | None:
    """Where it is, until ten seconds after that was heard; None: not known now. ``undulation``: of the site, in metres;
    None: EGM96's where it is."""
    sample = drone.sample.live()
    if sample.lat_deg is None or sample.lon_deg is None or drone.is_old(TelemetryKind.POSITION):
        return None
    place = GeoPoint(sample.lat_deg, sample.lon_deg)
    hae_m = None
    if sample.amsl_altitude_m is not None:
        hae_m = sample.amsl_altitude_m + (undulation_m(place) if undulation is None else undulation)
    above_m = None if drone.vertical_error_m is None else math.hypot(drone.vertical_error_m, GEOID_ERROR_M)
    course = drone.course_deg if drone.course_deg is not None else sample.heading_deg
    track = {} if course is None else {"course": f"{course % 360.0:.1f}"}
    if sample.ground_speed_m_s is not None:
        track["speed"] = f"{sample.ground_speed_m_s:.2f}"
    detail = [CotNode("contact", {"callsign": drone.name}), CotNode("uid", {"Droid": drone.name})]
    if track:
        detail.append(CotNode("track", track))
    if sample.battery_pct is not None:
        detail.append(CotNode("status", {"battery": f"{sample.battery_pct:.0f}"}))
    detail += [
        CotNode("precisionlocation", {"geopointsrc": "GPS", "altsrc": "GPS"}),
        CotNode("link", {"uid": uid_of(callsign, "station"), "type": "a-f-G-I", "relation": "p-p"}),
        CotNode("remarks", {}, remarks(drone)),
    ]
    event = _heard_event(uid_of(callsign, "drone", drone.name), DRONE_TYPE, "m-g", drone, place, moment)
    return replace(event, hae_m=hae_m, le_m=above_m, detail=tuple(detail))


def _heard_event(uid: str, kind: str, how: str, drone: DronePicture, place: GeoPoint, moment: datetime) -> CotEvent:
    """What is true until ten seconds after the drone's place was heard."""
    heard = moment - timedelta(seconds=drone.sample.live().position_age_s or 0.0)
    return CotEvent(uid, kind, how, moment, heard, heard + HOLDS, place, None, drone.horizontal_error_m)


def remarks(drone: DronePicture) -> str:
    """What a person reads of it, in Thai and in English."""
    sample = drone.sample.live()
    thai, english = [_THAI[drone.phase]], [drone.phase_text]
    if sample.relative_altitude_m is not None:
        thai.append(f"สูง {sample.relative_altitude_m:.0f} ม. เหนือจุดขึ้นบิน")
        english.append(f"{sample.relative_altitude_m:.0f} m above home")
    if sample.battery_pct is not None:
        thai.append(f"แบตเตอรี่ {sample.battery_pct:.0f} %")
        english.append(f"battery {sample.battery_pct:.0f} %")
    if sample.mode is not None:
        english.append(sample.mode)
    standing = [alarm for alarm in drone.alarms if alarm.is_active]
    if standing:
        thai.append(f"แจ้งเตือน {len(standing)} รายการ")
        english += [alarm.message for alarm in standing[:3]]
    return f"{' · '.join(thai)} | {' · '.join(english)}"


def footprint_event(
    drone: DronePicture, known: Drone, moment: datetime, callsign: str, ground_hae_m: float | None
) -> CotEvent | None:
    """What its camera sees of level ground, straight down as plans take for granted; None: it is not on its patrol, so
    where its camera looks is not known. ``ground_hae_m``: of the ground there."""
    sample = drone.sample.live()
    height_m, heading = sample.relative_altitude_m, sample.heading_deg
    if drone.phase is not FlightPhase.PATROL or drone.is_old(TelemetryKind.POSITION):
        return None
    if sample.lat_deg is None or sample.lon_deg is None or height_m is None or height_m < 2.0 or heading is None:
        return None
    place = GeoPoint(sample.lat_deg, sample.lon_deg)
    corners = footprint(place, height_m, heading, known.camera)
    event = _heard_event(uid_of(callsign, "footprint", drone.name), SHAPE_TYPE, "m-p", drone, place, moment)
    return replace(
        event,
        hae_m=ground_hae_m,
        detail=(
            *outline([*corners, corners[0]], ground_hae_m),
            CotNode("strokeColor", {"value": argb(known.colour)}),
            CotNode("strokeWeight", {"value": "2.0"}),
            CotNode("fillColor", {"value": argb(known.colour, 0.15)}),
            CotNode("contact", {"callsign": f"{drone.name} กล้อง camera"}),
            CotNode(
                "link",
                {"uid": uid_of(callsign, "drone", drone.name), "type": DRONE_TYPE, "relation": "p-p"},
            ),
            CotNode("remarks", {}, "พื้นที่ที่กล้องเห็น มองตรงลง | what the camera sees, looking straight down"),
        ),
    )


def footprint(place: GeoPoint, height_m: float, heading_deg: float, camera: Camera) -> list[GeoPoint]:
    """The corners of a picture of level ground, clockwise from its upper left one; its top lies where the aircraft
    points."""
    across_m, along_m = camera.footprint_m(height_m)
    plane, heading = LocalPlane(place), math.radians(heading_deg)
    corners = []
    for right, ahead in ((-0.5, 0.5), (0.5, 0.5), (0.5, -0.5), (-0.5, -0.5)):
        right_m, ahead_m = right * across_m, ahead * along_m
        east_m = ahead_m * math.sin(heading) + right_m * math.cos(heading)
        north_m = ahead_m * math.cos(heading) - right_m * math.sin(heading)
        lat_deg, lon_deg = plane.to_degrees((east_m, north_m))
        corners.append(GeoPoint(lat_deg, (lon_deg + 180.0) % 360.0 - 180.0))
    return corners


def outline(points: list[GeoPoint], hae_m: float | None) -> tuple[CotNode, ...]:
    """The points of a shape, in order; a closed one ends where it begins."""
    return tuple(CotNode("link", {"point": point_text(one, hae_m)}) for one in points)


def point_text(place: GeoPoint, hae_m: float | None) -> str:
    """``16.0531000,103.6525000,112.4``; without a height where that is not known."""
    height = "" if hae_m is None else f",{hae_m:.1f}"
    return f"{place.lat_deg:.7f},{place.lon_deg:.7f}{height}"


def argb(colour: str, opacity: float = 1.0) -> str:
    """``#rrggbb`` as the signed 32 bits that TAK devices write."""
    value = round(255.0 * opacity) << 24 | int(colour.removeprefix("#"), 16)
    return str(value - (1 << 32) if value >= 1 << 31 else value)
