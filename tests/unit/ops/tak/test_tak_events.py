"""Drones, what they see, zones, routes and incidents as Cursor on Target."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from cot_schema import assert_valid
from pictured_fleet import PicturedFleet

from dronectl.formats.tak.cot_xml import cot_bytes, read_cot
from dronectl.geodesy.distance import flat_distance_m
from dronectl.geodesy.geoid import undulation_m
from dronectl.model.geo import GeoPoint
from dronectl.model.incidents.incident import (
    Incident,
    IncidentEvent,
    IncidentKind,
    IncidentNote,
    IncidentPlace,
    IncidentReport,
)
from dronectl.model.picture import DronePicture, FlightPhase
from dronectl.model.plan.mission import Frame
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.model.telemetry import TelemetryKind
from dronectl.ops.tak.fleet_events import argb, drone_event, footprint, footprint_event, remarks
from dronectl.ops.tak.ground_events import incident_events, route_events, station_event, zone_events

NOON = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)
CALL = "ROI-ET"


@pytest.fixture(scope="module")
def patrolling(site: Site, plan: Plan) -> DronePicture:
    """One of the demo's drones, 100 s into its flight."""
    fleet = PicturedFleet(site, plan)
    fleet.take_off()
    fleet.run(60.0)
    drone = fleet.picture().drone("alpha")
    assert drone is not None
    assert drone.phase is FlightPhase.PATROL
    return drone


def test_a_drone_is_where_it_is_above_the_ellipsoid_until_ten_seconds_after_it_was_heard(
    patrolling: DronePicture, site: Site
) -> None:
    sample = replace(patrolling.sample, position_age_s=1.5)
    drone = replace(patrolling, sample=sample, horizontal_error_m=0.8, vertical_error_m=1.2, course_deg=271.25)
    event = drone_event(drone, NOON, CALL, site.geoid_undulation_m)
    assert event is not None
    assert event.time == NOON
    assert event.start == NOON - timedelta(seconds=1.5)
    assert event.stale == NOON + timedelta(seconds=8.5)
    assert sample.amsl_altitude_m is not None
    assert event.hae_m == pytest.approx(sample.amsl_altitude_m + site.geoid_undulation_m)
    assert site.geoid_undulation_m == pytest.approx(-28.0, abs=4.0), "Roi Et lies below the ellipsoid's sea"
    assert (event.ce_m, event.le_m) == (0.8, pytest.approx(math.hypot(1.2, 1.0)))
    track, status = event.node("track"), event.node("status")
    assert track is not None
    assert status is not None
    assert track.attributes == {"course": "271.2", "speed": f"{sample.ground_speed_m_s:.2f}"}
    assert status.attributes == {"battery": f"{sample.battery_pct:.0f}"}
    assert_valid(cot_bytes(event))
    by_egm96 = drone_event(drone, NOON, CALL, None)
    assert by_egm96 is not None
    assert sample.lat_deg is not None
    assert sample.lon_deg is not None
    known_m = undulation_m(GeoPoint(sample.lat_deg, sample.lon_deg))
    assert by_egm96.hae_m == pytest.approx(sample.amsl_altitude_m + known_m)


def test_what_is_not_known_of_a_drone_is_not_made_up(patrolling: DronePicture) -> None:
    bare = replace(patrolling, sample=replace(patrolling.sample, amsl_altitude_m=None, battery_pct=None))
    event = drone_event(replace(bare, horizontal_error_m=None, vertical_error_m=None), NOON, CALL, -28.0)
    assert event is not None
    assert (event.hae_m, event.ce_m, event.le_m, event.node("status")) == (None, None, None, None)
    old = replace(patrolling.sample, old=(TelemetryKind.POSITION,))
    assert drone_event(replace(patrolling, sample=old), NOON, CALL, -28.0) is None
    nowhere = replace(patrolling.sample, lat_deg=None)
    assert drone_event(replace(patrolling, sample=nowhere), NOON, CALL, -28.0) is None


def test_an_old_battery_is_not_told(patrolling: DronePicture) -> None:
    old = replace(patrolling.sample, old=(TelemetryKind.BATTERY,))
    event = drone_event(replace(patrolling, sample=old), NOON, CALL, -28.0)
    assert event is not None
    assert event.node("status") is None
    assert "แบตเตอรี่" not in remarks(replace(patrolling, sample=old))


