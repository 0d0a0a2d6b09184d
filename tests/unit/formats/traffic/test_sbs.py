"""SBS text: what each line says, and that nobody's line does harm."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dronectl.formats.traffic.sbs import read_sbs
from dronectl.model.geo import GeoPoint

PLACE = (
    "MSG,3,111,11111,4CA2D6,111111,2026/12/01,14:31:20.123,2026/12/01,14:31:20.200,,37000,,,51.45735,-1.02826,,,0,0,0,0"
)
VELOCITY = "MSG,4,496,469,A83F1C,27215,2026/12/01,09:00:00.000,2026/12/01,09:00:00.000,,,450,266.5,,,-1024,,,,,0"
CALLSIGN = "MSG,1,145,256,7404F2,11267,2008/11/28,23:48:18.611,2008/11/28,23:53:19.161,RJA1118,,,,,,,,,,,"


def test_a_place_with_its_height_by_the_standard_atmosphere() -> None:
    report = read_sbs(PLACE, 12.5, "tower")
    assert report is not None
    assert (report.address, report.heard_s, report.source) == (0x4CA2D6, 12.5, "tower")
    assert report.position == GeoPoint(51.45735, -1.02826)
    assert report.pressure_altitude_m == pytest.approx(11_277.6)
    assert report.ellipsoid_altitude_m is None
    assert report.on_ground is False


def test_a_velocity_in_knots_and_feet_a_minute() -> None:
    report = read_sbs(VELOCITY, 0.0, "tower")
    assert report is not None
    assert report.ground_speed_m_s == pytest.approx(231.5)
    assert report.track_deg == 266.5
    assert report.climb_m_s == pytest.approx(-5.2, abs=0.01)
    assert report.position is None


def test_a_callsign() -> None:
    report = read_sbs(CALLSIGN, 0.0, "tower")
    assert report is not None
    assert report.callsign == "RJA1118"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (PLACE.replace("51.45735", "91.2"), "position"),
        (PLACE.replace("51.45735,-1.02826", "0,0"), "position"),
        (PLACE.replace("37000", "inf"), "pressure_altitude_m"),
        (VELOCITY.replace("450", "nan"), "ground_speed_m_s"),
        (CALLSIGN.replace("RJA1118", "\x1b[2JBOOM"), "callsign"),
        (CALLSIGN.replace("RJA1118", "ABCDEFGHI"), "callsign"),
    ],
)
def test_a_value_that_is_none_is_not_told(text: str, field: str) -> None:
    report = read_sbs(text, 0.0, "tower")
    assert report is not None
    assert getattr(report, field) is None


@pytest.mark.parametrize(
    "text", ["", "AIR,,1,2,4CA2D6,1", "MSG,3", PLACE.replace("4CA2D6", "4CA2D6F"), "HTTP/1.1 200 OK"]
)
def test_what_is_no_message_of_an_aircraft_is_none(text: str) -> None:
    assert read_sbs(text, 0.0, "tower") is None


@given(st.lists(st.text(max_size=12), min_size=18, max_size=24))
def test_whatever_comes_no_value_is_out_of_range(fields: list[str]) -> None:
    report = read_sbs("MSG," + ",".join(fields), 0.0, "tower")
    if report is not None:
        assert 0 < report.address <= 0xFFFFFF
        numbers = (report.pressure_altitude_m, report.ground_speed_m_s, report.track_deg, report.climb_m_s)
        assert all(value is None or math.isfinite(value) for value in numbers)
