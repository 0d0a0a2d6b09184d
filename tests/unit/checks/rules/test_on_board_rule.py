"""The fence and the rally points that a drone carries: what ArduCopter would take without a word and not fly with."""

from __future__ import annotations

from dataclasses import replace

import pytest
from checks_site import DAY, FENCE, SITE, at, found_in_plan, item, plan_of, through

from dronectl.checks import check_mission
from dronectl.model.ardupilot.stored_items import FENCE_CAPACITY, FENCE_STORAGE_BYTES, RALLY_CAPACITY, fence_bytes
from dronectl.model.plan.finding import Finding, Severity
from dronectl.model.plan.mission import Command, Mission, MissionItem, MissionType
from dronectl.model.site import Site

INCLUSION, EXCLUSION = Command.FENCE_POLYGON_VERTEX_INCLUSION, Command.FENCE_POLYGON_VERTEX_EXCLUSION
CIRCLE_IN, CIRCLE_OUT = Command.FENCE_CIRCLE_INCLUSION, Command.FENCE_CIRCLE_EXCLUSION


def ring(*places: tuple[float, float], command: Command = INCLUSION) -> tuple[MissionItem, ...]:
    return tuple(item(command, x, y, param1=float(len(places))) for x, y in places)


def square(x: float, y: float, half: float, command: Command = INCLUSION) -> tuple[MissionItem, ...]:
    corners = [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]
    return ring(*corners, command=command)


def circle(x: float, y: float, radius_m: float, command: Command = CIRCLE_IN) -> tuple[MissionItem, ...]:
    return (item(command, x, y, param1=radius_m),)


def saw(count: int) -> tuple[MissionItem, ...]:
    """A polygon of so many vertices around home that does not cross itself."""
    upper = [(-300.0 + 600.0 * n / (count - 3), 200.0 + 10.0 * (n % 2)) for n in range(count - 2)]
    return ring(*upper, (300.0, -200.0), (-300.0, -200.0))


def fence(*parts: tuple[MissionItem, ...]) -> Mission:
    return Mission(tuple(one for part in parts for one in part), MissionType.FENCE)


def rally(*places: tuple[float, float], z_m: float = 30.0) -> Mission:
    return Mission(tuple(item(Command.RALLY_POINT, x, y, z_m) for x, y in places), MissionType.RALLY)


def told(mission: Mission, site: Site = SITE, *, fence: Mission | None = None) -> list[Finding]:
    more = {} if fence is None else {"fence": fence}
    return list(check_mission(mission, site, site.drones[0], day=DAY, **more))


HOME_SQUARE = square(0, 0, 400)
FAR = Mission(
    (MissionItem(Command.RALLY_POINT, lat_e7=200_000_000, lon_e7=1_036_500_000, altitude_m=30.0),), MissionType.RALLY
)


@pytest.mark.parametrize(
    "good",
    [
        fence(HOME_SQUARE),
        fence(HOME_SQUARE[::-1]),  # the way round does not matter
        fence(HOME_SQUARE, square(100, 100, 20, EXCLUSION), circle(-100, 100, 15.5, CIRCLE_OUT)),
        fence(HOME_SQUARE, square(0, 0, 100), circle(0, 0, 300)),  # each in the other
        fence(circle(0, 0, 200), (item(Command.FENCE_RETURN_POINT, 0, 0),)),
        fence(ring((-100, -100), (100, -100), (100, 100), (-100, 100), (-100, -100))),  # closed, as some draw it
        fence(ring((-100, -100), (200, -100), (0, 200))),
        fence(saw(69)),
        fence(square(200, 0, 50, EXCLUSION)),
    ],
)
def test_a_fence_to_fly_with_is_let_through(good: Mission) -> None:
    assert told(good) == []


