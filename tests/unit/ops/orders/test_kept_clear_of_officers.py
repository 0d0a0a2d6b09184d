"""Officers on the ground: goto, look and dispatch lead no drone over them, and what is not known is said."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import shapely
from effort import seeds
from exhaustive_dispatch import case_of
from flying_fleet import CORNERS, HEIGHT_M, airspace, fly_to
from virtual_fleet import virtual_fleet
from virtual_network import run_virtually

from dronectl.checks.ways.way import Present, there
from dronectl.errors import RuleViolation
from dronectl.geodesy.distance import flat_distance_m
from dronectl.geodesy.plane import LocalPlane
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Command
from dronectl.model.tak.officers import Officer
from dronectl.model.tak.settings import TakSettings, TakTransport
from dronectl.ops.common.events import Event, Note
from dronectl.ops.dispatch.errand_plan import errand_plan
from dronectl.ops.dispatch.options import propose
from dronectl.ops.orders import to_place
from dronectl.ops.orders.airspace import Airspace
from dronectl.ops.orders.look import Look
from dronectl.ops.orders.look_target import target_named
from dronectl.ops.orders.officers import Officers, circle
from dronectl.ops.orders.proved_order import Movement, order_proved
from dronectl.ops.tak.shared_officers import write_known

TAK = TakSettings(TakTransport.TCP, "tak", 8087, "ROI-ET", officers_margin_m=10.0)
NOW = datetime.fromisoformat("2026-12-01T12:00:00+07:00")
NORTH_WEST, NORTH_EAST, SOUTH_EAST = CORNERS
BETWEEN = GeoPoint(16.0556, 103.6520)
"""In the middle of the way from the north-west to the north-east."""


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dronectl.ops.common.present.hour", lambda: NOW)


def officer(place: GeoPoint, name: str = "สมชาย", seen_s: float = -2.0, **more: object) -> Officer:
    seen = NOW + timedelta(seconds=seen_s)
    one = Officer(f"uid {name} {place}", name, place, seen, seen + timedelta(seconds=75), 5.0, 1.5)
    return replace(one, **more)  # type: ignore[arg-type]


def with_officers(
    root: Path, *officers: Officer, why: str = "", written_s: float = 0.0, tak: TakSettings = TAK
) -> Airspace:
    write_known(root, TAK.url, why, officers, NOW + timedelta(seconds=written_s))
    return replace(airspace(), site=replace(airspace().site, root=root, tak=tak))


def errors_of(air: Airspace, start: GeoPoint, goal: GeoPoint) -> list[str]:
    present = Present(start, HEIGHT_M, air.drone("drone1").home)
    return [one.message for one in air.prove(there(goal, HEIGHT_M), present, "drone1").errors]


def test_a_way_over_an_officer_is_refused_and_beside_him_it_is_not(tmp_path: Path) -> None:
    air = with_officers(tmp_path, officer(BETWEEN))
    assert errors_of(air, NORTH_WEST, NORTH_EAST) == [], "before anybody looked"
    closed = Officers().in_airspace(air)
    (error,) = errors_of(closed, NORTH_WEST, NORTH_EAST)
    assert "inside keep-out 'สมชาย' (officer within 18 m, seen 2 s ago)" in error
    assert closed.site.zones == air.site.zones, "nothing of him goes on board or into a plan"
    write_known(tmp_path, TAK.url, "", [officer(SOUTH_EAST)], NOW)
    assert errors_of(Officers().in_airspace(closed), NORTH_WEST, NORTH_EAST) == [], "he went away"


def test_the_circle_grows_with_what_is_not_known_of_him(tmp_path: Path) -> None:
    beside = GeoPoint(16.0556 + 50.0 / 110_640.0, 103.6520)
    for more, is_free in (({}, True), ({"seen_s": -25.0}, False), ({"ce_m": None}, False), ({"ce_m": 35.0}, False)):
        closed = Officers().in_airspace(with_officers(tmp_path, officer(beside, **more)))  # type: ignore[arg-type]
        assert (errors_of(closed, NORTH_WEST, NORTH_EAST) == []) is is_free, more


def test_no_paper_opens_the_way_over_a_person_but_somebody_by_name_does(tmp_path: Path) -> None:
    air = with_officers(tmp_path, officer(BETWEEN))
    paper = replace(air.site.authorisations[0], lifts=("aerodrome", "keep-out"), zones=())
    site = replace(air.site, authorisations=(paper,))
    lifted = Officers().in_airspace(replace(air, site=site, ground=replace(air.ground, site=site)))
    assert errors_of(lifted, NORTH_WEST, NORTH_EAST) != []
    zones = lifted.ground.site.zones
    places = tuple(replace(one, is_person=False) for one in zones.keep_outs)
    of_places = replace(lifted.ground.site, zones=replace(zones, keep_outs=places))
    as_places = replace(lifted, ground=replace(lifted.ground, site=of_places))
    assert errors_of(as_places, NORTH_WEST, NORTH_EAST) == [], "which it does for places"
    named = replace(air, overrides=("keep-out by พ.ต.ท. วิชัย",))
    assert errors_of(Officers().in_airspace(named), NORTH_WEST, NORTH_EAST) == []


def test_the_crew_may_stand_beside_the_drones(tmp_path: Path) -> None:
    crew = replace(TAK, crew=("สมชาย",))
    closed = Officers().in_airspace(with_officers(tmp_path, officer(BETWEEN), tak=crew))
    assert errors_of(closed, NORTH_WEST, NORTH_EAST) == []
    closed = Officers().in_airspace(with_officers(tmp_path, officer(BETWEEN, "วิชัย"), tak=crew))
    assert errors_of(closed, NORTH_WEST, NORTH_EAST) != []


def test_two_of_one_name_are_two(tmp_path: Path) -> None:
    closed = Officers().in_airspace(with_officers(tmp_path, officer(BETWEEN), officer(SOUTH_EAST)))
    assert [one.id for one in closed.ground.site.zones.keep_outs if one.is_person] == ["สมชาย", "สมชาย (2)"]


def texts(told: list[Event]) -> list[str]:
    return [event.text for event in told if isinstance(event, Note) and event.level == "warning"]


def test_what_is_not_known_is_told_once_and_never_clear(tmp_path: Path) -> None:
    for why, written_s, seen_s, words in (
        ("", 0.0, -2.0, None),
        ("connection refused", 0.0, -2.0, "where officers are is not known: connection refused; 1 known"),
        ("", -60.0, -62.0, "where officers are is not known: nobody listens to TAK"),
        ("", 0.0, -40.0, "สมชาย old (40 s)"),
        ("", 0.0, -80.0, "0 known; not known any more: สมชาย"),
    ):
        told: list[Event] = []
        officers = Officers(told.append)
        air = with_officers(tmp_path, officer(BETWEEN, seen_s=seen_s), why=why, written_s=written_s)
        for _ in range(3):
            officers.in_airspace(air)
        if words is None:
            assert texts(told) == []
            continue
        (text,) = texts(told)
        assert words in text
        assert "keep people in sight" in text


def test_without_a_table_nothing_is_asked_or_said(tmp_path: Path) -> None:
    told: list[Event] = []
    air = replace(airspace(), site=replace(airspace().site, root=tmp_path))
    assert Officers(told.append).in_airspace(air) is air
    assert told == []


def test_all_of_the_circle_is_closed() -> None:
    ring = circle(BETWEEN, 18.0).exterior
    plane = LocalPlane(BETWEEN)
    shape = shapely.Polygon([plane.to_xy(point) for point in ring])
    assert shape.contains(shapely.Point(0, 0).buffer(17.99, 64))
    assert max(flat_distance_m(BETWEEN, point) for point in ring) < 18.0 * 1.01


def test_goto_flies_around_an_officer_who_came_while_it_flew(tmp_path: Path) -> None:
    async def main() -> None:
        async with virtual_fleet(1, seed=5, one_radio=False) as (fleet, radios):
            link = fleet.vehicles["drone1"]
            await fly_to(link, NORTH_WEST)
            air = with_officers(tmp_path, officer(BETWEEN))
            site, told = air.site, list[Event]()
            move = Movement(
                partial(to_place.way_to(NORTH_EAST, HEIGHT_M, site, told.append)), along=to_place.fly_there,
                around_by="goto", motion=to_place.goes_there,
            )  # fmt: skip
            with pytest.raises(RuleViolation, match=r"keep-out 'สมชาย'") as caught:
                await order_proved(fleet, ["drone1"], move, air, listener=told.append)
            assert "--around" in caught.value.hint
            nearest_m = float("inf")

            def watch(_message: object) -> None:
                nonlocal nearest_m
                if link.state.position is not None:
                    nearest_m = min(nearest_m, flat_distance_m(link.state.position, BETWEEN))

            unsubscribe = link.subscribe(watch)
            done = await order_proved(fleet, ["drone1"], replace(move, around=True), air, listener=told.append)
            for _ in range(60):
                await asyncio.sleep(1.0)
            unsubscribe()
            assert done.detours["drone1"].stops
            assert link.state.position is not None
            assert flat_distance_m(link.state.position, NORTH_EAST) < 3.0
            assert nearest_m > 18.0 + site.rules.keep_out_margin_m - 2.5
            assert radios

    run_virtually(main(), limit_s=900.0)


def test_look_looks_from_beside_an_officer(tmp_path: Path) -> None:
    async def main() -> None:
        async with virtual_fleet(1, seed=5, one_radio=False) as (fleet, _):
            link = fleet.vehicles["drone1"]
            await fly_to(link, NORTH_WEST)
            free = with_officers(tmp_path)
            tower = target_named(free.site, "tower")
            before = to_place.goal_of(await Look(tower, free, HEIGHT_M).way(link))[0]
            closed = with_officers(tmp_path, officer(before))
            after = to_place.goal_of(await Look(tower, closed, HEIGHT_M).way(link))[0]
            assert flat_distance_m(before, after) >= 18.0 + closed.site.rules.keep_out_margin_m - 0.5

    run_virtually(main(), limit_s=900.0)


@pytest.mark.parametrize("seed", seeds(12))
def test_dispatch_goes_around_officers_and_leaves_them_out_of_what_is_put_on_board(seed: int, tmp_path: Path) -> None:
    from exhaustive_dispatch import airspace as real

    case = case_of(seed)
    air = replace(real(), site=replace(real().site, root=tmp_path, tak=TAK))
    best = propose(case.fleet, case.wish, air, {}).best
    if best is None or best.errand is None:
        return
    home = case.fleet.drones[best.name].present.home
    view = best.errand.way.view
    middle = GeoPoint((home.lat_deg + view.lat_deg) / 2.0, (home.lon_deg + view.lon_deg) / 2.0)
    people = [officer(middle, "a"), officer(view, "b")]
    write_known(tmp_path, TAK.url, "", people, NOW)
    told: list[Event] = []
    closed = Officers(told.append).in_airspace(air)
    proposal = propose(case.fleet, case.wish, closed, {})
    assert proposal.best is not None, [option.why for option in proposal.options]
    frame = air.ground.frame
    for option in proposal.options:
        if not option.can_go or option.errand is None:
            continue
        now = case.fleet.drones[option.name]
        start = now.present.place if now.is_flying else now.present.home
        placed = {Command.NAV_WAYPOINT, Command.NAV_LOITER_TIME}
        ways = [item.position for item in option.errand.mission.items[1:] if item.command in placed]
        line = shapely.LineString([frame.point_to_xy(place) for place in (start, *ways)])
        for one in people:
            radius_m = one.radius_m(NOW, TAK.officers_margin_m)
            if flat_distance_m(start, one.place) < radius_m + 60.0 and now.speed_m_s > 0.0:
                continue  # who begins in the circle leaves it
            assert line.distance(shapely.Point(frame.point_to_xy(one.place))) > radius_m, (option.name, one.name)
        fence = errand_plan(option.errand, option.name, closed, "1201-01").drones[0].fence
        assert fence == errand_plan(option.errand, option.name, air, "1201-01").drones[0].fence
