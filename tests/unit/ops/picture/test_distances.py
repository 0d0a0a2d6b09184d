"""Distances to fence, keep-outs and other drones, held against shapely and against looking very often."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from dronectl.geodesy.plane import LocalPlane
from dronectl.model.geo import GeoPoint, GeoPolygon
from dronectl.model.ground.terrain import Terrain, Tile
from dronectl.model.ground.zone import KeepOut
from dronectl.model.message import Message
from dronectl.model.rules import Rules
from dronectl.model.site import Site
from dronectl.model.validity import DailyHours, Validity
from dronectl.ops.alarms.expected import ExpectedFlight
from dronectl.ops.alarms.flight import FlightState
from dronectl.ops.alarms.forecast import return_goal
from dronectl.ops.picture.outlook import look_ahead
from dronectl.ops.picture.surroundings import Limit, Surroundings, surroundings_of
from dronectl.protocol.vehicle.modes import mode_number
from dronectl.protocol.vehicle.telemetry import VehicleState

HOME = GeoPoint(16.0529, 103.6503)
PLANE = LocalPlane(HOME)
SQUARE = ((-300.0, -300.0), (-300.0, 300.0), (300.0, 300.0), (300.0, -300.0))
coordinates = st.floats(-500.0, 500.0, allow_nan=False).map(lambda value: round(value, 1))


@st.composite
def rings(draw: st.DrawFn) -> tuple[tuple[float, float], ...]:
    """A star around some place: simple, and seldom convex."""
    north, east = draw(coordinates), draw(coordinates)
    radii = draw(st.lists(st.floats(20.0, 300.0), min_size=3, max_size=9))
    step = math.tau / len(radii)
    return tuple((north + r * math.cos(n * step), east + r * math.sin(n * step)) for n, r in enumerate(radii))


@settings(max_examples=60)
@given(st.lists(rings(), min_size=1, max_size=3), st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=9))
def test_they_are_those_that_shapely_finds(
    shapes: list[tuple[tuple[float, float], ...]], spots: list[tuple[float, float]]
) -> None:
    limits = [Limit("fence", True, (shapes[0],)), *(Limit("keep-out", False, (ring,)) for ring in shapes)]
    around = Surroundings(PLANE, Rules(), tuple(limits), {})
    found = around.clearances_m(np.array([(*spot, 50.0) for spot in spots]))
    for limit, row in zip(limits, found, strict=True):
        polygon = shapely.Polygon(limit.rings[0])
        for spot, clear_m in zip(spots, row, strict=True):
            point = shapely.Point(spot)
            edge_m = polygon.boundary.distance(point)
            free = polygon.contains(point) is limit.is_fence
            assert clear_m == pytest.approx(edge_m if free or edge_m < 1e-6 else -edge_m, abs=1e-6)


def test_a_hole_is_free_and_what_ends_below_is_not_there() -> None:
    hole = ((-50.0, -50.0), (-50.0, 50.0), (50.0, 50.0), (50.0, -50.0))
    around = Surroundings(PLANE, Rules(), (Limit("keep-out", False, (SQUARE, hole), high_m=60.0),), {})
    (clear,) = around.clearances_m(np.array([(0.0, 0.0, 50.0), (100.0, 0.0, 50.0), (100.0, 0.0, 59.0)]))
    assert clear.tolist() == [pytest.approx(50.0), pytest.approx(-50.0), math.inf]


def test_the_site_has_its_fence_keep_outs_and_obstacles(site: Site) -> None:
    around = surroundings_of(site)
    names = [limit.what for limit in around.limits]
    assert "keep-out 'tower'" in names
    assert "obstacle 'radio_mast'" in names
    assert set(around.fences) == {"alpha", "bravo", "charlie"}
    mast = next(limit for limit in around.limits if limit.what == "obstacle 'radio_mast'")
    (at,) = (np.array([(*ring[0], 50.0), (*ring[0], 70.0)]) for ring in mast.rings)
    assert around.clearances_m(at)[names.index(mast.what)].tolist() == [pytest.approx(-5.0), math.inf]


def test_where_elevation_files_know_the_ground_heights_are_above_it(site: Site) -> None:
    """40 m high ground: what ends 30 m above it reaches to 70 m above the ground at home."""
    hill = np.full((41, 41), 240.0, dtype=np.float32)
    hill[18:23, 18:23] = 200.0  # around home
    south, west = site.home.lat_deg - 20 / 1200, site.home.lon_deg - 20 / 1200
    terrain = Terrain((Tile("hill.hgt", south, west, 1 / 1200, 1 / 1200, hill),))
    there = [GeoPoint(site.home.lat_deg + n / 1200, site.home.lon_deg + e / 1200) for n, e in ((8, 8), (8, 9), (9, 9))]
    roof = KeepOut("roof", "roof", True, "test", GeoPolygon(tuple(there)), 0.0, 30.0)
    zones = replace(site.zones, keep_outs=(roof,), obstacles=())
    hilly, flat = (surroundings_of(replace(site, zones=zones, terrain=one)) for one in (terrain, None))
    north, east = np.mean([LocalPlane(site.home).to_xy(place)[::-1] for place in there], axis=0)
    over = np.array([(north, east, 60.0)])
    assert hilly.clearances_m(over)[-1][0] < 0.0
    assert flat.clearances_m(over)[-1][0] == math.inf
    assert set(hilly.homes_m) == {"alpha", "bravo", "charlie"}


@pytest.mark.parametrize(("clock", "closed"), [("07:28", False), ("07:29", True), ("08:29", True), ("08:30", False)])
def test_what_is_dated_is_near_only_while_it_closes(
    site: Site, monkeypatch: pytest.MonkeyPatch, clock: str, closed: bool
) -> None:
    """An open picture goes on through the hours: it is asked anew each time, a minute ahead."""
    tower = replace(site.zones.keep_outs[0], validity=Validity(hours=(DailyHours(450, 510),), days=(0, 1, 2, 3, 4)))
    around = surroundings_of(replace(site, zones=replace(site.zones, keep_outs=(tower,))))
    number = [limit.what for limit in around.limits].index(f"keep-out '{tower.id}'")
    inside = np.mean(around.limits[number].rings[0], axis=0)
    moment = datetime.fromisoformat(f"2026-12-01 {clock}+07:00")
    monkeypatch.setattr("dronectl.ops.common.present.hour", lambda: moment)
    ((clear,),) = around.clearances_m(np.array([(*inside, 40.0)]))[[number]]
    assert math.isinf(clear) is not closed


# Other drones


def flying(place: tuple[float, float, float], speed: tuple[float, float, float], age_s: float = 0.0) -> FlightState:
    """One that flies on straight (metres, m/s; north, east, up), heard ``age_s`` before 100 s."""
    east_m, north_m = place[1], place[0]
    lat_deg, lon_deg = PLANE.to_degrees((east_m, north_m))
    state = VehicleState(system_id=1)
    heard_s = 100.0 - age_s
    beat = {"autopilot": 3, "custom_mode": mode_number("GUIDED"), "base_mode": 0x80, "system_status": 4}
    fields = {
        "lat": round(lat_deg * 1e7), "lon": round(lon_deg * 1e7), "alt": 0, "relative_alt": place[2] * 1000,
        "vx": speed[0] * 100, "vy": speed[1] * 100, "vz": -speed[2] * 100, "hdg": 0, "time_boot_ms": 1000,
    }  # fmt: skip
    state.apply(Message("HEARTBEAT", beat, 1, 1), heard_s)
    state.apply(Message("GLOBAL_POSITION_INT", fields, 1, 1), heard_s)
    flight = FlightState(state, ExpectedFlight(plane=PLANE))
    flight.update(heard_s)
    flight.now_s = 100.0
    return flight


moving = st.tuples(*[st.floats(-10.0, 10.0).map(lambda value: round(value, 2))] * 2)


@settings(max_examples=40)
@given(st.tuples(coordinates, coordinates), moving, st.tuples(coordinates, coordinates), moving, st.floats(0.0, 1.5))
def test_two_drones_come_as_near_as_looking_very_often_shows(
    a: tuple[float, float], va: tuple[float, float], b: tuple[float, float], vb: tuple[float, float], age_s: float
) -> None:
    flights = {"a": flying((*a, 50.0), (*va, 0.0)), "b": flying((*b, 55.0), (*vb, 0.0), age_s)}
    found = look_ahead(flights, 100.0)
    seconds = np.linspace(0.0, 30.0, 6001)
    va_eff, vb_eff = (np.array(v if math.hypot(*v) >= 0.5 else (0.0, 0.0)) for v in (va, vb))
    last = seconds + age_s
    way = (np.array(a)[:, None] + va_eff[:, None] * seconds) - (np.array(b)[:, None] + vb_eff[:, None] * last)
    apart_m = np.hypot(np.hypot(*way), 5.0)
    near = found["a"].outlook.drone
    assert near is not None
    assert near.what == "b"
    assert near.least_m == pytest.approx(apart_m.min(), abs=0.6)
    assert near.now_m == pytest.approx(apart_m[0], abs=0.3)
    assert (near.breach_in_s is None) == (near.least_m >= 9.0)
    assert found["b"].outlook.drone is not None


def test_the_nearest_of_many_is_told_and_who_stands_or_is_old_is_in_nobody_s_way() -> None:
    landed = flying((0.0, 20.0, 50.0), (0.0, 0.0, 0.0))
    landed.state.armed = False
    flights = {
        "a": flying((0.0, 0.0, 50.0), (8.0, 0.0, 0.0)),
        "far": flying((900.0, 0.0, 50.0), (0.0, 0.0, 0.0)),
        "crossing": flying((160.0, -160.0, 50.0), (0.0, 8.0, 0.0)),
        "landed": landed,
        "old": flying((10.0, 0.0, 50.0), (0.0, 0.0, 0.0), age_s=40.0),
    }
    found = look_ahead(flights, 100.0)
    near = found["a"].outlook.drone
    assert near is not None
    assert (near.what, near.least_m, near.in_s) == (
        "crossing",
        pytest.approx(0.0, abs=0.1),
        pytest.approx(20.0, abs=0.1),
    )
    assert near.breach_in_s == pytest.approx(20.0 - 9.0 / (8.0 * math.sqrt(2.0)), abs=0.6)
    assert found["old"].outlook.drone is None
    assert found["landed"].way == ()


@pytest.mark.parametrize(
    ("rally", "speed", "goal"),
    [
        ((443.0, 385.0), (0.0, 0.0), (0.0, 0.0)),  # nearer than home, and farther than a return goes for it
        ((443.0, 200.0), (0.0, 0.0), (443.0, 200.0)),
        ((443.0, 200.0), (-6.0, -0.7), (0.0, 0.0)),  # where it goes shows where to
        ((443.0, 385.0), (-2.0, 5.0), (443.0, 385.0)),
        ((443.0, 200.0), (0.0, -6.0), (443.0, 200.0)),  # it turns yet
    ],
)
def test_a_return_leads_home_or_to_a_rally_point_as_the_vehicle_chooses(
    rally: tuple[float, float], speed: tuple[float, float], goal: tuple[float, float]
) -> None:
    flight = flying((577.0, 73.0, 72.0), (*speed, 0.0))
    flight.expected = replace(flight.expected, goals=((0.0, 0.0), rally))
    flight.state.mode = "RTL"
    flight.update(100.0)
    assert return_goal(flight) == goal


def test_who_will_have_landed_by_then_is_in_nobody_s_way() -> None:
    flights = {"a": flying((-160.0, 0.0, 5.0), (8.0, 0.0, 0.0)), "b": flying((0.0, 0.0, 6.0), (0.0, 0.0, -1.0))}
    assert look_ahead(flights, 100.0)["a"].outlook.drone.breach_in_s is not None  # type: ignore[union-attr]
    flights["b"].state.mode = "LAND"
    near = look_ahead(flights, 100.0)["a"].outlook.drone
    assert near is not None
    assert near.breach_in_s is None, "b is down in 4 s, a is there in 20"


def test_a_keep_out_thinner_than_a_step_is_not_flown_over_unseen() -> None:
    wall = ((100.0, -50.0), (100.0, 50.0), (101.0, 50.0), (101.0, -50.0))
    around = Surroundings(PLANE, Rules(), (Limit("fence", True, (SQUARE,)), Limit("wall", False, (wall,))), {"a": 0})
    for north_m in (0.0, 1.1, 2.3, 3.7):
        outlook = look_ahead({"a": flying((north_m, 0.0, 50.0), (9.7, 0.0, 0.0))}, 100.0, around)["a"].outlook
        assert outlook.keep_out is not None
        assert outlook.keep_out.breach_in_s == pytest.approx((100.0 - north_m) / 9.7, abs=0.75)
        assert outlook.fence is not None
        assert outlook.fence.breach_in_s == pytest.approx((300.0 - north_m) / 9.7, abs=0.75) or north_m < 9.0
