"""Where RTL goes, home or a rally point, and how high: what planning and checks take for granted."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from expectations import Expected
from fences import RALLY, RALLY_POINT
from flying import ACCEPTED, FLIGHT_S, GUIDED, RTL, set_mode, take_off, wait_altitude, wait_disarmed, waypoint
from raw_client import RawClient
from test_in_the_air import metres_from_home, reposition, wait_place

NORTH_M = 100.0
"""The place over which every return begins."""

LAYER_M = 20.0
UNDER_WAY_M = 15.0


@pytest.fixture
def out_there(ready: RawClient) -> Iterator[RawClient]:
    """Hovers 100 m north of home; goes home afterwards, whatever was set."""
    take_off(ready, LAYER_M)
    reposition(ready, NORTH_M, 0.0, LAYER_M)
    wait_place(ready, NORTH_M, 0.0)
    ready.talk().wait_until(lambda m: m.get_type() == "VFR_HUD" and m.groundspeed < 0.3, "standing still", FLIGHT_S)
    yield ready
    ready.clear(RALLY)
    assert set_mode(ready, GUIDED).result == ACCEPTED
    assert set_mode(ready, RTL).result == ACCEPTED
    wait_disarmed(ready, 3 * FLIGHT_S)


def return_heading_deg(client: RawClient) -> float:
    """Sets RTL, and says which way it has gone after 15 m; clockwise from north."""
    assert set_mode(client, RTL).result == ACCEPTED

    def is_under_way(message: object) -> bool:
        if message.get_type() != "GLOBAL_POSITION_INT":  # type: ignore[attr-defined]
            return False
        north_m, east_m = metres_from_home(message)
        return math.hypot(north_m - NORTH_M, east_m) > UNDER_WAY_M

    north_m, east_m = metres_from_home(client.talk().wait_until(is_under_way, "a return under way", FLIGHT_S))
    return math.degrees(math.atan2(east_m, north_m - NORTH_M)) % 360.0


def carry(client: RawClient, *places: tuple[float, float], altitude_m: float = 10.0) -> None:
    items = [waypoint(north_m, east_m, altitude_m, command=RALLY_POINT) for north_m, east_m in places]
    assert client.upload(items, RALLY).result == 0


@pytest.mark.parametrize(
    ("places", "heading_deg"),
    [
        pytest.param([(NORTH_M, 60.0)], 90.0, id="a rally point that is nearer than home"),
        pytest.param([(NORTH_M, -70.0), (NORTH_M, 60.0)], 90.0, id="the nearest of two"),
        pytest.param([(NORTH_M, 130.0)], 180.0, id="home, which is nearer"),
        pytest.param([], 180.0, id="home, with none on board"),
    ],
)
def test_a_return_goes_straight_to_the_nearest(
    out_there: RawClient, places: list[tuple[float, float]], heading_deg: float
) -> None:
    if places:
        carry(out_there, *places)
    assert return_heading_deg(out_there) == pytest.approx(heading_deg, abs=5.0)


def test_a_rally_point_beyond_the_limit_is_not_returned_to(out_there: RawClient) -> None:
    carry(out_there, (NORTH_M, 60.0))
    limit_km = out_there.parameter("RALLY_LIMIT_KM")
    assert limit_km == pytest.approx(0.3)
    out_there.set_parameter("RALLY_LIMIT_KM", 0.05)
    try:
        assert return_heading_deg(out_there) == pytest.approx(180.0, abs=5.0)
    finally:
        out_there.set_parameter("RALLY_LIMIT_KM", limit_km)


def test_a_return_climbs_to_a_higher_rally_point_and_never_descends_to_a_lower(
    out_there: RawClient, expected: Expected
) -> None:
    """So a plan never gives a drone a rally point above its own layer."""
    name, layer = expected.own("RTL_ALT", 100.0 * LAYER_M)
    assert out_there.parameter(name) < layer
    carry(out_there, (NORTH_M, 60.0), altitude_m=10.0)
    return_heading_deg(out_there)
    assert out_there.last("GLOBAL_POSITION_INT").relative_alt / 1000.0 == pytest.approx(LAYER_M, abs=1.0)  # type: ignore[union-attr]
    assert set_mode(out_there, GUIDED).result == ACCEPTED
    carry(out_there, (NORTH_M, 60.0), altitude_m=LAYER_M + 8.0)
    assert set_mode(out_there, RTL).result == ACCEPTED
    wait_altitude(out_there, LAYER_M + 7.0)