@pytest.mark.parametrize(
    ("bad", "seq", "words"),
    [
        (fence(HOME_SQUARE, square(900, 0, 100)), 4, "the fence's inclusion 0-3 and inclusion 4-7"),
        (fence(circle(0, 0, 100), square(500, 0, 100)), 1, "the fence's inclusion 0 and inclusion 1-4"),
        (fence(square(0, 0, 50), square(100, 0, 50)), 4, "no place in common"),  # they only touch
        (fence(square(600, 0, 100)), 0, "home of alpha is 500 m outside the fence's inclusion 0-3"),
        (fence(circle(0, 300, 100)), 0, "home of alpha is 200 m outside"),
        (fence(HOME_SQUARE, square(0, 0, 30, EXCLUSION)), 4, "home of alpha is inside the fence's exclusion 4-7"),
        (fence(HOME_SQUARE, circle(5, 0, 30, CIRCLE_OUT)), 4, "home of alpha is inside the fence's exclusion 4"),
        (fence(ring((-100, -100), (100, 100), (100, -100), (-100, 100))), 0, "check the order of its vertices"),
        (fence(ring((-100, -100), (100, -100), (0, 0), (100, 100), (-100, 100), (0, 0))), 0, "crosses or touches"),
        (fence(ring((0, 0), (100, 100), (200, 200))), 0, "no area in fence inclusion"),
        (fence(ring((0, 0), (0, 0), (0, 0))), 0, "no area in fence inclusion"),
        (fence(ring((-100, 0), (100, 0))), 0, "2 vertices, its polygon says 2"),
        (fence(HOME_SQUARE[:3]), 0, "3 vertices, its polygon says 4"),
        (fence(circle(0, 0, 0.0)), 0, "a circle needs a radius, this one has 0 m"),
        (fence(circle(0, 0, -5.0)), 0, "a circle needs a radius, this one has -5 m"),
        (fence(HOME_SQUARE, circle(0, 0, float("nan"), CIRCLE_OUT)), 4, "param1 is not a number"),
        (fence(circle(0, 0, float("inf"))), 0, "param1 is not a number"),
        (fence(ring(*[(0.0, 0.0)] * 3)[:1] * 3), 0, "no area in fence inclusion"),
        (fence((item(Command.NAV_WAYPOINT, 0, 0),)), 0, "NAV_WAYPOINT is no part of a fence"),
        (fence((replace(HOME_SQUARE[0], frame=2), *HOME_SQUARE[1:])), 0, "frame 2 is not supported"),
        (fence((item(Command.FENCE_RETURN_POINT, 0, 0),) * 2), 1, "one return point"),
        (fence(saw(70)), 69, "566 bytes, 560 fit on board"),
        (fence(saw(71)), 70, "only 70 vertices and circles fit"),
        (fence((replace(HOME_SQUARE[0], lat_e7=0, lon_e7=0, param1=4.0), *HOME_SQUARE[1:])), 0, "not at this site"),
        (fence((replace(HOME_SQUARE[0], lat_e7=910000000), *HOME_SQUARE[1:])), 0, "latitude 91"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_fence_is_named_with_its_item(bad: Mission, seq: int, words: str) -> None:
    errors = [one for one in told(bad) if one.severity is Severity.ERROR]
    assert [(one.item, one.rule in ("on-board", "autopilot")) for one in errors if words in one.message] == [
        (seq, True)
    ], errors


def test_three_inclusions_that_only_together_share_nothing() -> None:
    corners = [ring((-300, -100), (300, -100), (300, -80), (-300, -80)), ring((-300, -100), (-280, -100), (20, 300))]
    third = ring((300, -100), (280, -100), (-20, 300))
    (one,) = [v for v in told(fence(*corners, third)) if v.severity is Severity.ERROR]
    assert "no place in common of the fence's 3 inclusions" in one.message


def test_overlapping_inclusions_are_a_warning_as_only_the_shared_part_is_flown() -> None:
    (one,) = told(fence(HOME_SQUARE, square(300, 0, 400)))
    assert (one.severity, one.item) == (Severity.WARNING, 4)
    assert "only the common part" in one.message


def test_where_a_bow_tie_crosses_is_told() -> None:
    (one,) = told(fence(ring((-100, -100), (100, 100), (100, -100), (-100, 100))))
    assert one.lat_deg == pytest.approx(at(0, 0).lat_deg, abs=1e-6)
    assert one.lon_deg == pytest.approx(at(0, 0).lon_deg, abs=1e-6)


@pytest.mark.parametrize(
    ("bad", "seq", "words"),
    [
        (rally((0, 50), (1200, 0)), 1, "rally point 1 is 200 m outside the fence 'site'"),
        (rally((350, 0)), 0, "rally point 0 is inside keep-out 'tower'"),
        (rally((-350, 0)), 0, "rally point 0 is inside keep-out 'roof'"),
        (rally((-350, 350), z_m=60.0), 0, "rally point 0 is inside keep-out 'lid'"),
        (rally((0, 501)), 0, "rally point 0 is inside obstacle 'mast'"),
        (rally((0, 50), z_m=40_000.0), 0, "altitude 40000 m does not fit"),
        (Mission((MissionItem(Command.RALLY_POINT),), MissionType.RALLY), 0, "it has no place"),
        (Mission((item(Command.NAV_WAYPOINT, 0, 0),), MissionType.RALLY), 0, "is no rally point"),
        (FAR, 0, "20.0000000,103.6500000"),
        (rally(*((0.0, float(n)) for n in range(47))), 46, "only 46 rally points fit on board"),
    ],
)
def test_what_is_wrong_with_a_rally_point_is_named(bad: Mission, seq: int, words: str) -> None:
    assert [one.item for one in told(bad) if words in one.message] == [seq], told(bad)


def test_what_is_no_rally_point_or_at_no_place_of_the_site_is_held_against_nothing_more() -> None:
    outside = Mission((item(Command.NAV_WAYPOINT, 1200, 0), *rally((0, 50)).items), MissionType.RALLY)
    for mission in (outside, FAR):
        assert [one.item for one in told(mission)] == [0]


def test_rally_points_that_are_free_are_let_through() -> None:
    assert told(rally((0, 50), (-350, 350), (999, 999))) == []  # under the lid, which begins at 50 m; in a corner


def test_rally_points_are_held_against_the_fence_they_come_with() -> None:
    (one,) = told(rally((0, 450)), fence=fence(HOME_SQUARE))
    assert "is 50 m outside the fence's inclusion 0-3" in one.message
    (one,) = told(rally((100, 100)), fence=fence(HOME_SQUARE, circle(100, 100, 20, CIRCLE_OUT)))
    assert "is inside the fence's exclusion 4" in one.message


def test_what_a_plan_puts_on_board_is_checked_once_for_all_sorties() -> None:
    plan = plan_of(through((100, 100), (150, 100)))
    (drone,) = plan.drones
    twice = (drone.sorties[0], replace(drone.sorties[0], number=2, start_s=4000.0))
    bad = replace(drone, sorties=twice, fence=fence(HOME_SQUARE, square(900, 0, 50)), rally=rally((0, 2000)))
    errors = [one for one in found_in_plan(replace(plan, drones=(bad,))) if one.rule == "on-board"]
    assert [one.item for one in errors] == [0, 4]
    assert {one.drone for one in errors} == {"alpha"}


def test_a_site_without_a_fence_still_has_rally_points_checked() -> None:
    bare = replace(SITE, zones=replace(SITE.zones, fences=()))
    assert [one.message for one in told(rally((350, 0)), bare)] == ["rally point 0 is inside keep-out 'tower'"]
    assert FENCE not in bare.zones.fences


@pytest.mark.parametrize(
    ("one", "size"), [(saw(69), 558), (circle(0, 0, 5.0), 17), ((item(Command.FENCE_RETURN_POINT, 0, 0),), 13)]
)
def test_bytes_on_board(one: tuple[MissionItem, ...], size: int) -> None:
    assert fence_bytes(fence(one)) == size
    assert (FENCE_CAPACITY, FENCE_STORAGE_BYTES, RALLY_CAPACITY) == (70, 560, 46)
