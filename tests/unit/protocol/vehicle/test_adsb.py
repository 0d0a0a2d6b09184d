"""ADSB_VEHICLE, through the real codec."""

from __future__ import annotations

from typing import Any

import pytest

from dronectl.link.codec import FrameParser
from dronectl.model.geo import GeoPoint
from dronectl.model.message import Message
from dronectl.protocol.vehicle.adsb import report_of
from dronectl.sim.vehicle.dialect import mavlink

ALL = 0x1F | 0x80


def heard(**fields: Any) -> Message:
    """As the ground station gets it."""
    values: dict[str, Any] = {
        "ICAO_address": 0x885123, "lat": 160_529_000, "lon": 1_036_503_000, "altitude_type": 0, "altitude": 350_000,
        "heading": 9_000, "hor_velocity": 6_000, "ver_velocity": -250, "callsign": b"THA41",
        "emitter_type": 1, "tslc": 2, "flags": ALL,
        "squawk": 7000,
    }  # fmt: skip
    frame = mavlink.MAVLink(None, 1, 1).adsb_vehicle_encode(**{**values, **fields}).pack(mavlink.MAVLink(None, 1, 1))
    (message,) = [one.message() for one in FrameParser().feed(frame)]
    assert message is not None
    return message


def test_all_that_it_says() -> None:
    report = report_of(heard(), 100.0, "alpha")
    assert report is not None
    assert (report.address, report.callsign, report.heard_s, report.source) == (0x885123, "THA41", 98.0, "alpha")
    assert report.position == GeoPoint(16.0529, 103.6503)
    assert (report.pressure_altitude_m, report.ellipsoid_altitude_m) == (350.0, None)
    assert (report.ground_speed_m_s, report.track_deg, report.climb_m_s) == (60.0, 90.0, -2.5)


def test_a_height_by_satellites_is_above_the_ellipsoid() -> None:
    report = report_of(heard(altitude_type=1), 100.0, "alpha")
    assert report is not None
    assert (report.pressure_altitude_m, report.ellipsoid_altitude_m) == (None, 350.0)


@pytest.mark.parametrize(
    ("flag", "field"),
    [
        (1, "position"), (2, "pressure_altitude_m"), (4, "track_deg"), (8, "ground_speed_m_s"), (16, "callsign"),
        (128, "climb_m_s"),
    ],
)  # fmt: skip
def test_what_is_not_valid_is_not_told(flag: int, field: str) -> None:
    report = report_of(heard(flags=ALL & ~flag), 0.0, "alpha")
    assert report is not None
    assert getattr(report, field) is None


@pytest.mark.parametrize("fields", [{"ICAO_address": 0}, {"ICAO_address": 0x1000000}])
def test_nobody_s_address_is_nobody(fields: dict[str, int]) -> None:
    assert report_of(heard(**fields), 0.0, "alpha") is None


def test_a_place_off_the_earth_is_none() -> None:
    report = report_of(heard(lat=910_000_000), 0.0, "alpha")
    assert report is not None
    assert report.position is None