def test_remarks_are_thai_and_english(patrolling: DronePicture) -> None:
    text = remarks(patrolling)
    thai, _, english = text.partition(" | ")
    assert thai.startswith("ลาดตระเวน · สูง ")
    assert english.startswith("patrol ")
    assert "m above home · battery " in english
    assert english.endswith("AUTO")


def test_the_footprint_is_what_the_camera_sees(patrolling: DronePicture, site: Site) -> None:
    known = site.drone("alpha")
    assert known is not None
    place = GeoPoint(16.05, 103.65)
    corners = footprint(place, 60.0, 90.0, known.camera)
    across_m, along_m = known.camera.footprint_m(60.0)
    assert flat_distance_m(corners[0], corners[1]) == pytest.approx(across_m, rel=1e-3)
    assert flat_distance_m(corners[1], corners[2]) == pytest.approx(along_m, rel=1e-3)
    assert corners[0].lat_deg > place.lat_deg
    assert corners[0].lon_deg > place.lon_deg, "heading east its upper left corner lies in the north-east"
    event = footprint_event(patrolling, known, NOON, CALL, 112.0)
    assert event is not None
    assert_valid(cot_bytes(event))
    links = [node for node in event.detail if node.tag == "link" and "point" in node.attributes]
    assert len(links) == 5
    assert links[0] == links[-1]
    for phase in (FlightPhase.DISPATCHED, FlightPhase.HOLDING, FlightPhase.STANDING):
        assert footprint_event(replace(patrolling, phase=phase), known, NOON, CALL, 112.0) is None


def test_zones_routes_and_the_station_are_valid_and_named_once(site: Site, plan: Plan) -> None:
    routes = list(route_events(plan, 1, ("alpha", "charlie"), site, CALL))
    events = [station_event(site, CALL), *zone_events(site, CALL), *routes]
    for event in events:
        data = cot_bytes(event)
        assert_valid(data)
        found = read_cot(data)
        assert found is not None
        assert found.uid == event.uid, "no name is cut"
    zones = site.zones
    assert len(events) == 1 + len(zones.fences) + len(zones.zones) + len(zones.keep_outs) + 2
    assert len({event.uid for event in events}) == len(events)
    (tower,) = (event for event in events if event.uid.endswith("keep-out.tower"))
    contact, words = tower.node("contact"), tower.node("remarks")
    assert contact is not None
    assert words is not None
    assert contact.attributes["callsign"].startswith("หอโหวด")
    assert words.text.startswith("เขตห้ามบิน")
    ring = [node.attributes["point"] for node in tower.detail if node.tag == "link"]
    assert ring[0] == ring[-1]


def test_heights_of_a_route_are_above_the_ellipsoid(site: Site, plan: Plan) -> None:
    (route,) = route_events(plan, 1, ("alpha",), site, CALL)
    alpha = next(drone for drone in plan.drones if drone.name == "alpha")
    flight = alpha.sortie(1)
    assert flight is not None
    first = next(item for item in flight.mission.items[1:] if item.lat_e7)
    assert first.frame is Frame.GLOBAL_RELATIVE_ALT
    wanted_m = alpha.home_amsl_m + site.geoid_undulation_m + first.altitude_m
    assert route.hae_m == pytest.approx(wanted_m)
    link = route.node("link")
    assert link is not None
    assert link.attributes["point"].endswith(f",{wanted_m:.1f}")


def test_open_incidents_alone_and_nothing_of_who_reported(site: Site) -> None:
    place = IncidentPlace(GeoPoint(16.053, 103.652), "ร้านทอง 2")
    report = IncidentReport(NOON, IncidentKind.FIGHT, "นายสมชาย โทร 081", "line:abc", place)
    one = Incident(date(2026, 12, 1), 7, (report,))
    closed = Incident(date(2026, 12, 1), 8, (report,), (IncidentNote(NOON, IncidentEvent.CLOSED),))
    (event,) = incident_events([one, closed], site, CALL)
    data = cot_bytes(event)
    assert_valid(data)
    text = data.decode()
    assert "1201-07 ทะเลาะวิวาท" in text
    assert "ร้านทอง 2" in text
    assert "สมชาย" not in text
    assert "081" not in text
    assert "line:abc" not in text


def test_colours_as_devices_write_them() -> None:
    assert argb("#ffffff") == "-1"
    assert argb("#ff0000") == "-65536"
    assert argb("#0000ff", 0.0) == "255"
